"""What waits for whom: the reads that desks are made of."""

from __future__ import annotations

import pytest

from app.foundation import access
from app.foundation.database import transaction
from app.foundation.tenancy import service as tenancy
from app.plugins.surveys import queries, service, shown
from tests.plugins.surveys.ground import UNITS, As, at, counted, desk, named
from tests.plugins.surveys.test_service import COMPLETE, put


def names(acting: As, who: str) -> list[str]:
    with acting(who) as actor:
        return [one.unit_name.removeprefix("常德市") for one in queries.to_fill(actor)]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("unit.czj", ["财政局"]),
        ("unit.zfb", ["政府办"]),
        ("zfwz.coordinator", ["政府办"]),
        ("renshe.coordinator", ["人才中心"]),
        ("unit.rcfw", ["人才中心"]),
        ("thy.coordinator", ["桃花源管理区办"]),
        ("unit.wljy", ["武陵教育局"]),
        ("unit.ct", []),
        ("unit.hg", []),
        ("changde.clerk", []),
        ("changde.egov", []),
    ],
)
def test_whose_sheet_waits_for_whom(acting: As, who: str, expected: list[str]) -> None:
    assert names(acting, who) == expected


def test_the_portal_is_its_desks_and_says_so(acting: As) -> None:
    with acting("zfwz.coordinator") as actor:
        (task,) = queries.to_fill(actor)
    assert (task.desk_id, task.desk_name, task.sheet_id, task.state) == (
        desk("430700-ZFWZ").id,
        "常德政府网站",
        None,
        "",
    )
    assert task.deadline is not None and task.deadline.date.isoformat() == "2014-11-21"


def test_a_county_without_a_date_of_its_own_has_none(acting: As) -> None:
    with acting("unit.wljy") as actor:
        assert queries.to_fill(actor)[0].deadline is None


def test_a_sheet_waits_until_it_is_handed_in_and_again_when_returned(acting: As) -> None:
    with acting("unit.wljy") as actor, transaction():
        sheet = service.open_(named("武陵教育局").id, actor=actor)
        service.save(sheet, COMPLETE, version=None, actor=actor)
    for state, waits in (("draft", True), ("submitted", False), ("returned", True), ("accepted", False)):
        put(sheet.id, state)
        assert bool(names(acting, "unit.wljy")) is waits, state
    put(sheet.id, "returned")
    with acting("unit.wljy") as actor:
        assert queries.to_fill(actor)[0].return_reason == "理由"


def test_a_unit_whose_every_site_is_a_desks_fills_nothing_itself(acting: As) -> None:
    with acting("changde.clerk"), transaction() as session:
        for site in session.scalars(queries.select(queries.Site).where(queries.Site.name == "应急网")):
            site.active = False
    assert names(acting, "unit.zfb") == []
    assert names(acting, "zfwz.coordinator") == ["政府办"]


def test_what_the_office_may_accept_waits_oldest_first(acting: As) -> None:
    made = []
    for who, name, day in (
        ("unit.czj", "财政局", 20),
        ("unit.thy", "桃花源管理区办", 19),
        ("unit.wljy", "武陵教育局", 18),
    ):
        with acting(who) as actor, at(day), transaction():
            sheet = service.open_(named(name).id, actor=actor)
            service.save(sheet, COMPLETE, version=None, actor=actor)
            service.submit(sheet, actor=actor, acknowledged=True)  # all three have the same website
            made.append(sheet.id)
    czj, thy, wljy = made
    for who, expected in (
        ("changde.clerk", [thy, czj]), ("wuling.clerk", [wljy]), ("dingcheng.clerk", []), ("changde.auditor", []),
        ("changde.egov", []), ("unit.czj", []),
    ):  # fmt: skip
        with acting(who) as actor:
            assert [one.id for one in queries.to_accept(actor)] == expected, who


def test_the_reads_of_a_desk_are_few(acting: As) -> None:
    with acting("zfwz.coordinator") as actor, counted() as statements:
        queries.to_fill(actor)
    assert len(statements) <= 8, "\n".join(statements)
    with acting("changde.clerk") as actor, counted() as statements:
        queries.to_accept(actor)
    assert len(statements) == 1


def test_who_fills_in_is_told_by_the_same_rule_that_routes(acting: As) -> None:
    with access.acting_as(access.system("tests", over="0.")):
        for name in UNITS:
            unit = named(name)
            assert shown._ruling(unit.id)[1] == tenancy.route(unit).filing, name
