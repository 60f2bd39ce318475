"""Random countries: Casbin, the compiled table, the filter on each database and row-level security all say one thing.

``EXAMPLES=500 make test T=tests/policies/test_property.py`` tries more, and other ones each time.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.access.actors import load
from app.foundation.access.service import _decider, obj_of
from app.foundation.database import db
from app.foundation.tenancy.models import Grant, Person, Post, Site, Unit
from tests.policies.country import Country, countries
from tests.policies.naive import Naive

MORE = int(os.environ.get("EXAMPLES", "0"))
MODELS: tuple[type[Any], ...] = (Unit, Site, Person, Post, Grant)
TASK = access.system("tests", over=access.EVERYWHERE)
ACTS_TRIED = 8


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def plain(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}


def ground(country: Country, app: Flask) -> tuple[dict[type[Any], list[Any]], list[Actor], Naive]:
    """The country written, its rows, its people as they would act, and the naive judge of it."""
    country.write(db.session())
    rows = {model: list(db.session.scalars(select(model).order_by(model.id))) for model in MODELS}
    actors = [load(row) for row in rows[Person]]
    # Posts that clash count for nobody; which those are has a table of its own (duty_table).
    aside = {one.post.post_id for actor in actors for one in actor.aside}
    judge = Naive(
        access.policy().policy_path,
        {row["id"]: row["path"] for row in country.offices},
        {row["id"]: row for row in country.units},
        [plain(row) for row in rows[Post] if row.id not in aside],
        [plain(row) for row in rows[Grant]],
        clock.today(),
    )
    return rows, actors, judge


def agree(rows: dict[type[Any], list[Any]], actor: Actor, judge: Naive, obj: str, act: str) -> int:
    """Four answers for every row of every table; the number of rows allowed."""
    allowed = 0
    for model, listed in rows.items():
        filtered = set(db.session.scalars(select(model.id).where(access.scope(actor, obj, act, model))))
        for row in listed:
            facts = access.facts_of(row)
            assert actor.person_id is not None
            told = judge.allowed(actor.person_id, obj, act, plain(row), facts.unit_id)
            casbin = _decider().decide(actor, facts, obj, act) is not None
            compiled = access.can(actor, obj, act, facts)
            assert (casbin, compiled, row.id in filtered) == (told, told, told), (obj, act, row, actor.posts)
            allowed += told
    return allowed


def seen(rows: dict[type[Any], list[Any]], actor: Actor) -> None:
    """The row guard, and on PostgreSQL raw SQL under row-level security, give what may be seen and nothing more."""
    on_postgres = db.engine.dialect.name == "postgresql"
    for model, listed in rows.items():
        wanted = {row.id for row in listed if access.can(actor, obj_of(row), "see", row)}
        with access.acting_as(actor):
            assert set(db.session.scalars(select(model.id))) == wanted, (model, actor.posts)
            if on_postgres:
                raw = text(f"SELECT id FROM {model.__tablename__}")
                assert set(db.session.scalars(raw)) == wanted, (model, actor.posts)


@settings(
    max_examples=MORE or 40,
    derandomize=not MORE,
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if MORE else [])],
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_every_answer_is_one(app: Flask, data: st.DataObject) -> None:
    with access.acting_as(TASK):
        try:
            country = data.draw(countries(clock.today()))
            pairs = st.sampled_from(sorted(access.policy().acts))
            rows, actors, judge = ground(country, app)
            allowed = 0
            for actor in actors:
                for obj, act in data.draw(
                    st.lists(pairs, unique=True, min_size=ACTS_TRIED, max_size=ACTS_TRIED)
                ):
                    allowed += agree(rows, actor, judge, obj, act)
                seen(rows, actor)
            seen(rows, access.NOBODY)
            event("something allowed" if allowed else "nothing allowed")
        finally:
            db.session.rollback()


def test_the_naive_judge_is_not_the_application(app: Flask) -> None:
    """It reads the file itself: a line gone from the file alone shows as a difference."""
    imports = __import__("tests.policies.naive", fromlist=["naive"]).__dict__
    assert not [
        name for name, value in imports.items() if getattr(value, "__module__", "").startswith("app.")
    ]
