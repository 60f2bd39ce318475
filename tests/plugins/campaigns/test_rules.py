"""Which date binds whom: the notice's for municipal units and Taohuayuan's, one's own for counties and zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.kernel.errors import Invalid
from app.plugins.campaigns import binding, duties
from app.plugins.campaigns.duties import DESK, OFFICE, UNIT, Stand
from app.plugins.campaigns.rules import ANY, Group, Line, Plan, Step, Timetable, Whose

CITY, WULING, DINGCHENG, ZONE, GUIDED = (
    "0.43.07.",
    "0.43.07.02.",
    "0.43.07.03.",
    "0.43.07.z2.",
    "0.43.07.thy.",
)
ALL = ("municipal", "guided", "counties", "zones")


def step(number: int, kind: str, due: date | None, groups: tuple[str, ...], **more: object) -> Step:
    known = {"track": ANY, "binding": True, "office_path": CITY, "office_name": "市办", "key": f"k{number}"}
    return Step(
        id=number, kind=kind, label=f"事项{number}", groups=groups, due=due, source=f"第{number}条",
        **{**known, **more},  # type: ignore[arg-type]
    )  # fmt: skip


SURVEY = step(1, "survey", date(2014, 11, 21), ("municipal", "guided"))
RETURN = step(2, "return", date(2014, 11, 21), ("counties", "zones"))
OPEN = step(3, "survey", None, ("counties", "zones"), within="finish")
ORGAN = step(4, "finish", date(2014, 11, 30), ALL, track="organ")
INSTITUTION = step(5, "finish", date(2014, 12, 31), ALL, track="institution")
OWN = step(
    6, "survey", date(2014, 11, 19), (), sets=3, office_path=WULING, office_name="武陵区编委办", key="k3"
)

PLAN = Plan(
    id=1,
    document="常编办发〔2014〕9号",
    short_title="",
    issued_on=date(2014, 11, 10),
    office_path=CITY,
    office_name="市办",
    groups=(
        Group("municipal", "市直", homes=(CITY,)),
        Group("guided", "桃花源", homes=(GUIDED,)),
        Group("counties", "区县", offices=(WULING, DINGCHENG)),
        Group("zones", "四区", offices=(ZONE,)),
    ),
    lines=(Line("organ", "党政机关", ("organ",)), Line("institution", "事业单位", ("institution",))),
    steps=(SURVEY, RETURN, OPEN, ORGAN, INSTITUTION, OWN),
    sealed_groups=("municipal", "guided"),
    sealed_source="第二条",
)
TABLE = Timetable((PLAN,))


@pytest.mark.parametrize(
    ("kind", "whose", "track", "expected"),
    [
        ("survey", Whose(CITY), "organ", (date(2014, 11, 21), "市办", False)),
        ("survey", Whose(CITY, GUIDED), "institution", (date(2014, 11, 21), "市办", False)),
        ("survey", Whose(CITY, "0.43.07.rsj."), "institution", (date(2014, 11, 21), "市办", False)),
        ("survey", Whose(WULING), "organ", (date(2014, 11, 19), "武陵区编委办", True)),
        ("survey", Whose(DINGCHENG), "organ", None),
        ("survey", Whose(ZONE), None, None),
        ("survey", Whose("0."), "organ", None),
        ("survey", Whose("0.43.01."), "organ", None),
        ("filing", Whose(CITY), "organ", None),
        ("finish", Whose(WULING), "organ", (date(2014, 11, 30), "市办", False)),
        ("finish", Whose(ZONE), "institution", (date(2014, 12, 31), "市办", False)),
        ("finish", Whose(CITY, GUIDED), None, (date(2014, 11, 30), "市办", False)),
    ],
)
def test_the_date_that_binds(
    kind: str, whose: Whose, track: str | None, expected: tuple[date, str, bool] | None
) -> None:
    found = TABLE.deadline(kind, whose, track)
    assert (found and (found.date, found.set_by, found.local)) == expected


def test_a_local_date_for_one_line_goes_before_one_for_both() -> None:
    exact = replace(OWN, id=7, track="institution", due=date(2014, 12, 5))
    table = Timetable((replace(PLAN, steps=(*PLAN.steps, exact)),))
    institution = table.deadline("survey", Whose(WULING), "institution")
    organ = table.deadline("survey", Whose(WULING), "organ")
    assert institution is not None and institution.date == date(2014, 12, 5)
    assert organ is not None and organ.date == date(2014, 11, 19)


def test_the_nearest_office_goes_before_an_upper_one_and_the_latest_before_an_earlier_one() -> None:
    province = replace(
        PLAN, id=2, office_path="0.43.", groups=(Group("all", "省", homes=("0.43.",), offices=(CITY,)),),
        steps=(step(20, "survey", date(2014, 11, 5), ("all",)),),
    )  # fmt: skip
    table = Timetable((province, PLAN))
    found = table.deadline("survey", Whose(CITY), "organ")
    assert found is not None and found.campaign_id == PLAN.id
    provincial = table.deadline("survey", Whose("0.43."), "organ")
    assert provincial is not None and provincial.campaign_id == 2
    later = replace(PLAN, id=3, issued_on=date(2015, 3, 1))
    assert {plan.id for plan in Timetable((PLAN, later, province)).current("survey")} == {2, 3}


def test_a_day_is_over_after_midnight() -> None:
    found = TABLE.deadline("survey", Whose(CITY), "organ")
    assert found is not None
    assert not found.passed(date(2014, 11, 21))
    assert found.passed(date(2014, 11, 22))


@pytest.mark.parametrize(
    ("whose", "expected"),
    [(Whose(CITY), "第二条"), (Whose(CITY, GUIDED), "第二条"), (Whose(WULING), None), (Whose("0."), None)],
)
def test_whose_empty_sheets_are_sealed(whose: Whose, expected: str | None) -> None:
    assert PLAN.must_seal(whose) == expected


@pytest.mark.parametrize(
    ("track", "due", "reason", "wrong"),
    [
        (ANY, None, "", {"due"}),
        (ANY, date(2014, 11, 9), "", {"due"}),
        (ANY, date(2014, 11, 10), "", set()),
        (ANY, date(2014, 11, 30), "", set()),
        (ANY, date(2014, 12, 1), "", {"reason"}),
        (ANY, date(2014, 12, 1), "  ", {"reason"}),
        (ANY, date(2014, 12, 1), "汛期抗灾", set()),
        ("organ", date(2014, 12, 1), "", {"reason"}),
        ("institution", date(2014, 12, 1), "", set()),
        ("institution", date(2015, 1, 1), "", {"reason"}),
        ("institution", date(2014, 12, 1), "长" * 501, {"reason"}),
        ("enterprise", date(2014, 11, 20), "", {"track"}),
    ],
)
def test_a_local_date(track: str, due: date | None, reason: str, wrong: set[str]) -> None:
    findings = binding.local_findings(PLAN, OPEN, WULING, track, due, reason)
    assert {one.field for one in findings} == wrong


@pytest.mark.parametrize(
    ("track", "due", "exception"),
    [
        (ANY, date(2014, 11, 30), False),
        (ANY, date(2014, 12, 1), True),
        ("institution", date(2014, 12, 1), False),
    ],
)
def test_a_date_past_completion_is_an_exception(track: str, due: date, exception: bool) -> None:
    assert binding.ensure_local(PLAN, OPEN, WULING, track, due, "理由") is exception


def test_a_refused_date_names_its_source() -> None:
    with pytest.raises(Invalid) as refused:
        binding.ensure_local(PLAN, OPEN, WULING, "organ", date(2014, 12, 24), "")
    assert [(one.field, one.source) for one in refused.value.findings] == [("reason", ORGAN.source)]


@pytest.mark.parametrize(
    ("stand", "expected"),
    [
        (Stand(UNIT, CITY, "局", None, "organ"), [(1, 1), (4, 4)]),
        (Stand(UNIT, CITY, "院", None, "institution"), [(1, 1), (5, 5)]),
        (Stand(UNIT, CITY, "司", None, "enterprise"), []),
        (Stand(UNIT, WULING, "区局", None, "organ"), [(3, 6), (4, 4)]),
        (Stand(UNIT, ZONE, "区局", None, "organ"), [(3, None), (4, 4)]),
        (Stand(UNIT, "0.", "海关", None, "organ"), []),
        (Stand(DESK, CITY, "组", GUIDED), [(1, 1), (4, 4), (5, 5)]),
        (Stand(OFFICE, WULING, "区办"), [(2, 2), (3, 6), (4, 4), (5, 5)]),
        (Stand(OFFICE, ZONE, "区办"), [(2, 2), (3, None), (4, 4), (5, 5)]),
        (Stand(OFFICE, CITY, "市办"), []),
    ],
)
def test_what_binds_a_reader(stand: Stand, expected: list[tuple[int, int | None]]) -> None:
    found = [(duty.step.id, duty.dated.id if duty.dated else None) for duty in duties.of(PLAN, [stand])]
    assert found == expected


@pytest.mark.parametrize(
    ("path", "expected"), [(WULING, [3]), (ZONE, [3]), (CITY, []), (GUIDED, []), ("0.43.", [])]
)
def test_who_sets_dates_of_its_own(path: str, expected: list[int]) -> None:
    assert [one.id for one in duties.may_set(PLAN, path)] == expected
