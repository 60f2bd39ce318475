"""Three clocks, golden dates, and what stops them (S22, S25, C-art.12)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from app.foundation import clock
from app.kernel.errors import Invalid
from app.plugins.applications import service
from tests.plugins.applications.country import CHINA, Country


def at(day: str, hour: int = 9) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=CHINA)


GOLDEN = [
    ("2014-11-25", date(2014, 12, 2)),
    ("2014-09-26", date(2014, 10, 9)),  # National Day, with 09-28 worked
    ("2014-11-21", date(2014, 11, 28)),
    ("2014-12-31", date(2015, 1, 8)),  # New Year, with 01-04 worked
]


@pytest.mark.parametrize(("day", "due"), GOLDEN)
def test_the_first_review_has_five_working_days_from_the_day_after(
    country: Country, day: str, due: date
) -> None:
    with clock.at(at(day)):
        pk = country.submitted()
    row = country.read(pk)
    (running,) = row.clocks
    assert (running.kind, running.started_on, running.due) == ("first_review", date.fromisoformat(day), due)
    assert (row.due, row.due_order) == (due, due)


def test_late_in_the_evening_it_is_still_that_day_in_beijing(country: Country) -> None:
    with clock.at(at("2014-11-25", 23)):
        pk = country.submitted()
    assert country.read(pk).clocks[0].started_on == date(2014, 11, 25)


def test_in_principle_by_the_measures_in_a_county(country: Country) -> None:
    """C-art.12."""
    (running,) = country.read(country.submitted()).clocks
    assert (running.firm, running.source, running.days) == (False, "办法第十二条", 5)


def test_firm_by_the_notice_in_the_city(country: Country) -> None:
    """S25."""
    (running,) = country.read(country.submitted("office", "city_filer")).clocks
    assert (running.firm, running.source, running.days) == (True, "通知第四条", 5)


def test_the_applicant_has_five_days_for_the_paper_wherever_it_is(country: Country) -> None:
    """S22."""
    with clock.at(at("2014-11-25")):
        pk = country.awaiting_paper()
    first, paper = country.read(pk).clocks
    assert first.stopped_on == date(2014, 11, 25)
    assert (paper.kind, paper.due, paper.firm, paper.source) == (
        "applicant_paper",
        date(2014, 12, 2),
        True,
        "通知第三条",
    )


def test_the_written_review_counts_from_the_day_the_paper_came(country: Country) -> None:
    """S25: received on 11-26, recorded on 11-28."""
    with clock.at(at("2014-11-25")):
        pk = country.awaiting_paper()
    with clock.at(at("2014-11-28")):
        country.do(
            "clerk",
            pk,
            lambda row, actor: service.receive_paper(row, "post", date(2014, 11, 26), 3, actor=actor),
        )
    _first, paper, review = country.read(pk).clocks
    assert paper.stopped_on == date(2014, 11, 26)
    assert (review.kind, review.started_on, review.due) == (
        "paper_review",
        date(2014, 11, 26),
        date(2014, 12, 10),
    )


@pytest.mark.parametrize("day", [date(2014, 11, 24), date(2014, 11, 29)])
def test_paper_cannot_come_before_the_pass_or_tomorrow(country: Country, day: date) -> None:
    with clock.at(at("2014-11-25")):
        pk = country.awaiting_paper()
    with clock.at(at("2014-11-28")), pytest.raises(Invalid) as refused:
        country.do("clerk", pk, lambda row, actor: service.receive_paper(row, "post", day, 3, actor=actor))
    assert [one.field for one in refused.value.findings] == ["received_on"]
    assert country.read(pk).state == "awaiting_paper"


def test_a_decision_stops_the_clock(country: Country) -> None:
    row = country.read(country.approved())
    assert all(one.stopped_on for one in row.clocks)
    assert row.due is None


def test_a_return_stops_the_clock_and_a_resubmission_starts_a_new_one(country: Country) -> None:
    """S25: the clock stops on return for correction; resubmission starts a new five days."""
    with clock.at(at("2014-11-17")):
        pk = country.submitted()
    with clock.at(at("2014-11-18")):
        country.do(
            "reviewer", pk, lambda row, actor: service.return_(row, ["other"], "请补正。", actor=actor)
        )
    row = country.read(pk)
    assert (row.due, row.clocks[0].stopped_on) == (None, date(2014, 11, 18))
    with clock.at(at("2014-11-25")):
        country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    row = country.read(pk)
    assert [(one.round, one.started_on, one.stopped_on) for one in row.clocks] == [
        (1, date(2014, 11, 17), date(2014, 11, 18)),
        (2, date(2014, 11, 25), None),
    ]
    assert row.due == date(2014, 12, 2)


def test_withdrawing_stops_the_clock(country: Country) -> None:
    pk = country.submitted()
    country.do("filer", pk, lambda row, actor: service.withdraw(row, actor=actor, reason="不再办理"))
    row = country.read(pk)
    assert (row.due, row.clocks[0].stopped_on) == (None, date(2014, 11, 24))
