"""Progress by group with the dates that bind, whose figures they are, and the pages that show them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office, Site, Unit
from app.plugins.surveys import expected, groups, progress
from app.plugins.surveys.groups import Counts, Section
from app.plugins.surveys.models import SurveySheet
from tests.plugins.surveys.collated import PORTAL

Person = Callable[[str], Actor]
Browse = Callable[[str], FlaskClient]

CITY, WULING, DINGCHENG = "0.43.07.", "0.43.07.02.", "0.43.07.03."


def _numbers(counts: Counts) -> tuple[int, ...]:
    return counts.total, counts.accepted, counts.submitted, counts.returned, counts.missing, counts.overdue


def _sections(actor: Actor, path: str) -> dict[str, Section]:
    with access.acting_as(actor):
        table = progress.dates(actor, path)
        plan = progress.plans_at(table, path)[0]
        with access.acting_as(access.system("tests")):
            offices = {office.path: office for office in db.session.scalars(select(Office).where(Office.kind == "office"))}
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
    assert [_numbers(row.counts) for row in found["municipal"].rows] == [(22, 12, 5, 2, 3, 3), (9, 6, 1, 1, 1, 1)]
    assert _numbers(found["guided"].counts) == (2, 1, 1, 0, 0, 0)
    assert _numbers(found["counties"].counts) == (20, 10, 3, 1, 6, 1)
    assert _numbers(found["zones"].counts) == (6, 2, 2, 0, 2, 0)


def test_each_line_carries_the_date_that_binds_it(city: Flask, person: Person) -> None:
    found = _sections(person("changde.clerk"), CITY)
    organs, _institutions = found["municipal"].rows
    assert [(due.deadline.date, due.track) for due in organs.dues if due.deadline] == [(date(2014, 11, 21), "")]
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


def test_a_site_filed_by_its_own_desk_is_one_more_sheet(city: Flask, person: Person) -> None:
    actor = person("changde.clerk")
    with access.acting_as(actor):
        plan = progress.plans_at(progress.dates(actor, CITY), CITY)[0]
        sheets = expected.sheets(actor, plan)
        with access.acting_as(access.system("tests")):
            rows = db.session.execute(
                expected.listed(sheets, plan, "", sheets.c.account == PORTAL, limit=10)
            ).all()
    assert {(row.desk, row.state) for row in rows} == {(None, "submitted"), ("常德政府网站", "accepted")}


def test_an_idle_desk_site_or_unit_is_not_expected(city: Flask, person: Person) -> None:
    actor = person("changde.clerk")

    def total() -> int:
        counts = progress.standing(actor)
        assert counts is not None
        return counts.total

    with access.acting_as(actor):
        before = total()
        with access.acting_as(access.system("tests")):
            site = db.session.scalars(select(Site).where(Site.filing_desk_id.is_not(None))).one()
            unit = db.session.scalars(select(Unit).where(Unit.account == "41840005")).one()
            site.active = unit.active = False
            db.session.flush()
        after = total()
        db.session.rollback()
        assert total() == before
    assert (before, after) == (59, 57)


def test_the_desk_reads_its_office_in_few_statements(city: Flask, person: Person, statements: Any) -> None:
    actor = person("changde.head")
    with city.test_request_context("/"), access.acting_as(actor):
        progress.dates(actor, CITY)  # the desk has read the dates and the clock already
        clock.today()
        with statements() as counting:
            counts = progress.standing(actor)
            names = progress.missing(actor, 3)
    assert counts is not None
    assert _numbers(counts) == (59, 31, 12, 4, 12, 5)
    assert names == ["常德市财政局", "常德市司法局", "常德市商务局"]
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
        return [(one.label, [(r.label, _numbers(r.counts), r.dues) for r in one.rows]) for one in _sections(actor, CITY).values()]

    assert plain(egov) == plain(office)
    with access.acting_as(egov):
        seen = set(db.session.scalars(select(SurveySheet.account)))
    assert seen == {"41840060", "41840061"}
    opened = {row.label for one in _sections(egov, CITY).values() for row in one.rows if row.opens}
    assert opened == {"桃花源旅游管理区（筹）"}


# -- pages ---------------------------------------------------------------------------------------------------


def _page(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    return answer.get_data(as_text=True)


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_the_city_page_shows_progress_missing_and_the_table(browse: Browse) -> None:
    text = _text(_page(browse("changde.clerk"), "/aggregate/"))
    for words in ("43 / 59 份", "市直各单位（不含四区） 31 18 6 3 4 4", "武陵区编委办自定", "与市电子政务办共享"):
        assert words in text
    assert "常德市财政局 41840005 未开始 超期 1 个工作日" in text
    assert "单位名称 主管部门 单位性质 单位规格 单位负责人 单位开办网站个数 单位地址 网站联系人 联系电话 电子邮箱 网站序号 网站名称" in text
    assert "常德教育督导网" in text
    assert "共 45 条" in text


def test_further_pages_hold_the_table_alone(browse: Browse) -> None:
    client = browse("changde.clerk")
    text = _text(_page(client, "/aggregate/?page=2"))
    assert "报送进度" not in text
    assert "澧县人民政府门户网站" in text
    assert "常德财政网" not in text
    assert "常德人大网" in _text(_page(client, "/aggregate/?page=9999")), "past the end is the first page"


def test_the_table_holds_what_was_handed_in_only(browse: Browse) -> None:
    client = browse("changde.clerk")
    whole = _text(_page(client, "/aggregate/")) + _text(_page(client, "/aggregate/?page=2"))
    assert "常德民政网" not in whole, "returned"
    assert "常德司法行政网" not in whole, "a draft"
    waiting = _text(_page(client, "/aggregate/?state=submitted"))
    assert "共 12 条" in waiting
    assert "常德政协网" in waiting
    assert "常德人大网" not in waiting


def test_lower_offices_open_to_pages_of_their_own(browse: Browse) -> None:
    client = browse("changde.clerk")
    assert 'href="/aggregate/?office=430702"' in _page(client, "/aggregate/")
    text = _text(_page(client, "/aggregate/?office=430702"))
    assert "武陵区编委办摸底汇总" in text
    assert "武陵教育网" in text
    assert "鼎城卫生网" not in text


@pytest.mark.parametrize(
    ("username", "office", "status"),
    [
        ("changde.clerk", "430702", 200),
        ("changde.clerk", "4307Z2", 200),
        ("changde.clerk", "430000", 404),
        ("changde.clerk", "430100", 404),
        ("changde.clerk", "430700-ZFWZ", 404),
        ("changde.clerk", "nowhere", 404),
        ("wuling.clerk", "430702", 200),
        ("wuling.clerk", "430703", 404),
        ("wuling.clerk", "430700", 404),
        ("hunan.auditor", "430700", 200),
        ("hunan.auditor", "430100", 200),
        ("hunan.auditor", "420000", 404),
        ("central.reviewer", "430702", 200),
        ("changde.egov", "430700", 200),
        ("changde.egov", "430702", 200),
        ("changde.egov", "430000", 404),
        ("wuling.egov", "430702", 403),
        ("unit.changde", "430700", 403),
        ("conac.registrar", "430700", 403),
        ("taohuayuan.coordinator", "430700", 403),
    ],
)
def test_whose_page_it_is(browse: Browse, username: str, office: str, status: int) -> None:
    client = browse(username)
    assert client.get(f"/aggregate/?office={office}").status_code == status
    assert client.get(f"/aggregate/export.xlsx?office={office}").status_code == (
        404 if (status, office) == (200, "430100") else status
    )


def test_strangers_sign_in_first(city: Flask) -> None:
    for url in ("/aggregate/", "/aggregate/export.xlsx", "/aggregate/units"):
        answer = city.test_client().get(url)
        assert answer.status_code == 302
        assert "/login/" in answer.location


def test_an_office_that_no_survey_reaches_is_told_so(browse: Browse) -> None:
    assert "还没有部署网站调查摸底" in _text(_page(browse("hunan.auditor"), "/aggregate/?office=430100"))


def test_the_shared_page_names_nobody(browse: Browse) -> None:
    client = browse("changde.egov")
    text = _text(_page(client, "/aggregate/"))
    assert "市直各单位（不含四区） 31 18 6 3 4 4" in text
    assert "常德教育督导网" in text
    for name in ("单位负责人", "网站联系人", "联系电话", "电子邮箱", "负责人乙", "0736-70000", "@example.cn"):
        assert name not in text
    assert "本级还没有报送的单位" not in text


def test_a_number_opens_the_units_behind_it(browse: Browse) -> None:
    client = browse("changde.clerk")
    page = _page(client, "/aggregate/")
    link = re.search(r'href="(/aggregate/units\?[^"]*track=organ[^"]*)"[^>]*aria-label="党政机关，未报送 3 份', page)
    assert link is not None
    text = _text(_page(client, link[1].replace("&amp;", "&")))
    assert "未报送单位" in text
    assert [name in text for name in ("常德市财政局", "常德市司法局", "常德市商务局", "常德市人才服务中心")] == [
        True, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("username", "query", "status"),
    [
        ("changde.clerk", "office=430702&state=missing", 200),
        ("changde.egov", "office=430700&group=guided", 200),
        ("changde.egov", "office=430702", 404),
        ("wuling.clerk", "office=430703", 404),
        ("changde.clerk", "office=430000", 404),
        ("changde.clerk", "group=nowhere", 404),
        ("changde.clerk", "campaign=99999999999999999999", 404),
        ("changde.clerk", "state=draft", 400),
        ("changde.clerk", "track=nobody", 400),
        ("changde.clerk", "page=0", 400),
        ("changde.clerk", "page=x", 400),
    ],
)
def test_the_units_page_keeps_to_the_sheets_one_sees(browse: Browse, username: str, query: str, status: int) -> None:
    answer = browse(username).get(f"/aggregate/units?{query}")
    assert answer.status_code == status
    if username == "changde.egov" and status == 200:
        assert "桃花源旅游开发局" in answer.get_data(as_text=True)


def test_egov_sees_no_unit_of_the_city_behind_the_numbers(browse: Browse) -> None:
    text = _text(_page(browse("changde.egov"), "/aggregate/units"))
    assert "桃花源管理区" in text or "桃花源旅游管理区（筹）办公室" in text
    assert "常德市财政局" not in text


@pytest.mark.parametrize("query", ["page=x", "page=-1", "page=0", "state=draft", "state=%00", "campaign=x", "office=%ff"])
def test_unusable_arguments_are_refused_by_name(browse: Browse, query: str) -> None:
    assert browse("changde.clerk").get(f"/aggregate/?{query}").status_code in (400, 404)


@pytest.mark.parametrize(
    ("username", "url", "most"),
    [
        ("changde.clerk", "/aggregate/", 10),
        ("changde.clerk", "/aggregate/?office=430702", 10),
        ("changde.clerk", "/aggregate/?page=2", 8),
        ("changde.clerk", "/aggregate/units?state=missing", 8),
        ("changde.egov", "/aggregate/", 10),
        ("hunan.auditor", "/aggregate/", 10),
        ("central.reviewer", "/aggregate/", 10),
    ],
)
def test_a_page_costs_few_statements(browse: Browse, statements: Any, username: str, url: str, most: int) -> None:
    client = browse(username)
    with statements() as counted:
        _page(client, url)
    assert len(counted) <= most, counted


def test_the_menu_leads_there(browse: Browse) -> None:
    assert 'href="/aggregate/"' in _page(browse("changde.clerk"), "/surveys/list/")
    assert 'href="/aggregate/"' not in _page(browse("unit.changde"), "/surveys/list/")


def test_reading_writes_nothing(city: Flask, browse: Browse) -> None:
    with access.acting_as(access.system("tests")), transaction():
        before = db.session.scalars(select(SurveySheet.updated_at)).all()
    browse("changde.clerk").get("/aggregate/")
    with access.acting_as(access.system("tests")), transaction():
        assert db.session.scalars(select(SurveySheet.updated_at)).all() == before
