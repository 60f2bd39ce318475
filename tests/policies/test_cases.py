"""The agreed cases of who may do what to whom, through the real tables, Casbin, the compiled table and SQL."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from app.foundation import access
from app.foundation.access import Actor, Facts
from app.foundation.access.guard import scoped_models
from app.foundation.database import db
from app.foundation.tenancy.models import Site, Unit
from tests.policies.world import World

CASES = list(csv.DictReader((Path(__file__).parent / "cases.csv").open(encoding="utf-8")))
UNITS = {
    "unit of 武陵区": "wuling",
    "unit of 柳叶湖": "liuyehu",
    "unit of 鼎城区": "dingcheng",
    "unit of 桃花源": "taohuayuan",
    "other municipal unit": "municipal",
    "municipal unit": "municipal",
    "another municipal unit": "municipal",
    "customs organ located in 武陵": "customs",
    "provincial-vertical organ located in 武陵": "provincial",
    "its sub-division-rank unit": "sub",
    "badge of a 武陵 unit": "wuling",
    "unit of 宜昌 (0.42.05.)": "yichang",
    "any unit": "wuling",
}
OFFICES = {"aggregate of 常德": "0.43.07.", "campaign of 常德": "0.43.07."}
PEOPLE = {
    "coordinator@personnel section of a municipal bureau": (("coordinator", "0.43.07.rsj."),),
    "filer of a 武陵 unit": (("filer", "wuling"),),
    "nobody (no post)": (),
}


def _who(world: World, text: str) -> Actor:
    if text in PEOPLE:
        return world.actor(*PEOPLE[text])
    posts = re.findall(r"([a-z]+)@([0-9a-z.]+)", text)
    assert posts, text
    return world.actor(*posts)


def _target(world: World, text: str) -> Unit | Site | Facts:
    if text == "the municipal portal site":
        assert world.portal is not None
        return world.portal
    if text == "another site of the same unit":
        assert world.other is not None
        return world.other
    if text in OFFICES:
        return access.facts_of(world.offices[OFFICES[text]])
    return world.units[UNITS[text]]


@pytest.mark.parametrize(
    "case",
    CASES,
    ids=[f"{c['who']}-{c['target']}-{c['object']}-{c['act' if 'act' in c else 'action']}" for c in CASES],
)
def test_case(world: World, case: dict[str, str]) -> None:
    actor, target = _who(world, case["who"]), _target(world, case["target"])
    obj, act, expected = case["object"], case["action"], case["allow"] == "yes"
    assert access.can(actor, obj, act, target) is expected, case["why"]
    if expected:
        access.require(actor, obj, act, target)
    else:
        with pytest.raises(access_denied()):
            access.require(actor, obj, act, target)
    assert access.explain(actor, obj, act, target).allowed is expected
    if not isinstance(target, Facts):
        model = type(target)
        with access.acting_as(access.system("tests", over="0.")):
            query = db.select(model.id).where(model.id == target.id, access.scope(actor, obj, act, model))
            assert (db.session.scalar(query) is not None) is expected, case["why"]


def access_denied() -> type[Exception]:
    from app.kernel.errors import AccessDenied

    return AccessDenied


def test_the_list_of_somebody_without_a_post_is_false_not_unfiltered(world: World) -> None:
    nobody = world.actor()
    for model in scoped_models():
        assert str(access.see(nobody, model)) == "false", model


def test_a_person_without_posts_reads_nothing(world: World) -> None:
    with access.acting_as(world.actor()):
        assert db.session.scalars(db.select(Unit)).all() == []
        assert db.session.scalars(db.select(Site)).all() == []


def test_outside_a_request_nobody_acts(world: World) -> None:
    assert db.session.scalars(db.select(Unit)).all() == []
