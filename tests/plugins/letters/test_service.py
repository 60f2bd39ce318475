"""The verbs: who makes and takes which document, in which state, and when it stops being so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Unit
from app.kernel.errors import AccessDenied, NotSeen, WrongState
from app.plugins.applications import queries as applications
from app.plugins.applications import service as review
from app.plugins.letters import queries, service, typesetting
from app.plugins.letters.kinds import BY_KEY
from app.plugins.letters.models import Letter
from tests.plugins.applications.country import ID_NUMBER, MOBILE, Country
from tests.plugins.letters.paper import words_of
from tests.services.afresh import read_afresh


def make(country: Country, who: str, pk: int, kind: str) -> Letter:
    made = country.do(who, pk, lambda row, actor: service.issue(BY_KEY[kind], row, actor=actor))
    assert isinstance(made, Letter)
    return made


def act(country: Country, who: str, verb: Callable[[Actor], Any]) -> Any:
    actor = country.actor(who)
    with access.acting_as(actor), transaction():
        return verb(actor)


def take(country: Country, who: str, token: str) -> bytes:
    found = act(country, who, lambda actor: service.take(queries.by_token(token), actor=actor))
    assert isinstance(found, bytes)
    return found


def standing(token: str) -> service.Standing:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return service.standing(queries.by_token(token))


def letters(pk: int) -> list[Letter]:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return queries.of(applications.get(pk), "application")


# -- who ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "kind", "outcome"),
    [
        ("filer", "request", None),
        ("filer", "form", None),
        ("filer", "correction", AccessDenied),
        ("filer", "refusal", AccessDenied),
        ("filer", "opinion", AccessDenied),
        ("clerk", "request", None),
        ("clerk", "form", AccessDenied),
        ("reviewer", "form", None),
        ("parent", "request", AccessDenied),
        ("parent", "opinion", AccessDenied),
        ("auditor", "request", AccessDenied),
        ("county_egov", "request", AccessDenied),
        ("sibling", "request", NotSeen),
        ("neighbour", "form", NotSeen),
    ],
)
def test_who_makes_what(country: Country, who: str, kind: str, outcome: type[Exception] | None) -> None:
    """The applicant prints what it hands in, its office what it says; nobody else makes paper (A4.注2, C-art.9)."""
    pk = country.awaiting_paper()
    if outcome is None:
        assert make(country, who, pk, kind).kind == kind
        return
    with pytest.raises(outcome):
        make(country, who, pk, kind)
    assert not letters(pk)


def test_a_form_made_or_taken_is_a_look_that_is_recorded(country: Country) -> None:
    """A4.注3."""
    pk = country.awaiting_paper()
    letter = make(country, "filer", pk, "form")
    take(country, "reviewer", letter.token)
    with access.acting_as(access.system("tests", over="0.")):
        row = applications.get(pk)
        said = [one.reason for one in audit.timeline(row) if one.verb == "application.revealed"]
        looks = [one.person for one in audit.timeline(row) if one.verb == "application.revealed"]
        kept = [one.verb for one in audit.timeline(queries.by_token(letter.token))]
    assert looks == [country.actor("reviewer").name, country.actor("filer").name]
    assert kept == ["letter.issued"], "the look stands with the case, and names the letter"
    assert letter.number in said[0]
    with pytest.raises(AccessDenied):
        take(country, "clerk", letter.token)
    with pytest.raises(AccessDenied):
        take(country, "parent", letter.token)
    with pytest.raises(NotSeen):
        take(country, "sibling", letter.token)


def test_what_is_sealed_is_not_readable_in_the_database(country: Country) -> None:
    pk = country.awaiting_paper()
    letter = make(country, "filer", pk, "form")
    with db.engine.connect() as connection:
        stored = connection.exec_driver_sql(f"SELECT * FROM letter WHERE id = {letter.id}").one()
    assert not [secret for secret in (ID_NUMBER, MOBILE, "经办人丙") if secret in str(stored)]
    assert json.loads(letter.data)["id_number"] == ID_NUMBER


# -- when ---------------------------------------------------------------------------------------------------


def test_nothing_is_printed_before_the_first_review_has_passed(country: Country) -> None:
    """A4.注2."""
    pk = country.submitted()
    for kind in ("request", "form"):
        with pytest.raises(WrongState, match="在线初审通过后由系统自动生成"):
            make(country, "filer", pk, kind)


@pytest.mark.parametrize("kind", ["correction", "refusal", "opinion"])
def test_an_office_says_nothing_that_was_not_decided(country: Country, kind: str) -> None:
    pk = country.paper_review()
    with pytest.raises(WrongState):
        make(country, "clerk", pk, kind)


def test_an_answer_is_a_document_from_the_moment_it_is_given(country: Country) -> None:
    """C-art.8, C-art.9: the applicant finds it at once; the office's act is the reviewer's, not a clerk's."""
    returned = country.returned("edu")
    (letter,) = letters(returned)
    assert letter.kind == "correction"
    assert "填批准的全称。" in words_of(take(country, "filer", letter.token))
    refused = country.paper_review("exam")
    country.do(
        "head", refused,
        lambda row, actor: review.refuse(row, ["seal-missing"], "申请表未盖公章。", actor=actor),
    )  # fmt: skip
    (answer,) = letters(refused)
    text = words_of(take(country, "filer", answer.token))
    for said in (
        "关于网站资格复核未通过的函",
        "材料未加盖单位公章",
        "（依据办法第八条）",
        "申请表未盖公章。",
        "办法第十一条",
    ):
        assert said in text, said


def test_who_is_not_eligible_is_told_so(country: Country) -> None:
    pk = country.submitted()
    country.do(
        "reviewer", pk,
        lambda row, actor: review.declare_ineligible(row, ["use-upper-site"], "请用区平台。", actor=actor),
    )  # fmt: skip
    (letter,) = letters(pk)
    text = words_of(take(country, "clerk", letter.token))
    assert "关于不具备网站开办资格的函" in text and "请用区平台。" in text
    assert "停止中英文域名解析" not in text


def test_the_opinion_follows_the_approval(country: Country) -> None:
    """C-art.9; C-art.3: an exception let pass has its printed reason, whether on the form or laid on it."""
    pk = country.paper_review()
    before = make(country, "reviewer", pk, "form")
    assert "乡镇单独建设" not in words_of(take(country, "reviewer", before.token))
    country.do("head", pk, lambda row, actor: review.approve(row, words="同意开办。", actor=actor))
    for who, kind in (("reviewer", "form"), ("clerk", "opinion")):
        text = words_of(take(country, who, make(country, who, pk, kind).token))
        assert "同意县级部门、乡镇单独建设（办法第三条原则上的例外），理由：承担全区信息发布" in text
        assert "同意开办。" in text
    assert standing(before.token).changed == ("机构编制部门意见",)


# -- the same again, and no longer so -----------------------------------------------------------------------


def test_what_says_the_same_is_the_same_document(country: Country) -> None:
    pk = country.awaiting_paper()
    first = make(country, "filer", pk, "form")
    again = make(country, "reviewer", pk, "form")
    assert first.id == again.id
    one, two = take(country, "filer", first.token), take(country, "reviewer", first.token)
    assert one == two
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        kept = queries.by_token(first.token)
        assert kept.sha256 is not None and len(kept.sha256) == 64
        assert typesetting.one(kept) == one
    assert standing(first.token).current


def test_other_bytes_than_those_kept_are_a_fault(country: Country) -> None:
    pk = country.awaiting_paper()
    letter = make(country, "filer", pk, "request")
    take(country, "filer", letter.token)
    with access.acting_as(access.system("tests", over="0.")), transaction():
        queries.by_token(letter.token).sha256 = "0" * 64
    with pytest.raises(RuntimeError, match="not the same bytes"):
        take(country, "filer", letter.token)


def test_a_sheet_that_was_redrawn_cannot_give_the_old_bytes(country: Country) -> None:
    pk = country.awaiting_paper()
    letter = make(country, "filer", pk, "request")
    with access.acting_as(access.system("tests", over="0.")), transaction():
        queries.by_token(letter.token).edition = "0" * 64
    found = standing(letter.token)
    assert found.current and not found.same_edition
    with pytest.raises(WrongState, match="版式已经更新"):
        take(country, "filer", letter.token)
    assert make(country, "filer", pk, "request").id != letter.id


def test_another_handler_makes_a_printed_form_stale(country: Country) -> None:
    pk = country.awaiting_paper()
    letter = make(country, "filer", pk, "form")
    country.as_platform(pk, lambda row: setattr(row, "handler_mobile", "13700137000"))
    found = standing(letter.token)
    assert not found.current
    assert found.changed == ("网站申请经办人信息",)
    newer = make(country, "filer", pk, "form")
    replaced = standing(letter.token).replaced_by
    assert replaced is not None and replaced.id == newer.id


def test_a_correction_ends_with_the_next_submission(country: Country) -> None:
    pk = country.returned()
    (letter,) = letters(pk)
    assert standing(letter.token).current
    country.do("filer", pk, lambda row, actor: review.submit(row, declared=True, actor=actor))
    found = standing(letter.token)
    assert not found.current and found.why is not None and found.why.code == "not-returned"


def test_one_letter_lists_all_that_await_paper(country: Country) -> None:
    """A3; it holds as long as what it names does, whatever else comes later."""
    pk, other = country.awaiting_paper("edu"), country.awaiting_paper("exam")
    country.submitted("library", "librarian")
    letter = make(country, "filer", pk, "request")
    text = words_of(take(country, "filer", letter.token))
    assert "关于申请对我单位开办的网站进行资格复核的函" in text
    assert "武陵教育网、武陵招生网等2个网站" in text
    assert "武陵区图书馆网" not in text and "经办人丙" in text and "2014年11月24日" in text
    country.receive(other)
    assert standing(letter.token).current
    alone = make(country, "filer", pk, "request")
    assert "武陵教育网1个网站" in words_of(take(country, "filer", alone.token))


def test_the_portals_letter_is_its_own_desks(country: Country) -> None:
    """S8: the desk that files one site names only what it files."""
    for site, who in (("office", "city_filer"), ("portal", "portal_desk")):
        pk = country.submitted(site, who)
        country.checked(pk, "city_reviewer")
        country.do("city_reviewer", pk, lambda row, actor: review.pass_first(row, actor=actor))
        sites = json.loads(make(country, who, pk, "request").data)["sites"]
        assert len(sites) == 1


def test_letters_go_along_when_their_unit_does(country: Country) -> None:
    """What an office said of a unit is read where the unit is reviewed now."""
    pk = country.awaiting_paper()
    letter = make(country, "filer", pk, "request")
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        unit = session.get_one(Unit, country.units["wuling"])
        unit.home_id = session.scalars(db.select(Office.id).where(Office.path == "0.43.07.03.")).one()
        session.flush()
        tenancy.reassign(unit, actor=access.current_actor(), reason="划转")
        assert queries.by_token(letter.token).review_path == "0.43.07.03."
    act(country, "sibling", lambda actor: queries.by_token(letter.token))
    with pytest.raises(NotSeen):
        act(country, "clerk", lambda actor: queries.by_token(letter.token))


def test_numbers_run_by_office_and_year(country: Country) -> None:
    pk = country.awaiting_paper()
    numbers = [make(country, "filer", pk, kind).number for kind in ("request", "form")]
    assert numbers == ["430702-WS-2014-0001", "430702-WS-2014-0002"]


def test_a_row_is_of_one_subject(country: Country) -> None:
    pk = country.awaiting_paper()
    letter = make(country, "filer", pk, "request")
    with pytest.raises(Exception, match="one_subject"), transaction() as session:
        session.connection().exec_driver_sql(
            f"UPDATE letter SET application_id = NULL WHERE id = {letter.id}"
        )
