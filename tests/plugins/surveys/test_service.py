"""Every verb by owner, reviewer, sibling, parent and stranger; and what each leaves behind."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.files import StoredFile
from app.foundation.tenancy.models import Site
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal, Stale, WrongState
from app.plugins.surveys import queries, service, signals
from app.plugins.surveys.models import STATES, SurveySheet
from app.plugins.surveys.rules import SheetEntry, SiteEntry
from tests.plugins.surveys.ground import As, at, desk, named

PDF = b"%PDF-1.4\n%sealed\n"
SITE = SiteEntry("武陵教育网", "常德市武陵区教育局.政务", "jyj.wuling-cddemo.gov.cn", "203.0.113.47")
COMPLETE = SheetEntry(
    unit_name="常德市武陵教育局", supervisor_name="常德市武陵区人民政府", nature="organ", rank="section", leader="负责人甲",
    site_count=1, address="人民路1号", contact="经办人甲", phone="7786510", email="a@example.cn", sites=(SITE,),
)  # fmt: skip

# Who stands where towards 武陵教育局's sheet.
OWNER, REVIEWER, SIBLING, PARENT, STRANGER = (
    "unit.wljy", "wuling.clerk", "dingcheng.clerk", "changde.clerk", "unit.dcws",
)  # fmt: skip
OTHERS = (
    SIBLING,
    PARENT,
    STRANGER,
    "hunan.clerk",
    "changde.egov",
    "renshe.coordinator",
    "conac.registrar",
    "unit.czj",
)


@pytest.fixture
def sheet_id(acting: As) -> int:
    """武陵教育局's draft, complete."""
    with acting(OWNER) as actor, transaction():
        sheet = service.open_(named("武陵教育局").id, actor=actor)
        service.save(sheet, COMPLETE, version=None, actor=actor)
    return sheet.id


def put(pk: int, state: str) -> None:
    """Set a sheet's state past every verb."""
    now = func.current_timestamp()
    values: dict[str, Any] = {
        "state": state,
        "submitted_at": now if state in ("submitted", "accepted") else None,
        "accepted_at": now if state == "accepted" else None,
        "return_reason": "理由" if state == "returned" else "",
    }
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        session.execute(update(SurveySheet).where(SurveySheet.id == pk).values(**values))


def state_of(pk: int) -> str:
    with access.acting_as(access.system("tests", over="0.")):
        return str(db.session.scalar(select(SurveySheet.state).where(SurveySheet.id == pk)))


def count(model: type) -> int:
    with access.acting_as(access.system("tests", over="0.")):
        return db.session.scalar(select(func.count()).select_from(model)) or 0


VERBS: dict[str, Callable[[SurveySheet, Actor], object]] = {
    "save": lambda sheet, actor: service.save(sheet, COMPLETE, version=None, actor=actor),
    "submit": lambda sheet, actor: service.submit(sheet, actor=actor),
    "withdraw": lambda sheet, actor: service.withdraw(sheet, actor=actor),
    "return_": lambda sheet, actor: service.return_(sheet, "请补正", actor=actor),
    "accept": lambda sheet, actor: service.accept(sheet, actor=actor),
    "attach_scan": lambda sheet, actor: service.attach_scan(sheet, io.BytesIO(PDF), "章.pdf", actor=actor),
    "remove_scan": lambda sheet, actor: service.remove_scan(sheet, actor=actor),
}
FROM = {
    "save": {"draft": "draft", "returned": "returned"},
    "submit": {"draft": "submitted", "returned": "submitted"},
    "withdraw": {"submitted": "draft"},
    "return_": {"submitted": "returned"},
    "accept": {"submitted": "accepted"},
    "attach_scan": {"draft": "draft", "returned": "returned"},
    "remove_scan": {"draft": "draft", "returned": "returned"},
}
MAY = {"return_": REVIEWER, "accept": REVIEWER}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_from_each_state_by_who_may(acting: As, sheet_id: int, verb: str, state: str) -> None:
    put(sheet_id, state)
    with acting(MAY.get(verb, OWNER)) as actor:
        if state in FROM[verb]:
            with transaction():
                VERBS[verb](queries.get(sheet_id), actor)
            assert state_of(sheet_id) == FROM[verb][state]
        else:
            with pytest.raises(WrongState), transaction():
                VERBS[verb](queries.get(sheet_id), actor)
            assert state_of(sheet_id) == state


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_by_the_wrong_side(acting: As, sheet_id: int, verb: str) -> None:
    state = next(iter(FROM[verb]))
    put(sheet_id, state)
    wrong = OWNER if verb in MAY else REVIEWER
    with acting(wrong) as actor, pytest.raises(AccessDenied), transaction():
        VERBS[verb](queries.get(sheet_id), actor)
    assert state_of(sheet_id) == state


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_by_everybody_else(acting: As, sheet_id: int, verb: str, who: str) -> None:
    state = next(iter(FROM[verb]))
    put(sheet_id, state)
    sees = who in (PARENT, "hunan.clerk")
    with acting(who) as actor, pytest.raises(AccessDenied if sees else NotSeen), transaction():
        VERBS[verb](queries.get(sheet_id), actor)
    # Even with the row in hand, by way of some other fault, the verb refuses.
    with access.acting_as(access.system("tests", over="0.")):
        sheet = queries.get(sheet_id)
    with access.acting_as(access.actor_for(who)) as actor, pytest.raises(AccessDenied), transaction():
        VERBS[verb](sheet, actor)
    assert state_of(sheet_id) == state


# -- opening ------------------------------------------------------------------------------------------------


def test_a_new_sheet_is_filled_from_the_register(acting: As) -> None:
    with acting("unit.czj") as actor, transaction():
        sheet = service.open_(named("财政局").id, actor=actor)
        assert (sheet.state, sheet.unit_name, sheet.supervisor_name, sheet.site_count) == (
            "draft", "常德市财政局", "常德市人民政府", 1,
        )  # fmt: skip
        assert [(row.number, row.name, row.ip) for row in sheet.sites] == [(1, "财政网", "203.0.113.15")]
        assert (sheet.review_path, sheet.filing_path, sheet.sites[0].review_path) == (
            "0.43.07.",
            None,
            "0.43.07.",
        )
        assert [entry.verb for entry in audit.timeline(sheet)] == ["survey.opened"]


@pytest.mark.parametrize(
    ("who", "unit", "expected"),
    [
        ("unit.czj", "财政局", None),
        ("renshe.coordinator", "人才中心", None),
        ("unit.rcfw", "人才中心", None),
        ("thy.coordinator", "桃花源管理区办", None),
        ("unit.czj", "人社局", NotSeen),
        ("renshe.coordinator", "人社局", NotSeen),
        ("thy.coordinator", "财政局", NotSeen),
        ("wuling.clerk", "武陵教育局", AccessDenied),
        ("changde.clerk", "武陵教育局", AccessDenied),
        ("changde.egov", "桃花源管理区办", AccessDenied),
        ("unit.ct", "城投", Refusal),
        ("unit.hg", "海关", Refusal),
    ],
)
def test_who_opens_whose(acting: As, who: str, unit: str, expected: type[Exception] | None) -> None:
    with acting(who) as actor:
        if expected is None:
            with transaction():
                assert service.open_(named(unit).id, actor=actor).unit_name == f"常德市{unit}"
        else:
            with pytest.raises(expected), transaction():
                service.open_(named(unit).id, actor=actor)
            assert count(SurveySheet) == 0


def test_a_unit_has_one_sheet_in_a_campaign(acting: As, sheet_id: int) -> None:
    with acting(OWNER) as actor, pytest.raises(WrongState), transaction():
        service.open_(named("武陵教育局").id, actor=actor)
    assert count(SurveySheet) == 1


def test_the_database_itself_holds_it_to_one(acting: As, sheet_id: int) -> None:
    with access.acting_as(access.system("tests", over="0.")):
        first = queries.get(sheet_id)
        twin = SurveySheet(
            campaign_id=first.campaign_id, unit_id=first.unit_id, account=first.account, nature="organ", rank="section",
            state="draft",
        )  # fmt: skip
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(twin)


def test_sites_that_a_desk_files_go_on_its_own_sheet(acting: As) -> None:
    unit, zfwz = named("政府办"), desk("430700-ZFWZ")
    with acting("zfwz.coordinator") as actor:
        with transaction():
            portal = service.open_(unit.id, zfwz.id, actor=actor)
            portal_id = portal.id
        assert [row.name for row in portal.sites] == ["门户网站"]
        assert (portal.unit_name, portal.filing_path) == ("常德市政府办", "0.43.07.zfwz.")
        with pytest.raises(NotSeen), transaction():
            service.open_(unit.id, actor=actor)
    with acting("unit.zfb") as actor, transaction():
        own = service.open_(unit.id, actor=actor)
        assert [row.name for row in own.sites] == ["应急网"]
    with acting("zfwz.coordinator"):
        assert [one.id for one in db.session.scalars(select(SurveySheet))] == [portal_id]
    with acting("zfwz.coordinator") as actor:
        with pytest.raises(Refusal) as refused, transaction():
            service.attach_scan(queries.get(portal_id), io.BytesIO(PDF), "章.pdf", actor=actor)
        assert refused.value.code == "scan-by-desk"


def test_a_desk_opens_nothing_where_it_files_nothing(acting: As) -> None:
    with acting("zfwz.coordinator") as actor, pytest.raises(NotSeen), transaction():
        service.open_(named("财政局").id, desk("430700-ZFWZ").id, actor=actor)
    with acting("unit.zfb") as actor, pytest.raises(NotSeen), transaction():
        service.open_(named("政府办").id, desk("430700-RENSHE").id, actor=actor)


# -- saving and handing in ----------------------------------------------------------------------------------


def test_rows_shrink_grow_and_keep_their_numbers(acting: As, sheet_id: int) -> None:
    sites = tuple(SiteEntry(f"网{n}", f"常德{n}.政务", f"a{n}.cn", "203.0.113.1") for n in range(5))
    for chosen in (sites, sites[3:], sites[::-1], (), sites[:2]):
        with acting(OWNER) as actor, transaction():
            entry = SheetEntry(**{**{f: getattr(COMPLETE, f) for f in COMPLETE.__slots__}, "sites": chosen})
            service.save(queries.get(sheet_id), entry, version=None, actor=actor)
        with acting(OWNER):
            rows = queries.get(sheet_id).sites
            assert [(row.number, row.name) for row in rows] == [
                (n, one.name) for n, one in enumerate(chosen, start=1)
            ]


def test_what_only_rows_changed_moves_the_version_all_the_same(acting: As, sheet_id: int) -> None:
    with acting(OWNER) as actor:
        before = queries.get(sheet_id).version
        entry = SheetEntry(**{**{f: getattr(COMPLETE, f) for f in COMPLETE.__slots__}, "sites": ()})
        with transaction():
            service.save(queries.get(sheet_id), entry, version=before, actor=actor)
        assert queries.get(sheet_id).version > before
        with pytest.raises(Stale), transaction():
            service.save(queries.get(sheet_id), COMPLETE, version=before, actor=actor)
        assert not queries.get(sheet_id).sites


def test_names_phones_and_mail_enter_the_record_as_digests(acting: As, sheet_id: int) -> None:
    with access.acting_as(access.system("tests", over="0.")):
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "survey.saved")).all()
    text = str([entry.after for entry in entries])
    assert "hmac:" in text and "常德市武陵区人民政府" in text
    for private in ("负责人甲", "经办人甲", "7786510", "a@example.cn"):
        assert private not in text


def test_an_incomplete_sheet_is_not_handed_in_and_stays(acting: As) -> None:
    with acting(OWNER) as actor:
        with transaction():
            sheet = service.open_(named("武陵教育局").id, actor=actor)
        with pytest.raises(Invalid) as refused, transaction():
            service.submit(sheet, actor=actor)
        assert {one.field for one in refused.value.findings} >= {"leader", "phone", "sites", "site_count"}
        assert state_of(sheet.id) == "draft"


def test_handing_in_writes_canonically_and_keeps_business_time(acting: As, sheet_id: int) -> None:
    with acting(OWNER) as actor, at(19, 17), transaction():
        service.submit(queries.get(sheet_id), actor=actor)
    with acting(REVIEWER):
        sheet = queries.get(sheet_id)
        assert (sheet.phone, sheet.submitted_at and sheet.submitted_at.isoformat()) == (
            "0736-7786510", "2014-11-19T09:00:00+00:00",
        )  # fmt: skip


def test_accepting_registers_what_the_register_lacks(acting: As, sheet_id: int) -> None:
    before = count(Site)
    put(sheet_id, "submitted")
    with acting(REVIEWER) as actor, transaction():
        service.accept(queries.get(sheet_id), actor=actor)
    with acting(REVIEWER):
        added = db.session.scalars(select(Site).where(Site.unit_id == named("武陵教育局").id)).one()
        assert (added.name, added.english_domain, added.review_path) == (
            SITE.name,
            SITE.english_domain,
            "0.43.07.02.",
        )
        assert [entry.verb for entry in audit.timeline(added)] == ["site.added"]
    assert count(Site) == before + 1


def test_accepting_does_not_double_what_is_registered(acting: As) -> None:
    with acting("unit.czj") as actor, transaction():
        sheet = service.open_(named("财政局").id, actor=actor)
        again = SiteEntry("另一个名称", "无", "CZJ.cddemo.gov.cn", "203.0.113.15")
        entry = SheetEntry(**{**{f: getattr(COMPLETE, f) for f in COMPLETE.__slots__}, "sites": (again,)})
        service.save(sheet, entry, version=None, actor=actor)
        service.submit(sheet, actor=actor)
    before = count(Site)
    with acting("changde.clerk") as actor, transaction():
        service.accept(queries.get(sheet.id), actor=actor)
    assert count(Site) == before


@pytest.mark.parametrize("verb", ["accept", "return_"])
def test_the_office_decides_on_what_it_read(acting: As, sheet_id: int, verb: str) -> None:
    put(sheet_id, "submitted")
    with acting(REVIEWER) as actor, pytest.raises(Stale), transaction():
        sheet = queries.get(sheet_id)
        if verb == "accept":
            service.accept(sheet, actor=actor, version=sheet.version - 1)
        else:
            service.return_(sheet, "理由", actor=actor, version=sheet.version - 1)
    assert state_of(sheet_id) == "submitted"


def test_returning_without_a_reason_does_nothing(acting: As, sheet_id: int) -> None:
    put(sheet_id, "submitted")
    with acting(REVIEWER) as actor, pytest.raises(Invalid), transaction():
        service.return_(queries.get(sheet_id), "  ", actor=actor)
    assert state_of(sheet_id) == "submitted"


def test_the_city_accepts_taohuayuans_sheet_and_its_desk_hands_it_in(acting: As) -> None:
    with acting("thy.coordinator") as actor, transaction():
        sheet = service.open_(named("桃花源管理区办").id, actor=actor)
        service.save(sheet, COMPLETE, version=None, actor=actor)
        service.submit(sheet, actor=actor)
    with acting("thy.coordinator") as actor, pytest.raises(AccessDenied), transaction():
        service.accept(queries.get(sheet.id), actor=actor)
    with acting("changde.clerk") as actor, transaction():
        service.accept(queries.get(sheet.id), actor=actor)
    assert state_of(sheet.id) == "accepted"


def test_every_change_of_state_is_told_inside_the_transaction(acting: As, sheet_id: int) -> None:
    heard: list[str] = []

    def listen(name: str) -> Callable[..., None]:
        def hear(sheet: SurveySheet, **_rest: object) -> None:
            heard.append(f"{name} {sheet.state}")

        return hear

    names = ("submitted", "withdrawn", "returned", "accepted")
    ears = {name: listen(name) for name in names}
    for name, ear in ears.items():
        getattr(signals, name).connect(ear)
    for who, verb in (
        (OWNER, "submit"),
        (OWNER, "withdraw"),
        (OWNER, "submit"),
        (REVIEWER, "return_"),
        (OWNER, "submit"),
        (REVIEWER, "accept"),
    ):
        with acting(who) as actor, transaction():
            VERBS[verb](queries.get(sheet_id), actor)
    assert heard == [
        "submitted submitted", "withdrawn draft", "submitted submitted", "returned returned", "submitted submitted",
        "accepted accepted",
    ]  # fmt: skip
    with acting(REVIEWER):
        verbs = [entry.verb for entry in audit.timeline(queries.get(sheet_id))]
        assert verbs[:6] == [
            "survey.accepted", "survey.submitted", "survey.returned", "survey.submitted", "survey.withdrawn",
            "survey.submitted",
        ]  # fmt: skip


# -- no website ---------------------------------------------------------------------------------------------


def empty(**more: object) -> SheetEntry:
    fields = {f: getattr(COMPLETE, f) for f in COMPLETE.__slots__}
    return SheetEntry(**{**fields, "sites": (), "site_count": None, "no_website": True, **more})


def test_a_municipal_unit_without_a_website_hands_in_a_sealed_scan(acting: As) -> None:
    with acting("unit.jgj") as actor:
        with transaction():
            sheet = service.open_(named("机关事务局").id, actor=actor)
            service.save(sheet, empty(), version=None, actor=actor)
        with pytest.raises(Invalid) as refused, transaction():
            service.submit(queries.get(sheet.id), actor=actor)
        assert [(one.field, one.source) for one in refused.value.findings] == [
            ("scan", "常编办发〔2014〕9号 第二条")
        ]
        with transaction():
            service.attach_scan(queries.get(sheet.id), io.BytesIO(PDF), "盖章.pdf", actor=actor)
        with transaction():
            service.attach_scan(queries.get(sheet.id), io.BytesIO(PDF + b"2"), "盖章二.pdf", actor=actor)
        assert [one.name for one in queries.scans(queries.get(sheet.id))] == ["盖章二.pdf"]
        with transaction():
            done = service.submit(queries.get(sheet.id), actor=actor)
        assert (done.site_count, done.sites) == (0, [])


def test_a_county_unit_may_do_without_the_scan(acting: As, sheet_id: int) -> None:
    with acting(OWNER) as actor, transaction():
        service.save(queries.get(sheet_id), empty(), version=None, actor=actor)
        service.submit(queries.get(sheet_id), actor=actor)
    assert state_of(sheet_id) == "submitted"


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "file-empty"), (b"MZ\x90\x00 program", "file-kind"), (b"<html>", "file-kind")]
)
def test_a_scan_is_told_by_its_first_bytes(acting: As, sheet_id: int, content: bytes, code: str) -> None:
    with acting(OWNER) as actor, pytest.raises(Refusal) as refused, transaction():
        service.attach_scan(queries.get(sheet_id), io.BytesIO(content), "章.pdf", actor=actor)
    assert (refused.value.code, refused.value.field) == (code, "scan")
    assert count(StoredFile) == 0


def test_a_scan_can_be_put_away_again(acting: As, sheet_id: int) -> None:
    with acting(OWNER) as actor:
        with transaction():
            service.attach_scan(queries.get(sheet_id), io.BytesIO(PDF), "章.pdf", actor=actor)
        with transaction():
            service.remove_scan(queries.get(sheet_id), actor=actor)
    assert count(StoredFile) == 0


# -- the second lock ----------------------------------------------------------------------------------------


def test_a_sheet_cannot_be_moved_to_another_unit(acting: As, sheet_id: int) -> None:
    with acting(OWNER), pytest.raises(SQLAlchemyError), transaction():
        queries.get(sheet_id).unit_id = named("鼎城卫生局").id
    with acting(OWNER):
        assert queries.get(sheet_id).unit_id == named("武陵教育局").id


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (OWNER, True), (REVIEWER, True), ("wuling.head", True), (PARENT, True), ("hunan.clerk", True),
        (SIBLING, False), (STRANGER, False), ("changde.egov", False), ("changsha.clerk", False), ("conac.registrar", False),
    ],
)  # fmt: skip
def test_who_sees_a_countys_sheet_and_its_rows(
    acting: As, app: Flask, sheet_id: int, who: str, sees: bool
) -> None:
    with acting(who):
        found = db.session.scalar(select(func.count()).select_from(SurveySheet))
        assert found == (1 if sees else 0)
        if sees:
            assert len(queries.get(sheet_id).sites) == 1
        else:
            with pytest.raises(NotSeen):
                queries.get(sheet_id)
