"""Progress by group with the dates that bind, and whose figures they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import literal, select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Site, Unit
from app.plugins.campaigns.models import Campaign, CampaignStep
from app.plugins.surveys import expected, groups, progress
from app.plugins.surveys.groups import Counts, Section
from app.plugins.surveys.models import SurveySheet
from tests.plugins.surveys.collated import PORTAL

Person = Callable[[str], Actor]

CITY, WULING = "0.43.07.", "0.43.07.02."


def _numbers(counts: Counts) -> tuple[int, ...]:
    return counts.total, counts.accepted, counts.submitted, counts.returned, counts.missing, counts.overdue


def _sections(actor: Actor, path: str) -> dict[str, Section]:
    with access.acting_as(actor):
        table = progress.dates(actor, path)
        plan = progress.plans_at(table, path)[0]
        with access.acting_as(access.system("tests", over="0.")):
            offices = {
                office.path: office
                for office in db.session.scalars(select(Office).where(Office.kind == "office"))
            }
        found = progress.cells(actor, plan, table, clock.today(), path=path)
        return {one.key: one for one in groups.sections(actor, plan, found, table, path, offices)}


def test_the_city_sees_the_notices_own_groups(city: Flask, person: Person) -> None:
    found = _sections(person("changde.clerk"), CITY)
    assert [(one.label, [row.label for row in one.rows][:2]) for one in found.values()] == [
        ("市直各单位（不含四区）", ["党政机关", "事业单位"]),
        ("桃花源旅游管理区（筹）", ["桃花源旅游管理区（筹）"]),
        ("各区县（市）", ["武陵区编委办", "鼎城区编委办"]),
        ("市直四区", ["常德经开区政工人事部门", "柳叶湖政工人事部门"]),
    ]
    assert [len(one.rows) for one in found.values()] == [2, 1, 9, 4]
    assert found["guided"].single
    assert not found["municipal"].single


def test_numbers_of_each_group(city: Flask, person: Person) -> None:
    found = _sections(person("changde.clerk"), CITY)
    # 30 units (customs and the tax bureau are reviewed above, the company is barred) and the portal's own sheet.
    assert _numbers(found["municipal"].counts) == (31, 18, 6, 3, 4, 4)
    assert [_numbers(row.counts) for row in found["municipal"].rows] == [
        (22, 12, 5, 2, 3, 3),
        (9, 6, 1, 1, 1, 1),
    ]
    assert _numbers(found["guided"].counts) == (2, 1, 1, 0, 0, 0)
    assert _numbers(found["counties"].counts) == (20, 10, 3, 1, 6, 1)
    assert _numbers(found["zones"].counts) == (6, 2, 2, 0, 2, 0)


def test_each_line_carries_the_date_that_binds_it(city: Flask, person: Person) -> None:
    found = _sections(person("changde.clerk"), CITY)
    organs, _institutions = found["municipal"].rows
    assert [(due.deadline.date, due.track) for due in organs.dues if due.deadline] == [
        (date(2014, 11, 21), "")
    ]
    assert "第三条" in organs.dues[0].deadline.source  # type: ignore[union-attr]
    wuling, dingcheng, anxiang = found["counties"].rows[:3]
    # A date of the county's own for one track only; the other, and a county without one, have none yet (S16).
    assert [(due.track, due.deadline and due.deadline.date) for due in wuling.dues] == [
        ("党政机关", date(2014, 11, 19)),
        ("事业单位", None),
    ]
    assert wuling.dues[0].deadline is not None
    assert (wuling.dues[0].deadline.set_by, wuling.dues[0].deadline.local) == ("武陵区编委办", True)
    assert [due.deadline for due in anxiang.dues] == [None]
    # Past its date Wuling's missing sheet is overdue; Dingcheng's date is today, Anxiang has none.
    assert (wuling.counts.missing, wuling.counts.overdue) == (1, 1)
    assert dingcheng.counts.overdue == anxiang.counts.overdue == 0


def test_the_day_itself_still_counts(city: Flask, person: Person) -> None:
    actor = person("changde.clerk")
    with access.acting_as(actor):
        table = progress.dates(actor, CITY)
        plan = progress.plans_at(table, CITY)[0]
        late = [
            progress.total(cell.counts for cell in progress.cells(actor, plan, table, day, path=CITY)).overdue
            for day in (date(2014, 11, 19), date(2014, 11, 20), date(2014, 11, 21), date(2014, 11, 22))
        ]
    assert late == [0, 1, 1, 5]


def test_a_county_page_splits_its_own_units(city: Flask, person: Person) -> None:
    for username in ("wuling.clerk", "changde.clerk", "hunan.auditor"):
        found = _sections(person(username), WULING)
        assert [(one.label, [row.label for row in one.rows]) for one in found.values()] == [
            ("武陵区编委办", ["党政机关", "事业单位"])
        ]
        assert _numbers(found["counties"].counts) == (3, 1, 1, 0, 1, 1)
        dates = [[due.deadline and due.deadline.date for due in row.dues] for row in found["counties"].rows]
        assert dates == [[date(2014, 11, 19)], [None]]
        assert [due.track for row in found["counties"].rows for due in row.dues] == ["", ""]


def test_counting_below_an_office_reads_nothing_else(city: Flask, person: Person) -> None:
    actor = person("changde.clerk")
    with access.acting_as(actor):
        table = progress.dates(actor, CITY)
        found = progress.cells(actor, progress.plans_at(table, CITY)[0], table, clock.today(), path=WULING)
    assert {cell.review_path for cell in found} == {WULING}


def test_a_site_filed_by_its_own_desk_is_one_more_sheet(city: Flask, person: Person) -> None:
    actor = person("changde.clerk")
    with access.acting_as(actor):
        plan = progress.plans_at(progress.dates(actor, CITY), CITY)[0]
        sheets = expected.sheets(actor, plan)
        with access.acting_as(access.system("tests", over="0.")):
            rows = db.session.execute(
                expected.listed(sheets, plan, "", sheets.c.account == PORTAL, limit=10)
            ).all()
    assert {(row.desk, row.state) for row in rows} == {(None, "submitted"), ("常德政府网站", "accepted")}


@pytest.mark.parametrize(
    ("idle", "fewer"),
    [(("41840005",), 1), ((PORTAL,), 2), (("site",), 1), (("41840005", "site"), 2)],
)
def test_an_idle_unit_or_desk_site_is_not_expected(
    city: Flask, person: Person, idle: tuple[str, ...], fewer: int
) -> None:
    """The portal's unit hands in two sheets, its own and the desk's; without the site only its own."""
    actor = person("changde.clerk")
    with access.acting_as(access.system("tests", over="0.")):
        units = select(Unit).where(Unit.account.in_(idle))
        sites = select(Site).where(Site.filing_desk_id.is_not(None), literal("site" in idle))
        for row in (*db.session.scalars(units), *db.session.scalars(sites)):
            row.active = False
        db.session.flush()
    with access.acting_as(actor):
        after = progress.standing(actor)
        db.session.rollback()
        before = progress.standing(actor)
    assert before is not None
    assert after is not None
    assert (before.total, before.total - after.total) == (59, fewer)


def test_the_desk_reads_its_office_in_few_statements(city: Flask, person: Person, statements: Any) -> None:
    actor = person("changde.head")
    with city.test_request_context("/"), access.acting_as(actor):
        progress.dates(actor, CITY)  # the desk has read the dates and the clock already
        clock.today()
        with statements() as counting:
            counts = progress.standing(actor)
            names = progress.missing(actor, 50)
    assert counts is not None
    assert _numbers(counts) == (59, 31, 12, 4, 12, 5)
    # Of the city's own level, and none of the counties' six.
    assert names == ["常德市财政局", "常德市司法局", "常德市商务局", "常德市人才服务中心"]
    assert len(counting) == 2


@pytest.mark.parametrize("username", ["conac.registrar", "wuling.egov", "unit.changde", "changde.admin"])
def test_nobody_else_has_figures(city: Flask, person: Person, username: str) -> None:
    actor = person(username)
    with access.acting_as(actor):
        assert progress.standing(actor) is None
        assert progress.missing(actor, 5) == []


def test_shared_figures_are_the_offices_own(city: Flask, person: Person) -> None:
    """市电子政务办 sees neither the sheets nor the dates counties set, and reads the same numbers (S14)."""
    office, egov = person("changde.clerk"), person("changde.egov")

    def plain(actor: Actor) -> list[Any]:
        return [
            (one.label, [(r.label, _numbers(r.counts), r.dues) for r in one.rows])
            for one in _sections(actor, CITY).values()
        ]

    assert plain(egov) == plain(office)
    with access.acting_as(egov):
        seen = set(db.session.scalars(select(SurveySheet.account)))
    assert seen == {"41840060", "41840061"}
    opened = {row.label for one in _sections(egov, CITY).values() for row in one.rows if row.opens}
    assert opened == {"桃花源旅游管理区（筹）"}


def test_a_lower_offices_own_survey_takes_its_units_out(city: Flask, person: Person) -> None:
    """The nearest office's arrangement binds (S3): its units hand in there, and the city does not wait for them."""
    actor = person("changde.clerk")
    with access.acting_as(access.system("tests", over="0.")):
        office = db.session.scalars(select(Office).where(Office.code == "430702")).one()
        above = db.session.scalars(select(Campaign)).one()
        copied = {
            name: getattr(above, name)
            for name in ("title", "short_title", "issued_on", "folder", "body", "tracks")
        }
        own = [{"key": "own", "label": "区直各单位", "homes": [WULING], "offices": []}]
        local = Campaign(**copied, document="武编办发〔2014〕1号", office_id=office.id, groups=own)
        db.session.add(local)
        db.session.flush()
        step = CampaignStep(
            campaign_id=local.id, office_id=office.id, ordinal=1, key="s", kind="survey", track="organ"
        )
        step.label, step.groups, step.due, step.source = "摸底", ["own"], date(2014, 11, 23), "第一条"
        db.session.add(step)
        db.session.flush()
    found = _sections(actor, CITY)
    wuling = _sections(actor, WULING)
    db.session.rollback()
    assert found["counties"].rows[0].counts == Counts()
    assert _numbers(found["counties"].counts) == (17, 9, 2, 1, 5, 0)
    assert [(one.label, _numbers(one.counts)) for one in wuling.values()] == [
        ("区直各单位", (3, 0, 0, 0, 3, 3))
    ]
