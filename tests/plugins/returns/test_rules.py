"""What a whole return is, who owes one, and what its numbers look like (S17); pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.kernel.errors import Invalid
from app.plugins.campaigns.rules import Group, Plan, Step
from app.plugins.returns import rules
from app.plugins.returns.rules import ReturnEntry, StaffEntry
from tests.plugins.returns.conftest import WHOLE


def step(key: str, kind: str, groups: tuple[str, ...], due: date | None = None, **more: object) -> Step:
    return Step(
        id=hash(key) % 1000, key=key, kind=kind, track="any", label=key, groups=groups, due=due, binding=True,
        source="通知第三条", office_path="0.43.07.", office_name="市委编办", **more,  # type: ignore[arg-type]
    )  # fmt: skip


ASKED = step("return", "return", ("counties",), date(2014, 11, 21))
PLAN = Plan(
    id=1, document="常编办发〔2014〕9号", short_title="", issued_on=date(2014, 11, 10), office_path="0.43.07.",
    office_name="市委编办",
    groups=(
        Group("counties", "区县", offices=("0.43.07.02.", "0.43.07.03.")),
        Group("municipal", "市直", homes=("0.43.07.",)),
    ),
    lines=(), steps=(ASKED, step("survey", "survey", ("counties",), date(2014, 11, 21))),
)  # fmt: skip


def codes(entry: ReturnEntry, *, planned: bool = True) -> set[tuple[str, str]]:
    return {(one.field, one.code) for one in rules.examine(entry, area_code="0736", planned=planned)[0]}


def test_a_whole_return_has_nothing_wrong_and_is_written_canonically() -> None:
    findings, clean = rules.examine(WHOLE, area_code="0736", planned=True)
    assert findings == []
    assert clean.section_phone == "0736-7256000"
    assert [one.phone for one in clean.staff] == ["13800138001", "0736-7256001"]


@pytest.mark.parametrize("field", ["leader", "leader_post", "leader_phone", "section", "section_phone"])
def test_what_must_be_filled_in(field: str) -> None:
    blank: dict[str, Any] = {field: " "}
    assert codes(replace(WHOLE, **blank)) == {(field, "empty")}


def test_training_and_funding_are_notes() -> None:
    assert codes(replace(WHOLE, training="", funding="")) == set()


def test_somebody_is_named_with_post_and_telephone_and_the_plan_is_there() -> None:
    assert codes(replace(WHOLE, staff=()), planned=False) == {
        ("staff", "staff-missing"),
        ("plan", "plan-missing"),
    }
    wrong = replace(WHOLE, staff=(WHOLE.staff[0], StaffEntry("", "", "12")))
    assert codes(wrong) == {
        ("staff-1-name", "empty"), ("staff-1-post", "empty"), ("staff-1-phone", "phone-format")
    }  # fmt: skip


def test_a_draft_may_lack_anything_but_not_burst() -> None:
    rules.ensure_storable(ReturnEntry())
    with pytest.raises(Invalid) as refused:
        rules.ensure_storable(replace(WHOLE, section="科" * 81, staff=(StaffEntry("名" * 41),)))
    assert {one.field for one in refused.value.findings} == {"section", "staff-0-name"}
    with pytest.raises(Invalid):
        rules.ensure_storable(replace(WHOLE, staff=(StaffEntry("甲"),) * (rules.MOST_STAFF + 1)))


def test_only_the_offices_named_owe_a_return_and_only_for_that_kind_of_step() -> None:
    assert [(one.step.key, one.due, one.source) for one in rules.owed(PLAN, "0.43.07.02.")] == [
        ("return", date(2014, 11, 21), "通知第三条")
    ]
    assert rules.owed(PLAN, "0.43.07.") == []
    assert rules.owed(PLAN, "0.43.01.") == []
    assert rules.asked(PLAN, ASKED) == ["0.43.07.02.", "0.43.07.03."]


def test_the_last_day_counts_and_without_a_day_nothing_is_late() -> None:
    day = date(2014, 11, 21)
    assert not rules.late(day, day)
    assert rules.late(date(2014, 11, 22), day)
    assert not rules.late(date(2014, 12, 22), None)


def test_mobile_numbers_are_masked_and_landlines_are_not() -> None:
    assert rules.masked("13800138001") == "138****8001"
    assert rules.masked("0736-7256001") == "0736-7256001"
    assert rules.masked("") == ""


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_sending_back_asks_for_a_reason(reason: str) -> None:
    with pytest.raises(Invalid):
        rules.ensure_reason(reason)
    assert rules.ensure_reason(" 缺方案。 ") == "缺方案。"
