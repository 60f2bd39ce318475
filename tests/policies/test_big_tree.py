"""The national tree, 50,000 units: the filter, the point check over every row, Casbin and row-level security agree;
and a county with all its rows goes to another city in a handful of statements."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text

from app.foundation import access
from app.foundation.access import Actor, Facts, PostFact
from app.foundation.access.actors import GrantFact
from app.foundation.access.service import _decider
from app.foundation.database import db, transaction
from app.foundation.jurisdiction import FACTS
from app.foundation.tenancy import moves, routing
from app.foundation.tenancy.models import Office, Site, Unit
from app.foundation.tenancy.routing import UnitFact
from app.kernel import paths
from tests.policies import big
from tests.policies.big import TASK

OLD, NEW = "0.43.07.02.", "0.43.01.92."
PAIRS = (("unit", "see"), ("survey", "urge"), ("unit", "edit"), ("application", "guide"))
HOLDERS = (
    ("auditor", "0."), ("head", "0."), ("reviewer", "0.43."), ("auditor", "0.42."), ("clerk", "0.43.07."),
    ("auditor", "0.42.05."), ("reviewer", "0.42.9005."), ("head", OLD), ("reviewer", "0.43.07.z2."),
    ("clerk", "0.11.0101."), ("coordinator", "0.43.07.thy."), ("coordinator", "0.43.07.zfwz."),
    ("egov", "0.43.07.egov."), ("cac", "0.43.07.cac."), ("admin", "0.43.07."), ("security", "0.43."),
)  # fmt: skip


@pytest.fixture
def seed() -> str:
    return "tenants"


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def nation(app: Flask) -> Flask:
    assert big.write() >= 50_000
    return app


def actors() -> list[Actor]:
    """One post each at every level, the exceptions of some, one person with several posts, and two officers."""
    land = big.tree()
    guided = (GrantFact("guides", "filed", "0.43.07.thy.", "通知"),)
    served = (GrantFact("serves", "under", "0.", "办法"),)

    def post(role: str, path: str, grants: tuple[GrantFact, ...] = ()) -> PostFact:
        return PostFact(role, path, office_id=land[path].id, level=land[path].level, grants=grants)

    given = {"0.43.07.egov.": guided, "0.43.07.": guided}
    found = [Actor(None, role, (post(role, path, given.get(path, ())),)) for role, path in HOLDERS]
    found.append(Actor(None, "registrar", (post("registrar", "0.conac.", served),)))
    found.append(
        Actor(
            None, "several", (post("auditor", "0.43.07.03."), post("reviewer", OLD), post("clerk", "0.42."))
        )
    )
    with access.acting_as(TASK):
        for unit in db.session.scalars(
            select(Unit).where(Unit.review_path.in_((OLD, "0."))).order_by(Unit.id).limit(2)
        ):
            found.append(Actor(None, "filer", (PostFact("filer", unit.review_path, unit_id=unit.id),)))
    return [*found, access.ANONYMOUS, access.NOBODY]


def reached(
    actor: Actor, obj: str, act: str, model: type[Any], groups: dict[big.Group, set[int]]
) -> set[int]:
    """The point check over every row: once for rows of one fact, one by one for an officer, who has a unit."""
    found: set[int] = set()
    for (review, filing), keys in groups.items():
        if access.can(actor, obj, act, Facts(review, filing)):
            found |= keys
    for post in actor.posts:
        if post.unit_id is not None:
            column = model.id if model is Unit else model.unit_id
            with access.acting_as(TASK):
                rows = db.session.scalars(select(model).where(column == post.unit_id))
                found |= {row.id for row in rows if access.can(actor, obj, act, row)}
    return found


def filtered(actor: Actor, obj: str, act: str, model: type[Any]) -> set[int]:
    with access.acting_as(TASK):
        return set(db.session.scalars(select(model.id).where(access.scope(actor, obj, act, model))))


def raw(actor: Actor, model: type[Any]) -> set[int]:
    """What PostgreSQL gives to SQL written by hand."""
    with access.acting_as(actor):
        return set(db.session.scalars(text(f"SELECT id FROM {model.__tablename__}")))


def test_the_nation_agrees_and_a_county_moves(nation: Flask) -> None:
    """One test a database: writing the nation takes longer than asking it."""
    filter_point_check_and_row_security_agree_over_every_row()
    casbin_agrees_over_every_fact_there_is()
    a_county_takes_its_thousands_of_rows_to_another_city()


def filter_point_check_and_row_security_agree_over_every_row() -> None:
    assert len(big.tree()) >= 3_000
    rows = 0
    for model in (Unit, Site):
        groups = big.grouped(model)
        rows += sum(map(len, groups.values()))
        for actor in actors():
            for obj, act in PAIRS if model is Unit else PAIRS[:1]:
                wanted = reached(actor, obj, act, model, groups)
                assert filtered(actor, obj, act, model) == wanted, (actor.name, actor.posts, obj, act)
            if db.engine.dialect.name == "postgresql" and actor is not access.ANONYMOUS:
                assert raw(actor, model) == reached(actor, "unit", "see", model, groups), actor.posts
    assert rows >= 50_000 + big.SITES


def casbin_agrees_over_every_fact_there_is() -> None:
    groups = big.grouped(Unit)
    assert len(groups) > 3_000
    for actor in actors()[::6]:
        for obj, act in PAIRS[1:2]:
            for review, filing in groups:
                facts = Facts(review, filing)
                decided = _decider().decide(actor, facts, obj, act) is not None
                assert decided == access.can(actor, obj, act, facts), (actor.posts, obj, act, facts)


def a_county_takes_its_thousands_of_rows_to_another_city() -> None:
    people = {
        actor.posts[0].path: actor
        for actor in actors()
        if actor.name in {"auditor", "clerk", "head", "reviewer"}
    }
    before = {path: filtered(actor, "unit", "see", Unit) for path, actor in people.items()}
    county = {key for (review, _f), keys in big.grouped(Unit).items() if review == OLD for key in keys}
    assert len(county) > 500
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    with access.acting_as(TASK), transaction():
        offices = {
            one.path: one
            for one in db.session.scalars(select(Office).where(Office.path.in_((OLD, "0.43.01."))))
        }
        moved = moves.move(offices[OLD], offices["0.43.01."], actor=TASK, reason="", document="民函〔2015〕3号",
                           division_code="430192")  # fmt: skip
    event.remove(db.engine, "before_cursor_execute", note)
    assert moved.rows["unit"] >= len(county)
    assert len(said) < 120  # by table, not by row
    after = {path: filtered(actor, "unit", "see", Unit) for path, actor in people.items()}
    assert before["0.43.07."] - after["0.43.07."] == county
    for path in ("0.", "0.43.", "0.42.", "0.42.05.", "0.43.07.z2."):
        assert after[path] == before[path], path
    changsha = Actor(
        None, "", (PostFact("auditor", "0.43.01.", office_id=offices["0.43.01."].id, level="city"),)
    )
    own = Actor(None, "", (PostFact("head", NEW, office_id=offices[OLD].id, level="county"),))
    assert filtered(changsha, "unit", "see", Unit) >= county
    assert filtered(own, "unit", "edit", Unit) == county
    if db.engine.dialect.name == "postgresql":
        assert raw(people["0.43.07."], Unit) == after["0.43.07."]
        assert raw(own, Unit) == county
    rederived()


def rederived() -> None:
    """Every unit as routing derives it now, every website as its unit or its own desk says."""
    land = big.tree()
    with access.acting_as(TASK):
        offices = {one.id: one.path for one in land.values()}
        columns = [
            Unit.home_id,
            Unit.management,
            Unit.named_desk_id,
            *(getattr(Unit, fact) for fact in FACTS),
        ]
        for home, management, desk, *facts in set(map(tuple, db.session.execute(select(*columns)))):
            unit = UnitFact(home=offices[home], management=management, named_desk=offices.get(desk))
            assert list(routing.derive(unit, land).facts.values()) == facts, unit
        astray = select(Site.id).join(Unit, Site.unit_id == Unit.id).where(
            (Site.review_path != Unit.review_path) | Site.county_id.is_distinct_from(Unit.county_id)
            | Site.city_id.is_distinct_from(Unit.city_id)
        )  # fmt: skip
        assert db.session.scalars(astray).all() == []
        for column in (Unit.review_path, Unit.filing_path, Site.review_path, Site.filing_path):
            left = select(column).where(column >= OLD, column < paths.upper_bound(OLD))
            assert db.session.scalars(left).all() == []
