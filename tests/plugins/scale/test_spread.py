"""How units and fates are dealt out."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.plugins.applications.models import STATES
from app.plugins.scale.spread import Home, apportion, counts, course


@given(st.integers(0, 10_000), st.lists(st.floats(0.001, 100), min_size=1, max_size=50))
def test_parts_add_up_and_keep_the_order_of_weights(total: int, weights: list[float]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    heaviest = max(range(len(weights)), key=lambda i: weights[i])
    assert parts[heaviest] >= max(parts) - 1


def test_counties_are_skewed_and_the_seed_decides() -> None:
    homes = [Home("0", "central"), *(Home(f"{number:04d}", "county") for number in range(2_000))]
    made = counts(homes, 100_000, Random(3))
    assert sum(made.values()) == 100_000
    assert made == counts(homes, 100_000, Random(3)) != counts(homes, 100_000, Random(4))
    ordered = sorted((number for code, number in made.items() if code != "0"), reverse=True)
    assert ordered[0] > 500
    assert ordered[len(ordered) // 2] < 20


def test_every_state_comes_about_and_no_step_lies_in_the_future() -> None:
    chance, seen = Random(1), set()
    for _ in range(5_000):
        days = chance.randint(0, 130)
        made = course(days, chance)
        seen.add(made.state)
        steps = (made.submitted, made.returned, made.resubmitted, made.reviewed, made.received, made.decided)
        assert all(step <= days for step in (*steps, made.reported, made.closed) if step is not None)
        assert (made.closed is not None) == (made.state in {"badged", "refused", "ineligible", "withdrawn"})
        assert (made.submitted is None) == (made.state == "draft")
    assert seen == set(STATES)
