"""The rules of grants, without a database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import Refusal
from app.plugins.permits import rules

TODAY = date(2014, 11, 24)
GOOD = rules.Wanted(
    "0.43.07.02.egov.", "desk", "0.43.07.02.", "office", "guides", "at", TODAY, TODAY + timedelta(30), "文号"
)  # fmt: skip


@dataclass
class Row:
    since: date
    until: date | None
    stopped_on: date | None = None
    declared: bool = False
    relation: str = "guides"
    document: str = "文号"


def fields(wanted: rules.Wanted) -> list[str]:
    return [finding.field for finding in rules.findings(wanted, TODAY)]


def test_a_sound_grant_has_no_findings() -> None:
    assert fields(GOOD) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"holder_path": "0.43.07.02."}, "holder"),
        ({"how": "filed"}, "how"),
        ({"where_kind": "desk"}, "how"),
        ({"relation": "serves"}, "relation"),
        ({"holder_kind": "registry"}, "relation"),
        ({"since": TODAY - timedelta(1)}, "since"),
        ({"since": TODAY + timedelta(31)}, "until"),
        ({"document": "  "}, "document"),
        ({"document": "文" * 121}, "document"),
    ],
)
def test_what_does_not_hold_is_said_beside_its_field(change: dict[str, object], field: str) -> None:
    assert field in fields(replace(GOOD, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("since", "until", "stopped", "standing"),
    [
        (-5, 0, None, "current"), (0, None, None, "current"), (1, 5, None, "future"), (-5, -1, None, "past"),
        (-5, 5, 0, "stopped"),
    ],
)  # fmt: skip
def test_where_a_row_stands(since: int, until: int | None, stopped: int | None, standing: str) -> None:
    def day(offset: int | None) -> date | None:
        return None if offset is None else TODAY + timedelta(offset)

    row = Row(TODAY + timedelta(since), day(until), day(stopped))
    assert rules.standing_of(row, TODAY) == standing


DAYS = st.integers(0, 60).map(lambda n: TODAY + timedelta(n))


@given(DAYS, DAYS, DAYS, st.none() | DAYS)
def test_together_is_having_a_day_in_common(a: date, b: date, c: date, d: date | None) -> None:
    one, other = Row(min(a, b), max(a, b)), Row(c, d if d is None or d >= c else c)
    days = {one.since + timedelta(n) for n in range((one.until - one.since).days + 1)}  # type: ignore[operator]
    shared = any(day >= other.since and (other.until is None or day <= other.until) for day in days)
    assert rules.together(one, other) is rules.together(other, one) is shared


def test_an_overlap_is_refused_and_one_stopped_is_not_in_the_way() -> None:
    row = Row(TODAY + timedelta(30), None)
    with pytest.raises(Refusal) as refused:
        rules.ensure_no_overlap(GOOD, [row])
    assert refused.value.code == "grant-overlap"
    assert "文号" in str(refused.value)
    rules.ensure_no_overlap(GOOD, [replace(row, since=TODAY + timedelta(31))])
    rules.ensure_no_overlap(GOOD, [replace(row, stopped_on=TODAY)])


@pytest.mark.parametrize(
    ("last", "reason", "code"),
    [
        (TODAY - timedelta(1), "调整", "grant-end-early"),
        (TODAY + timedelta(30), "调整", "grant-end-late"),
        (TODAY, " ", "reason-missing"),
        (None, "理" * 201, "reason-long"),
    ],
)
def test_how_a_grant_may_not_end(last: date | None, reason: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.ensure_end(Row(TODAY, TODAY + timedelta(30)), last, reason, TODAY)
    assert refused.value.code == code


def test_a_grant_kept_in_files_or_over_is_not_ended_here() -> None:
    for row, code in (
        (Row(TODAY, None, declared=True), "grant-declared"),
        (Row(TODAY - timedelta(9), TODAY - timedelta(1)), "grant-over"),
        (Row(TODAY, None, stopped_on=TODAY), "grant-over"),
    ):
        with pytest.raises(Refusal) as refused:
            rules.ensure_endable(row, TODAY)
        assert refused.value.code == code
    rules.ensure_endable(Row(TODAY + timedelta(1), None), TODAY)


def test_a_desks_rows_are_counted_one_step_above() -> None:
    assert rules.counted_from("filed", "0.43.07.thy.") == "0.43.07."
    assert rules.counted_from("under", "0.43.07.") == "0.43.07."
