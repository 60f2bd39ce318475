"""Turns are dealt out evenly, and nothing is invented or left over."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.foundation.jobs.fairness import turns

START = datetime(2026, 1, 1, tzinfo=UTC)
OFFICES = st.dictionaries(
    st.integers(1, 8), st.tuples(st.integers(1, 30), st.datetimes().map(lambda at: at.replace(tzinfo=UTC)))
)


def test_one_mail_does_not_wait_for_ten_thousand() -> None:
    waiting = {1: (10_000, START), 2: (1, START + timedelta(hours=1))}
    assert list(turns(waiting, {}, 4)) == [1, 2, 1, 1]
    assert next(turns(waiting, {1: 1}, 4)) == 2, "who has something under way lets others go first"


def test_among_equals_the_one_that_has_waited_longest() -> None:
    waiting = {office: (1, START - timedelta(hours=office)) for office in (1, 2, 3)}
    assert list(turns(waiting, {}, 2)) == [3, 2]


@given(
    waiting=OFFICES, flying=st.dictionaries(st.integers(1, 8), st.integers(0, 20)), room=st.integers(0, 60)
)
def test_everyone_gets_as_much_as_anyone(
    waiting: dict[int, tuple[int, datetime]], flying: dict[int, int], room: int
) -> None:
    order = list(turns(waiting, flying, room))
    dealt = Counter(order)
    assert len(order) == min(room, sum(count for count, _since in waiting.values()))
    assert all(dealt[office] <= waiting[office][0] for office in dealt)
    for hungry in waiting:
        if dealt[hungry] < waiting[hungry][0]:
            most = flying.get(hungry, 0) + dealt[hungry] + 1
            assert all(flying.get(one, 0) + dealt[one] <= most for one in dealt)
