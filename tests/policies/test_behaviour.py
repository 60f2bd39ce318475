"""Every post × object × act reaches exactly what the reviewed table says, no more and no less."""

from __future__ import annotations

import pytest

from app.foundation import access
from tests.policies.behaviour import Ground, check, read
from tests.policies.world import OFFICES, World

TABLE = read()


@pytest.fixture(scope="module")
def ground(world: World) -> Ground:
    return Ground(world, TABLE)


@pytest.mark.parametrize("post", TABLE.posts)
def test_a_post_reaches_exactly_what_the_table_says(ground: Ground, post: str) -> None:
    for obj, act in access.policy().acts:
        check(ground, post, obj, act)


def test_the_table_covers_every_role_object_and_act(world: World) -> None:
    policy = access.policy()
    assert {post.split("@")[0] for post in TABLE.posts} == set(policy.places)
    assert set(TABLE.family) == {obj for obj, _act in policy.acts}
    said = {cell for cells in TABLE.posts.values() for cell in cells}
    assert said == set(policy.acts)
    reached = {cell for cells in TABLE.posts.values() for cell, names in cells.items() if names}
    assert reached == set(policy.acts), "an act that nobody can do to anything in the small country"


def test_the_country_is_named_in_full(world: World) -> None:
    named = {
        kind: {str(where) for k, where in TABLE.names.values() if k == kind} for kind in ("units", "offices")
    }
    assert named["units"] == set(world.units)
    assert named["offices"] == set(OFFICES)
    assert len([kind for kind, _ in TABLE.names.values() if kind == "grants"]) == len(world.grants)
