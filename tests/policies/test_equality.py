"""One policy, three answers that must be one: Casbin's, the compiled table's and the SQL filter's."""

from __future__ import annotations

import pytest

from app.foundation import access
from app.foundation.access import Facts
from app.foundation.access.service import _decider
from app.foundation.database import db
from app.foundation.tenancy.models import Site, Unit
from tests.policies.world import OFFICES, World

OFFICE_ROLES = ("auditor", "clerk", "reviewer", "head", "admin", "security", "inspector")
POSTS = [
    *(
        (role, path)
        for path, (_level, kind, _desk) in OFFICES.items()
        if kind == "office"
        for role in OFFICE_ROLES
    ),
    *(("egov", path) for path, (_level, _kind, desk) in OFFICES.items() if desk == "egov"),
    *(("cac", path) for path, (_level, _kind, desk) in OFFICES.items() if desk == "cac"),
    *(
        ("coordinator", path)
        for path, (_level, _kind, desk) in OFFICES.items()
        if desk in ("filing", "guided")
    ),
    ("registrar", "0.conac."),
    ("filer", "wuling"),
    ("filer", "municipal"),
    ("filer", "taohuayuan"),
    ("filer", "customs"),
]


@pytest.mark.parametrize("post", POSTS, ids=lambda post: f"{post[0]}@{post[1]}")
def test_point_check_equals_filter_for_every_object_and_act(world: World, post: tuple[str, str]) -> None:
    actor = world.actor(post)
    with access.acting_as(access.system("tests", over="0.")):
        rows = [*db.session.scalars(db.select(Unit)), *db.session.scalars(db.select(Site))]
        for obj, act in access.policy().acts:
            filtered = {
                (model, key)
                for model in (Unit, Site)
                for key in db.session.scalars(db.select(model.id).where(access.scope(actor, obj, act, model)))
            }
            for row in rows:
                facts = access.facts_of(row)
                casbin = _decider().decide(actor, facts, obj, act) is not None
                compiled = access.can(actor, obj, act, facts)
                sql = (type(row), row.id) in filtered
                assert casbin == compiled == sql, (post, obj, act, row, casbin, compiled, sql)


def test_every_known_pair_is_reached_by_somebody(world: World) -> None:
    """Deleting a policy line leaves an act nobody can do: it shows here and in the golden file."""
    unreached = {
        (line.role, line.relation, line.obj, line.act)
        for line in access.policy().lines
        if line.role != "public" and not any(_reaches(world, post, line) for post in POSTS)
    }
    assert unreached == set()


def _reaches(world: World, post: tuple[str, str], line: object) -> bool:
    policy = access.policy()
    role, relation = line.role, line.relation  # type: ignore[attr-defined]
    if role not in policy.inherits[post[0]]:
        return False
    fact = world.actor(post).posts[0]
    return relation in policy.reaches or any(grant.relation == relation for grant in fact.grants)


def test_paths_that_look_alike_do_not_leak() -> None:
    assert Facts("0.42.9005.").review_path not in {"0.42.05."}
    from app.foundation.access import PostFact
    from app.foundation.access.facts import covers

    yichang = PostFact("auditor", "0.42.05.")
    assert not covers("under", "0.42.05.", yichang, Facts("0.42.9005."))
    assert not covers("under", "0.4.", yichang, Facts("0.42.9005."))
