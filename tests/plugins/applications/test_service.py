"""What the verbs keep, refuse and remember."""

from __future__ import annotations

import io
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit
from app.foundation.access import ForeignWrite
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Site, Unit
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal, WrongState
from app.plugins.applications import queries, service, signals
from app.plugins.applications.models import Application
from tests.plugins.applications.country import PDF, Country


def start(country: Country, who: str, site: str) -> Application:
    actor = country.actor(who)
    with access.acting_as(actor), transaction() as session:
        holder = session.get(Site, country.sites[site])
        assert holder is not None
        return service.start(holder, "requalification", actor=actor)


def test_a_draft_is_filled_in_from_unit_and_site(country: Country) -> None:
    row = country.read(start(country, "filer", "edu").id)
    assert (row.organ_name, row.track, row.organ_type) == ("武陵区教育局", "organ", "党政机关")
    assert (row.site_name, row.chinese_domain) == ("武陵教育网", "武陵区教育局.政务")
    assert (row.account, row.state, row.number, row.round) == ("00000007", "draft", None, 0)
    assert row.review_path == "0.43.07.02."


def test_an_institution_without_administration_says_so(country: Country) -> None:
    row = country.read(start(country, "librarian", "library").id)
    assert (row.track, row.organ_type) == ("institution", "事业单位")


def test_the_portal_is_filed_by_its_own_desk(country: Country) -> None:
    """S8: the site's desk files it, though it does not see the unit."""
    pk = country.submitted("portal", "portal_desk")
    row = country.read(pk)
    assert (row.organ_name, row.filing_path, row.review_path) == (
        "常德市人民政府办公室",
        "0.43.07.zfwz.",
        "0.43.07.",
    )
    with access.acting_as(country.actor("portal_desk")):
        assert db.session.scalar(db.select(Unit).where(Unit.id == row.unit_id)) is None
        assert queries.get(pk).site_name == "常德市政府门户网站"


def test_its_desk_files_no_other_site_of_the_unit(country: Country) -> None:
    """S8."""
    with access.acting_as(access.system("tests", over="0.")):
        other = db.session.get(Site, country.sites["office"])
    actor = country.actor("portal_desk")
    with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
        service.start(other, "requalification", actor=actor)


def test_a_barred_holder_cannot_even_begin(country: Country) -> None:
    """C-art.3."""
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        unit = session.get(Unit, country.units["wuling"])
        assert unit is not None
        unit.nature = "enterprise"
    with pytest.raises(Invalid) as refused:
        start(country, "filer", "edu")
    assert refused.value.findings[0].source == "办法第三条"


def test_one_live_application_a_site(country: Country) -> None:
    """A4.注1."""
    country.draft()
    with pytest.raises(WrongState) as refused:
        start(country, "filer", "edu")
    assert refused.value.source == "申请表注1"


def test_the_database_too_allows_one_live_application_a_site(country: Country) -> None:
    country.draft()
    with (
        pytest.raises(IntegrityError),
        access.acting_as(access.system("tests", over="0.")),
        transaction() as session,
    ):
        session.add(
            Application(
                site_id=country.sites["edu"],
                kind="opening",
                track="organ",
                state="draft",
                account="00000007",
                opinion={},
            )
        )


def test_after_a_withdrawal_the_site_may_be_applied_for_again(country: Country) -> None:
    pk = country.submitted()
    country.do("filer", pk, lambda row, actor: service.withdraw(row, actor=actor, reason="不再办理"))
    assert country.draft() != pk


def test_a_new_site_that_looks_like_a_live_one_is_its_rival(country: Country) -> None:
    """A4.注1, for a site that is not registered yet."""
    actor = country.actor("filer")
    for _twice in range(2):
        with access.acting_as(actor), transaction() as session:
            unit = session.get(Unit, country.units["wuling"])
            assert unit is not None
            row = service.start(unit, "opening", actor=actor)
            service.save(row, {"site_name": "武陵教育新网"}, actor=actor)
    with pytest.raises(Invalid) as refused:
        country.do("filer", row.id, lambda one, by: service.submit(one, declared=True, actor=by))
    assert "rival" in {finding.code for finding in refused.value.findings}


def test_numbers_run_by_office_and_year(country: Country) -> None:
    numbers = [
        country.read(country.submitted(site, who)).number
        for site, who in (
            ("edu", "filer"),
            ("exam", "filer"),
            ("office", "city_filer"),
            ("portal", "portal_desk"),
        )
    ]
    assert numbers == ["430702-2014-0001", "430702-2014-0002", "CD-2014-0001", "CD-2014-0002"]


def test_a_number_stays_through_rounds(country: Country) -> None:
    pk = country.returned()
    before = country.read(pk).number
    country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    row = country.read(pk)
    assert (row.number, row.round) == (before, 2)
    assert [item.finding for item in row.items()] == ["open"] * 5
    assert len(row.checklist) == 10


def test_an_expired_domain_keeps_the_draft(country: Country) -> None:
    """S21: refused with what to do; nothing that was filled in is lost, and no number is spent."""
    country.expire("edu", date(2014, 10, 31))
    pk = country.draft()
    with pytest.raises(Invalid) as refused:
        country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    (finding,) = refused.value.findings
    assert (finding.field, finding.source, finding.code) == ("chinese_domain", "通知第三条", "expired")
    row = country.read(pk)
    assert (row.state, row.number, row.round, row.site_intro) == (
        "draft",
        None,
        0,
        "发布教育政务信息，办理教育服务事项。",
    )
    country.expire("edu", date(2015, 10, 31))
    country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    assert country.read(pk).number == "430702-2014-0001"


def test_it_is_declared_true_or_not_submitted(country: Country) -> None:
    """C-art.5."""
    pk = country.draft()
    with pytest.raises(Invalid):
        country.do("filer", pk, lambda row, actor: service.submit(row, declared=False, actor=actor))
    country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    row = country.read(pk)
    assert row.declared_at == row.submitted_at
    assert row.declared_by_id == country.actor("filer").person_id


def test_what_is_malformed_is_not_kept(country: Country) -> None:
    pk = country.draft()
    with pytest.raises(Invalid) as refused:
        country.do(
            "filer", pk,
            lambda row, actor: service.save(row, {"address": "新路2号", "postcode": "4150", "leader_mobile": "12"}, actor=actor),
        )  # fmt: skip
    assert {finding.field for finding in refused.value.findings} == {"postcode", "leader_mobile"}
    assert country.read(pk).address == "湖南省常德市某路1号"


def test_values_are_kept_in_their_canonical_form(country: Country) -> None:
    pk = country.draft(values={
        "leader_mobile": "+86 138 0013 8000", "leader_phone": "7786510转8012", "english_domain": "WLJY.GOV.CN。",
        "chinese_domain": "xn--dkrw3svrh8ig6y3a7j1a.xn--zfr164b", "handler_id_number": "11010519491231002x", "ip": " 203.0.113.9 ",
    })  # fmt: skip
    with access.acting_as(access.system("tests", over="0.")), transaction():
        row = queries.get(pk)
    assert (row.leader_mobile, row.english_domain, row.chinese_domain) == (
        "13800138000",
        "wljy.gov.cn",
        "武陵区教育局.政务",
    )
    assert (row.handler_id_number, row.ip) == ("11010519491231002X", "203.0.113.9")


def test_an_empty_kept_field_leaves_what_is_stored(country: Country) -> None:
    pk = country.draft()
    country.do(
        "filer",
        pk,
        lambda row, actor: service.save(row, {"handler_id_number": "", "site_intro": ""}, actor=actor),
    )
    row = country.read(pk)
    assert (row.handler_id_number, row.site_intro) == ("11010519491231002X", "")


@pytest.mark.parametrize("made", ["submitted", "awaiting_paper", "approved"])
def test_nothing_is_filled_in_after_submission(country: Country, made: str) -> None:
    pk = getattr(country, made)()
    for verb in (
        lambda row, actor: service.save(row, {"site_intro": "改"}, actor=actor),
        lambda row, actor: service.attach(row, io.BytesIO(PDF), "a.pdf", "identity", actor=actor),
    ):
        with pytest.raises(WrongState):
            country.do("filer", pk, verb)


def test_a_reviewer_fills_nothing_in(country: Country) -> None:
    pk = country.draft()
    with pytest.raises(AccessDenied):
        country.do("reviewer", pk, lambda row, actor: service.save(row, {"site_intro": "改"}, actor=actor))


def test_the_flush_guard_stands_behind_the_verbs(country: Country) -> None:
    pk = country.submitted()
    with pytest.raises(ForeignWrite), access.acting_as(country.actor("auditor")), transaction():
        queries.get(pk).organ_name = "别的单位"


def test_materials_come_and_go_while_it_is_a_draft(country: Country) -> None:
    pk = country.draft()
    file_id = country.do(
        "filer",
        pk,
        lambda row, actor: service.attach(row, io.BytesIO(PDF), "批复.pdf", "other", actor=actor).id,
    )
    country.do("filer", pk, lambda row, actor: service.detach(row, file_id, actor=actor))
    with pytest.raises(NotSeen):
        country.do("filer", pk, lambda row, actor: service.detach(row, file_id, actor=actor))


@pytest.mark.parametrize(
    ("kind", "content"), [("identity", b"MZ not a picture"), ("made-up", PDF), ("identity", b"")]
)
def test_a_wrong_material_is_refused(country: Country, kind: str, content: bytes) -> None:
    pk = country.draft()
    with pytest.raises(Refusal):
        country.do(
            "filer",
            pk,
            lambda row, actor: service.attach(row, io.BytesIO(content), "a.pdf", kind, actor=actor),
        )


def test_materials_are_not_without_number(country: Country) -> None:
    pk = country.draft()
    for _more in range(11):
        country.do(
            "filer",
            pk,
            lambda row, actor: service.attach(row, io.BytesIO(PDF), "a.pdf", "other", actor=actor),
        )
    with pytest.raises(Refusal) as refused:
        country.do(
            "filer",
            pk,
            lambda row, actor: service.attach(row, io.BytesIO(PDF), "a.pdf", "other", actor=actor),
        )
    assert refused.value.code == "material-many"


def test_a_file_of_another_application_cannot_be_taken_away(country: Country) -> None:
    pk, other = country.draft("edu"), country.draft("exam")
    file_id = country.do(
        "filer",
        other,
        lambda row, actor: service.attach(row, io.BytesIO(PDF), "a.pdf", "other", actor=actor).id,
    )
    with pytest.raises(NotSeen):
        country.do("filer", pk, lambda row, actor: service.detach(row, file_id, actor=actor))


# -- the two reviews ----------------------------------------------------------------------------------------


def test_no_pass_with_an_item_open(country: Country) -> None:
    """P-5.3."""
    pk = country.submitted()
    for number in (1, 2, 3, 4):
        country.judge(pk, number, "ok")
    with pytest.raises(Invalid):
        country.do("reviewer", pk, lambda row, actor: service.pass_first(row, actor=actor))
    assert country.read(pk).state == "submitted"


def test_no_pass_with_an_item_wanting(country: Country) -> None:
    """C-art.8."""
    pk = country.checked(country.submitted())
    country.do("reviewer", pk, lambda row, actor: service.check(row, 4, "bad", "后缀不符", actor=actor))
    with pytest.raises(Invalid):
        country.do("reviewer", pk, lambda row, actor: service.pass_first(row, actor=actor))


@pytest.mark.parametrize("number", [0, 6])
def test_there_are_five_items(country: Country, number: int) -> None:
    pk = country.submitted()
    with pytest.raises(NotSeen):
        country.do("reviewer", pk, lambda row, actor: service.check(row, number, "ok", "", actor=actor))


def test_whoever_works_on_it_has_it_until_it_is_released(country: Country) -> None:
    pk = country.submitted()
    country.do("reviewer", pk, lambda row, actor: service.check(row, 1, "ok", "", actor=actor))
    assert country.read(pk).claimed_by == country.actor("reviewer").name
    country.do("reviewer", pk, lambda row, actor: service.release(row, actor=actor))
    row = country.read(pk)
    assert (row.claimed_by, row.items()[0].finding) == ("", "ok")


def test_a_return_says_why_and_remembers_what_was_filed(country: Country) -> None:
    row = country.read(country.returned())
    (decision,) = row.decisions
    assert (decision.outcome, decision.reasons, decision.words) == (
        "returned",
        ["name-not-approved"],
        "填批准的全称。",
    )
    assert decision.filed["organ_name"] == "武陵区教育局"
    assert not {"leader_mobile", "handler_name", "handler_id_number"} & set(decision.filed)


@pytest.mark.parametrize(
    "verb",
    [
        lambda row, actor: service.return_(row, [], "请补正", actor=actor),
        lambda row, actor: service.return_(row, ["other"], "", actor=actor),
        lambda row, actor: service.declare_ineligible(row, ["other"], "", actor=actor),
    ],
)
def test_a_no_without_a_reason_is_refused(country: Country, verb: object) -> None:
    pk = country.submitted()
    with pytest.raises(Invalid):
        country.do("reviewer", pk, verb)  # type: ignore[arg-type]
    assert country.read(pk).state == "submitted"


def test_the_same_person_cannot_do_both_reviews(country: Country) -> None:
    """Maker and checker: a head who did the first review leaves the second to another head."""
    pk = country.awaiting_paper(who="head")
    country.receive(pk)
    for verb in (
        lambda row, actor: service.approve(row, actor=actor),
        lambda row, actor: service.refuse(row, ["other"], "不予通过。", actor=actor),
    ):
        with pytest.raises(AccessDenied) as refused:
            country.do("head", pk, verb)
        assert refused.value.code == "same-person"
    country.do("deputy", pk, lambda row, actor: service.approve(row, actor=actor))
    row = country.read(pk)
    assert row.state == "approved"
    assert row.first_reviewer_id != row.paper_reviewer_id


def test_whoever_judged_an_item_does_not_sign_either(country: Country) -> None:
    """It is the judging that is checked, not who pressed the button that passed it on."""
    pk = country.submitted()
    country.checked(pk, "deputy")
    country.do("reviewer", pk, lambda row, actor: service.pass_first(row, actor=actor))
    country.receive(pk)
    with pytest.raises(AccessDenied) as refused:
        country.do("deputy", pk, lambda row, actor: service.approve(row, actor=actor))
    assert refused.value.code == "same-person"
    waiting = {}
    for who in ("head", "deputy"):
        actor = country.actor(who)
        with access.acting_as(actor):
            waiting[who] = [one.key for one in queries.todo(actor)]
    assert "paper-review" in waiting["head"] and "paper-review" not in waiting["deputy"]
    country.do("head", pk, lambda row, actor: service.approve(row, actor=actor))
    assert country.read(pk).state == "approved"


def test_the_database_too_wants_two_people(country: Country) -> None:
    pk = country.paper_review()
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(
            db.text(
                "UPDATE application SET paper_reviewer_id = first_reviewer_id, state = 'approved' WHERE id = :pk"
            ),
            {"pk": pk},
        )


def test_a_task_of_the_platform_decides_nothing(country: Country) -> None:
    pk = country.checked(country.submitted())
    task = access.system("tests", over="0.")
    for verb in (
        lambda row: service.pass_first(row, actor=task),
        lambda row: service.return_(row, ["other"], "请补正", actor=task),
    ):
        with pytest.raises(AccessDenied):
            country.as_platform(pk, verb)
    assert country.read(pk).state == "submitted"


@pytest.mark.parametrize(
    ("means", "copies", "field"), [("pigeon", 3, "means"), ("hand", 0, "copies"), ("hand", 21, "copies")]
)
def test_a_receipt_says_how_and_how_many(country: Country, means: str, copies: int, field: str) -> None:
    pk = country.awaiting_paper()
    with pytest.raises(Invalid) as refused:
        country.do(
            "clerk",
            pk,
            lambda row, actor: service.receive_paper(row, means, date(2014, 11, 24), copies, actor=actor),
        )
    assert [one.field for one in refused.value.findings] == [field]


def test_the_registrar_sends_one_back_with_a_reason(country: Country) -> None:
    pk = country.reported()
    with pytest.raises(Invalid):
        country.result("registrar", pk, service.mark_sent_back, "  ")
    country.result("registrar", pk, service.mark_sent_back, "IP 地址有误")
    row = country.read(pk)
    assert (row.state, row.reported_at, row.decisions[-1].words) == ("approved", None, "IP 地址有误")
    country.result("head", pk, service.mark_reported)
    country.result("registrar", pk, service.mark_badged)
    assert country.read(pk).state == "badged"


def test_every_verb_is_remembered_with_who_and_why(country: Country) -> None:
    pk = country.approved()
    with access.acting_as(country.actor("filer")):
        entries = audit.timeline(queries.get(pk))
    verbs = [
        entry.verb for entry in entries if entry.verb not in {"application.checked", "application.edited"}
    ]
    assert verbs == [
        "application.approved", "application.paper_received", "application.passed",
        "application.exception_allowed", "application.submitted", "application.attached", "application.started",
    ]  # fmt: skip
    passed = next(entry for entry in entries if entry.verb == "application.passed")
    assert (passed.person, passed.reason) == (
        country.actor("reviewer").name,
        "同意县级部门、乡镇单独建设：承担全区信息发布",
    )


def test_the_audit_chain_holds(country: Country) -> None:
    country.approved()
    assert audit.verify() == []


def test_whoever_listens_hears_it_inside_the_transaction(country: Country) -> None:
    heard: list[tuple[str, str]] = []

    def listen(sender: Application, **_about: object) -> None:
        heard.append((sender.state, sender.number or ""))

    signals.submitted.connect(listen)
    try:
        country.submitted()
    finally:
        signals.submitted.disconnect(listen)
    assert heard == [("submitted", "430702-2014-0001")]
