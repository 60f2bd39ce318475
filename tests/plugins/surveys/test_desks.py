"""Who fills in, by which rule, and giving it to another desk: facts and open sheets follow, the reason stays (S8–S11)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office, Site
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal, WrongState
from app.plugins.surveys import desks, queries, service, shown, signals
from app.plugins.surveys.models import SurveySheet
from tests.plugins.surveys.ground import As, SignIn, desk, named
from tests.plugins.surveys.test_views import fill, start, text_of, version

RENSHE, ZFWZ, JIAOYU = "430700-RENSHE", "430700-ZFWZ", "430700-JIAOYU"
PLATFORM = access.system("tests", over="0.")


def open_for(acting: As, who: str, unit: str, code: str | None = None) -> int:
    with acting(who) as actor, transaction():
        return service.open_(named(unit).id, desk(code).id if code else None, actor=actor).id


def sheet(pk: int) -> SurveySheet:
    db.session.expire_all()
    with access.acting_as(PLATFORM):
        return queries.get(pk)


def rule_of(unit: str) -> tuple[str, str]:
    with access.acting_as(PLATFORM):
        return shown.filing_rule(named(unit).id)


@pytest.fixture
def told() -> Iterator[list[desks.Reassigned]]:
    found: list[desks.Reassigned] = []

    def note(_unit: Any, *, done: desks.Reassigned, actor: Any) -> None:
        found.append(done)

    with signals.desk_reassigned.connected_to(note):
        yield found


# -- the rules, as they are told -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "unit", "code", "said", "source"),
    [
        ("zfwz.coordinator", "政府办", ZFWZ, "该网站由常德政府网站负责填报", "通知第二条"),
        ("unit.zfb", "政府办", None, "由本单位政工人事部门填报。", "通知第二条"),
        ("unit.czj", "财政局", None, "由本单位政工人事部门填报。", "通知第二条"),
        ("unit.rcfw", "人才中心", None, "由主管部门的常德市人力资源和社会保障局人事科协调落实", "通知第二条"),
        ("unit.thy", "桃花源管理区办", None, "由桃花源旅游管理区（筹）组织人事组为主承办", "通知第一条"),
        (
            "unit.wljy",
            "武陵教育局",
            None,
            "本辖区的调查摸底由武陵区编委办部署。",
            "常编办发〔2014〕9号 第三条",
        ),
        (
            "unit.lyh",
            "柳叶湖旅游局",
            None,
            "本辖区的调查摸底由柳叶湖政工人事部门部署。",
            "常编办发〔2014〕9号 第三条",
        ),
    ],
)
def test_whoever_fills_in_reads_by_which_rule(
    acting: As, who: str, unit: str, code: str | None, said: str, source: str
) -> None:
    pk = open_for(acting, who, unit, code)
    with acting(who):
        rule, by = shown.responsible(queries.get(pk))
    assert said in rule and by == source
    assert sheet(pk).unit_name == f"常德市{unit}", "the unit that reports stays the unit (S11)"


def test_it_stands_on_the_page_before_the_first_word(sign_in: SignIn) -> None:
    page = text_of(sign_in("renshe.coordinator").get(f"/surveys/new?unit={named('人才中心').id}"))
    assert "由主管部门的常德市人力资源和社会保障局人事科协调落实" in page and "通知第二条" in page


# -- a unit's desk ---------------------------------------------------------------------------------------------


def test_a_units_open_sheet_goes_with_it(acting: As, told: list[desks.Reassigned]) -> None:
    pk = open_for(acting, "renshe.coordinator", "人才中心")
    with acting("changde.clerk") as clerk, transaction():
        unit = named("人才中心")
        desks.reassign(unit, desk(JIAOYU), " 人事关系已划转 ", actor=clerk)
        jiaoyu = desk(JIAOYU).path
        assert (unit.filing_path, sheet(pk).filing_path) == (jiaoyu, jiaoyu)
        (done,) = told
        assert done.before is not None and done.after is not None
        assert (done.before.code, done.after.code, done.reason) == (RENSHE, JIAOYU, "人事关系已划转")
    with acting("renshe.coordinator"), pytest.raises(NotSeen):
        queries.get(pk)
    with acting("unit.rcfw"):
        assert queries.get(pk).unit_name == "常德市人才中心"


def test_it_is_recorded_with_its_reason_and_told_as_the_offices_word(acting: As) -> None:
    with acting("changde.clerk") as clerk, transaction():
        desks.reassign(named("人才中心"), desk(JIAOYU), "人事关系已划转", actor=clerk)
        entry = audit.timeline(named("人才中心"))[0]
    assert (entry.verb, entry.reason) == (desks.VERB, "人事关系已划转")
    assert entry.after == {"desk": "常德市教育局人事科", "sites": []}
    rule, source = rule_of("人才中心")
    assert rule == "由常德市教育局人事科负责填报。"
    assert "2014年11月18日（周二）调整：人事关系已划转" in source and "通知" not in source


def test_it_goes_back_to_whom_the_rules_name(acting: As) -> None:
    with acting("changde.clerk") as clerk:
        with transaction():
            desks.reassign(named("人才中心"), desk(JIAOYU), "划转", actor=clerk)
        with transaction():
            desks.reassign(named("人才中心"), None, "划转取消", actor=clerk)
        assert named("人才中心").filing_path == desk(RENSHE).path
    assert "协调落实" in rule_of("人才中心")[0]


def test_a_unit_that_files_itself_may_be_given_a_desk(acting: As) -> None:
    with acting("changde.clerk") as clerk, transaction():
        done = desks.reassign(named("机关事务局"), desk(JIAOYU), "无专职人员", actor=clerk)
        assert (done.before, named("机关事务局").filing_path) == (None, desk(JIAOYU).path)


@pytest.mark.parametrize(
    ("unit", "code", "reason", "refusal", "rule"),
    [
        ("人才中心", RENSHE, "理由", WrongState, "desk-same"),
        ("人才中心", None, "理由", WrongState, "desk-same"),
        ("人才中心", JIAOYU, " 　", Invalid, "reason-empty"),
        ("人才中心", JIAOYU, "长" * 501, Invalid, "reason-long"),
        ("人才中心", "430700", "理由", Refusal, "unit-desk-elsewhere"),
        ("人才中心", "430702-EGOV", "理由", Refusal, "unit-desk-elsewhere"),
        ("桃花源管理区办", JIAOYU, "理由", Refusal, "unit-desk-elsewhere"),
    ],
)
def test_what_is_refused(
    acting: As, unit: str, code: str | None, reason: str, refusal: type[Refusal], rule: str
) -> None:
    with acting("changde.clerk") as clerk:
        before = named(unit).filing_path
        with pytest.raises(refusal) as refused, transaction():
            desks.reassign(named(unit), desk(code) if code else None, reason, actor=clerk)
        found = refused.value
        assert rule == (found.findings[0].code if isinstance(found, Invalid) else found.code)
        db.session.expire_all()
        assert named(unit).filing_path == before


def test_a_unit_under_vertical_management_leaves_no_choice(acting: As) -> None:
    with access.acting_as(PLATFORM) as actor, pytest.raises(Refusal) as refused, transaction():
        desks.reassign(named("海关"), desk(JIAOYU), "理由", actor=actor)
    assert refused.value.code == "desk-by-rule" and "由本单位申报" in str(refused.value)


@pytest.mark.parametrize("who", ["unit.rcfw", "renshe.coordinator", "hunan.clerk", "changde.auditor"])
def test_only_the_office_that_reviews_the_unit_decides(acting: As, who: str) -> None:
    with acting(who) as actor, pytest.raises(AccessDenied), transaction():
        desks.reassign(named("人才中心"), desk(JIAOYU), "理由", actor=actor)


# -- sites a desk carries --------------------------------------------------------------------------------------


def portal() -> Site:
    with access.acting_as(PLATFORM):
        return db.session.scalars(select(Site).where(Site.name == "门户网站")).one()


def test_the_portals_sheet_goes_to_the_other_desk_and_the_units_own_stays(acting: As) -> None:
    own, carried = (
        open_for(acting, "unit.zfb", "政府办"),
        open_for(acting, "zfwz.coordinator", "政府办", ZFWZ),
    )
    with acting("changde.clerk") as clerk, transaction():
        desks.reassign_sites(named("政府办"), desk(ZFWZ), desk(JIAOYU), "改由其代管", actor=clerk)
    jiaoyu = desk(JIAOYU)
    moved = sheet(carried)
    assert (moved.filing_desk_id, moved.filing_path) == (jiaoyu.id, jiaoyu.path)
    assert {row.filing_path for row in moved.sites} == {jiaoyu.path}
    assert (portal().filing_desk_id, portal().filing_path) == (jiaoyu.id, jiaoyu.path)
    assert (sheet(own).filing_desk_id, sheet(own).filing_path) == (None, None)
    with acting("changde.clerk"):
        assert audit.timeline(named("政府办"))[0].after == {
            "desk": "常德市教育局人事科",
            "sites": ["门户网站"],
        }


def test_a_desk_that_has_a_sheet_of_the_unit_already_takes_no_second(acting: As) -> None:
    with acting("changde.clerk"), transaction():
        other = db.session.scalars(select(Site).where(Site.name == "应急网")).one()
        other.filing_desk = desk(JIAOYU)
        desks.tenancy.assign_site(other)
    open_for(acting, "zfwz.coordinator", "政府办", ZFWZ)
    with access.acting_as(PLATFORM) as platform, transaction():
        service.open_(named("政府办").id, desk(JIAOYU).id, actor=platform)
    with acting("changde.clerk") as clerk, pytest.raises(Refusal) as refused, transaction():
        desks.reassign_sites(named("政府办"), desk(ZFWZ), desk(JIAOYU), "理由", actor=clerk)
    assert refused.value.code == "desk-has-sheet"


def test_a_desk_without_sites_of_the_unit_has_nothing_to_give(acting: As) -> None:
    with acting("changde.clerk") as clerk, pytest.raises(NotSeen), transaction():
        desks.reassign_sites(named("财政局"), desk(ZFWZ), desk(JIAOYU), "理由", actor=clerk)


# -- pages -----------------------------------------------------------------------------------------------------


def test_the_office_finds_who_fills_in_for_whom(sign_in: SignIn) -> None:
    clerk = sign_in("changde.clerk")
    assert "/filing/list/" in text_of(clerk.get("/surveys/list/"))
    page = text_of(clerk.get("/filing/list/"))
    assert "市人社局人事科" in page and "本单位政工人事部门" in page
    assert "/filing/list/" not in text_of(sign_in("unit.czj").get("/surveys/list/"))


def test_from_the_sheet_to_the_decision(sign_in: SignIn) -> None:
    unit = sign_in("unit.rcfw")
    pk = start(unit, "人才中心")
    fill(unit, pk)
    assert unit.post(f"/surveys/{pk}/submit", data={"version": version(pk)}).status_code == 302
    clerk, number = sign_in("changde.clerk"), named("人才中心").id
    assert f"/filing/{number}/" in text_of(clerk.get(f"/surveys/{pk}/"))
    assert "没有调整过" in text_of(clerk.get(f"/filing/{number}/"))
    data = {"of": "", "desk": str(desk(JIAOYU).id), "reason": ""}
    answer = clerk.post(f"/filing/{number}/", data=data)
    assert answer.status_code == 422 and "请写明调整填报科室的理由" in text_of(answer)
    assert f'value="{data["desk"]}" selected' in text_of(answer)
    answer = clerk.post(f"/filing/{number}/", data={**data, "reason": "人事关系已划转"})
    assert answer.status_code == 302
    page = text_of(clerk.get(f"/filing/{number}/"))
    assert "常德市教育局人事科负责填报" in page and "人事关系已划转" in page and "没有调整过" not in page
    seen = text_of(sign_in("unit.rcfw").get(f"/filing/{number}/"))
    assert "常德市教育局人事科负责填报" in seen and "确定调整" not in seen


def test_the_portals_desk_is_changed_on_the_same_page(sign_in: SignIn) -> None:
    clerk, number = sign_in("changde.clerk"), named("政府办").id
    assert "由常德政府网站填报的网站：门户网站" in text_of(clerk.get(f"/filing/{number}/"))
    data = {"of": str(desk(ZFWZ).id), "desk": "", "reason": "改由其代管"}
    answer = clerk.post(f"/filing/{number}/", data=data)
    assert answer.status_code == 422 and "请选择改由哪个科室填报" in text_of(answer)
    data["desk"] = str(desk(JIAOYU).id)
    assert clerk.post(f"/filing/{number}/", data=data).status_code == 302
    assert "由市教育局人事科填报的网站：门户网站" in text_of(clerk.get(f"/filing/{number}/"))


def test_what_is_not_there_or_not_ones_own(sign_in: SignIn) -> None:
    clerk, number = sign_in("changde.clerk"), named("财政局").id
    assert clerk.get("/filing/99999/").status_code == 404
    assert clerk.post(f"/filing/{number}/", data={"desk": "99999", "reason": "理由"}).status_code == 404
    assert clerk.post(f"/filing/{number}/", data={"of": "x", "reason": "理由"}).status_code == 404
    assert sign_in("unit.czj").post(f"/filing/{number}/", data={"reason": "理由"}).status_code == 403
    assert sign_in("wuling.clerk").get(f"/filing/{number}/").status_code == 404


def test_desks_of_ones_own_level_are_offered_and_no_others(acting: As) -> None:
    with acting("changde.clerk"):
        codes = {one.code for one in desks.choices(named("财政局"))}
        level = db.session.scalars(select(Office).where(Office.desk_kind == "filing"))
        assert codes == {one.code for one in level if one.code.startswith("430700-")} and RENSHE in codes
