"""Another handler takes over, a file is replaced, an application is taken back, a new one is filled in from the last."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.foundation import access, audit
from app.foundation.database import db, transaction
from app.foundation.files import StoredFile
from app.foundation.tenancy.models import Unit
from app.kernel.errors import AccessDenied, Finding, Invalid, NotSeen, Refusal, WrongState
from app.plugins.applications import changing, dossier, service, signals
from app.plugins.applications.models import Application
from app.plugins.applications.service.people import STATES
from tests.plugins.applications.country import ID_NUMBER, MOBILE, PDF, Country

OTHER = {
    "handler_name": "经办人戊", "handler_phone": "7786512", "handler_mobile": "13600136000",
    "handler_email": "wu@wljy.gov.cn", "handler_id_number": "430702198001010014",
}  # fmt: skip
REASON = "原经办人调离。"


def hand(
    country: Country, pk: int, who: str = "filer", values: dict[str, str] | None = None, **other: Any
) -> Any:
    values = OTHER if values is None else values
    proof = other.get("proof", (io.BytesIO(PDF), "新经办人证件.pdf"))
    reason = other.get("reason", REASON)
    return country.do(
        who, pk, lambda row, by: service.change_handler(row, values, reason, proof=proof, actor=by)
    )


def entries(pk: int, verb: str) -> list[Any]:
    with access.acting_as(access.system("tests", over="0.")):
        row = db.session.get(Application, pk)
        return [one for one in audit.timeline(row) if one.verb == verb]


def of_kind(country: Country, pk: int, kind: str) -> list[StoredFile]:
    return [one for one in dossier.materials(country.read(pk)) if one.kind == kind]


# -- another handler ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_another_person_takes_over_in_each_state_under_way(country: Country, state: str) -> None:
    pk = getattr(country, state)()
    heard: list[str] = []

    def hear(row: Any, **_more: Any) -> None:
        heard.append(row.handler_name)

    with signals.handler_changed.connected_to(hear):
        hand(country, pk)
    row = country.read(pk)
    assert (row.state, row.handler_name, row.handler_id_number) == (
        state,
        "经办人戊",
        OTHER["handler_id_number"],
    )
    assert row.handler_changed_at is not None
    assert heard == ["经办人戊"]
    assert len(of_kind(country, pk, "identity")) == 2


def test_it_is_recorded_with_the_reason_and_without_their_data(country: Country) -> None:
    pk = country.submitted()
    hand(country, pk)
    entry = entries(pk, "application.handler_changed")[0]
    assert entry.reason == REASON
    assert OTHER["handler_id_number"] not in repr(entry) and ID_NUMBER not in repr(entry)


def test_the_reviewer_is_told_that_the_printed_form_is_out_of_date(country: Country) -> None:
    pk = country.awaiting_paper()
    hand(country, pk)
    panel = changing.panel(country.read(pk), country.actor("reviewer"))
    assert panel is not None and panel.handler


@pytest.mark.parametrize("who", ["neighbour", "librarian", "sibling", "registrar"])
def test_a_stranger_does_not_see_it(country: Country, who: str) -> None:
    pk = country.submitted()
    with pytest.raises((NotSeen, AccessDenied)):
        hand(country, pk, who)


@pytest.mark.parametrize("who", ["reviewer", "head", "clerk"])
def test_the_office_does_not_name_the_applicants_handler(country: Country, who: str) -> None:
    pk = country.submitted()
    with pytest.raises(AccessDenied):
        hand(country, pk, who)


@pytest.mark.parametrize("state", ["draft", "returned", "approved"])
def test_not_while_it_is_filled_in_and_not_after_the_decision(country: Country, state: str) -> None:
    pk = getattr(country, state)()
    with pytest.raises(WrongState):
        hand(country, pk)


@pytest.mark.parametrize(
    ("values", "other", "field", "code"),
    [
        ({**OTHER, "handler_mobile": ""}, {}, "handler_mobile", "missing"),
        ({**OTHER, "handler_id_number": "123"}, {}, "handler_id_number", None),
        (OTHER, {"reason": " "}, "reason", "reason-missing"),
        (OTHER, {"reason": "长" * 501}, "reason", "too-long"),
        (OTHER, {"proof": None}, "identity", "identity-missing"),
    ],
)
def test_all_of_it_is_asked_for(
    country: Country, values: dict[str, str], other: dict[str, Any], field: str, code: str | None
) -> None:
    pk = country.submitted()
    with pytest.raises(Invalid) as caught:
        hand(country, pk, values=values, **other)
    found: list[Finding] = [one for one in caught.value.findings if one.field == field]
    assert found and (code is None or found[0].code == code)
    assert country.read(pk).handler_name == "经办人丙"


def test_the_same_person_again_is_no_change(country: Country) -> None:
    pk = country.submitted()
    row = country.read(pk)
    same = {name: str(getattr(row, name)) for name in OTHER}
    with pytest.raises(Invalid) as caught:
        hand(country, pk, values=same)
    assert [one.code for one in caught.value.findings] == ["unchanged"]


def test_a_proof_that_is_no_document_changes_nothing(country: Country) -> None:
    pk = country.submitted()
    with pytest.raises(Refusal):
        hand(country, pk, proof=(io.BytesIO(b"MZ"), "a.pdf"))
    assert country.read(pk).handler_name == "经办人丙"
    assert len(of_kind(country, pk, "identity")) == 1


# -- a file in another's place ------------------------------------------------------------------------------


def test_a_file_is_replaced_in_one_step(app: Flask, country: Country) -> None:
    pk = country.draft()
    old = of_kind(country, pk, "identity")[0]
    country.do(
        "filer", pk, lambda row, by: service.replace(row, old.id, io.BytesIO(PDF + b"2"), "新.pdf", actor=by)
    )
    now = of_kind(country, pk, "identity")
    assert [one.name for one in now] == ["新.pdf"]
    assert now[0].id != old.id
    folder = Path(app.config["UPLOADS_DIR"])
    kept = {path.name for path in folder.rglob("*") if path.is_file()}
    assert now[0].stored_name in kept and old.stored_name not in kept


def test_a_refused_file_leaves_the_old_one(country: Country) -> None:
    pk = country.draft()
    old = of_kind(country, pk, "identity")[0]
    with pytest.raises(Refusal) as caught:
        country.do(
            "filer", pk, lambda row, by: service.replace(row, old.id, io.BytesIO(b"MZ"), "a.pdf", actor=by)
        )
    assert caught.value.field == f"file-{old.id}"
    assert [one.id for one in of_kind(country, pk, "identity")] == [old.id]


def test_a_file_of_another_application_is_not_found(country: Country) -> None:
    pk, other = country.draft(), country.draft("exam")
    foreign = of_kind(country, other, "identity")[0]
    with pytest.raises(NotSeen):
        country.do(
            "filer", pk, lambda row, by: service.replace(row, foreign.id, io.BytesIO(PDF), "a.pdf", actor=by)
        )


def test_after_submission_no_file_is_replaced(country: Country) -> None:
    pk = country.submitted()
    file = of_kind(country, pk, "identity")[0]
    with pytest.raises(WrongState):
        country.do(
            "filer", pk, lambda row, by: service.replace(row, file.id, io.BytesIO(PDF), "a.pdf", actor=by)
        )


# -- taken back ---------------------------------------------------------------------------------------------


def test_what_was_submitted_is_not_taken_back_without_a_word(country: Country) -> None:
    pk = country.submitted()
    with pytest.raises(Invalid) as caught:
        country.do("filer", pk, lambda row, by: service.withdraw(row, actor=by, reason=" "))
    assert [one.field for one in caught.value.findings] == ["reason"]
    country.do("filer", pk, lambda row, by: service.withdraw(row, actor=by, reason="网站合并"))
    assert entries(pk, "application.withdrawn")[0].reason == "网站合并"


def test_a_draft_may_go_silently_and_the_record_says_so(country: Country) -> None:
    pk = country.draft()
    country.do("filer", pk, lambda row, by: service.withdraw(row, actor=by))
    assert entries(pk, "application.withdrawn")[0].reason == "未提交即撤回"


# -- corrected ----------------------------------------------------------------------------------------------


def test_a_round_says_what_it_changed_of_fields_files_and_people(country: Country) -> None:
    pk = country.returned()
    old = of_kind(country, pk, "identity")[0]

    def correct(row: Any, by: Any) -> None:
        service.save(row, {"site_name": "武陵教育信息网", "handler_mobile": "13700137000"}, actor=by)
        service.replace(row, old.id, io.BytesIO(PDF + b"2"), "清晰.pdf", actor=by)
        service.attach(row, io.BytesIO(PDF), "说明.pdf", "other", actor=by)

    country.do("filer", pk, correct)
    assert changing.since_return(country.read(pk)) is None, "nothing is compared before it is handed in"
    country.do("filer", pk, lambda row, by: service.submit(row, declared=True, actor=by))
    found = changing.since_return(country.read(pk))
    assert found is not None
    assert [(one.before, one.after) for one in found.fields] == [("武陵教育网", "武陵教育信息网")]
    assert {one.kind: (one.added, one.removed) for one in found.materials} == {
        "identity": (1, 1),
        "other": (1, 0),
    }
    assert found.people == ("handler",)
    assert "13700137000" not in repr(found)


def test_unchanged_it_says_so(country: Country) -> None:
    pk = country.returned()
    country.do("filer", pk, lambda row, by: service.submit(row, declared=True, actor=by))
    found = changing.since_return(country.read(pk))
    assert found is not None and not found


def test_what_changed_in_an_earlier_round_is_not_said_again(country: Country) -> None:
    pk = country.returned()
    country.do("filer", pk, lambda row, by: service.save(row, {"handler_mobile": "13700137000"}, actor=by))
    country.do("filer", pk, lambda row, by: service.submit(row, declared=True, actor=by))
    country.do(
        "reviewer", pk, lambda row, by: service.return_(row, ["identity-unclear"], "重新上传。", actor=by)
    )
    country.do("filer", pk, lambda row, by: service.submit(row, declared=True, actor=by))
    found = changing.since_return(country.read(pk))
    assert found is not None and not found.people


# -- filled in from the last case ---------------------------------------------------------------------------


def test_a_new_application_takes_the_people_of_the_last_case(country: Country) -> None:
    first = country.submitted()
    country.do("filer", first, lambda row, by: service.withdraw(row, actor=by, reason="网站改版"))
    actor = country.actor("filer")
    with access.acting_as(actor), transaction() as session:
        unit = session.get(Unit, country.units["wuling"])
        assert unit is not None
        row = service.start(unit, "opening", actor=actor)
        assert (row.leader_mobile, row.handler_id_number) == (MOBILE, ID_NUMBER)
        assert (row.site_name, row.site_intro, row.ip) == ("", "", ""), (
            "another website's facts are not its own"
        )
        assert row.organ_name == "武陵区教育局"


def test_nobody_takes_the_people_of_another_unit(country: Country) -> None:
    country.submitted()
    actor = country.actor("neighbour")
    with access.acting_as(actor), transaction() as session:
        unit = session.get(Unit, country.units["dingcheng"])
        assert unit is not None
        row = service.start(unit, "opening", actor=actor)
        assert (row.leader_name, row.handler_id_number or "") == ("", "")


def test_a_draft_is_no_case_to_go_by(country: Country) -> None:
    country.draft()
    actor = country.actor("filer")
    with access.acting_as(actor), transaction() as session:
        unit = session.get(Unit, country.units["wuling"])
        assert unit is not None
        assert service.start(unit, "opening", actor=actor).leader_name == ""
