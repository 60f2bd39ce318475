"""The data set: repeatable, alone in its database, true to routing and to the verbs, and readable by its people."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, audit, bulk, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.jurisdiction import FACTS, FactColumns, UnitScoped
from app.foundation.tenancy import people
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Person, Post, Site, Unit
from app.kernel.errors import Refusal
from app.plugins.applications.models import (
    STATES,
    Application,
    ApplicationClock,
    ApplicationSequence,
    ChecklistItem,
)
from app.plugins.scale import national
from app.plugins.scale.readers import readers
from tests.services.environment import DEMO_PASSWORD
from tests.services.instance import MakeApp, SignIn, command

UNITS, SEED = 3_000, 7
EVERYTHING = access.system("tests", over="0.")


def _quiet(_title: str, _length: int) -> object:
    return lambda _done: None


def _generate(units: int = UNITS, seed: int = SEED) -> dict[str, int]:
    return national.generate(units, seed, _quiet)  # type: ignore[arg-type]


def _values(*columns: object) -> list[object]:
    with access.acting_as(EVERYTHING):
        return [tuple(row) for row in db.session.execute(select(*columns).order_by(columns[0]))]  # type: ignore[call-overload]


def _print() -> list[object]:
    """What the seed decides of the data: everything but ciphertext, hashes and wall time."""
    return [
        _values(Unit.account, Unit.name, Unit.home_id, Unit.rank, Unit.review_path, Unit.filing_path),
        _values(Site.id, Site.name, Site.unit_id),
        _values(Person.username, Person.last_name, Person.office_id),
        _values(Post.id, Post.person_id, Post.role, Post.office_id, Post.unit_id),
        _values(
            Application.id, Application.number, Application.state, Application.due, Application.submitted_at
        ),
        _values(
            ApplicationClock.id, ApplicationClock.kind, ApplicationClock.due, ApplicationClock.stopped_on
        ),
    ]


def test_one_seed_makes_one_data_set(make_app: MakeApp) -> None:
    prints = []
    for seed in (SEED, SEED, SEED + 1):
        with make_app().app_context():
            _generate(300, seed)
            prints.append(_print())
            db.session.remove()
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
def test_everything_that_was_made_holds(app: Flask, database_kind: str, sign_in: SignIn) -> None:
    made = _generate()
    assert made["unit"] == UNITS
    assert made["application"] == UNITS * 3 // 10
    with access.acting_as(EVERYTHING):
        assert set(db.session.scalars(select(Application.state))) == set(STATES)
        assert audit.verify() == []
        _ensure_facts()
        _ensure_steps()
    counts = []
    for one in readers():
        page = sign_in(one.username).get("/api/v1/applications/")
        assert page.status_code == 200
        counts.append(page.get_json()["count"])
    assert counts == sorted(counts)
    assert counts[0] >= 1
    assert counts[-1] == made["application"]
    _ensure_writable(app)


def _ensure_facts() -> None:
    """Facts are what routing derives, on every row: a unit's from its own, a child's from what it belongs to."""
    tree = tenancy.tree_of(db.session.scalars(select(Office)))
    for unit in db.session.scalars(select(Unit).where(Unit.id % 7 == 0)):
        assert tenancy.route(unit, tree=tree).facts == {name: getattr(unit, name) for name in FACTS}, unit
    for model in (Site, Application, ChecklistItem, ApplicationClock):
        row: FactColumns
        for row in db.session.scalars(select(model).where(model.id % 11 == 0)):
            assert isinstance(row, UnitScoped)
            source = getattr(row, row.facts_source())
            assert [getattr(row, name) for name in FACTS] == [getattr(source, name) for name in FACTS], row
    for post in db.session.scalars(select(Post).where(Post.id % 50 == 0)):
        held = post.unit if post.unit is not None else post.office
        assert held is not None
        assert post.review_path == (held.review_path if isinstance(held, Unit) else held.path)


def _ensure_steps() -> None:
    """What the verbs would leave: one running clock where something waits, five items a round, two reviewers."""
    for row in db.session.scalars(select(Application)):
        running = [one for one in row.clocks if one.stopped_on is None]
        waiting = row.state in {"submitted", "awaiting_paper", "paper_review"}
        assert len(running) == waiting, row.number
        assert row.due == (running[0].due if running else None)
        assert len(row.items()) == (5 if row.round else 0)
        assert row.state == "draft" or row.number is not None
        assert row.due is None or row.submitted_at is not None
        assert row.submitted_at is None or row.submitted_at <= clock.now()


def _ensure_writable(app: Flask) -> None:
    """Keys given in bulk do not collide with those the database gives next."""
    with access.acting_as(EVERYTHING), transaction():
        home = db.session.scalars(select(Office).where(Office.path == "0.43.")).one()
        unit = Unit(
            account="99999999",
            name="新单位",
            nature="organ",
            rank="bureau",
            supervisor_name="无",
            home_id=home.id,
        )
        tenancy.assign(unit)
        db.session.add(unit)
        db.session.flush()
        assert unit.id > UNITS


def test_a_second_run_changes_nothing_and_other_parameters_are_refused(app: Flask) -> None:
    made = command(app, "scale", "generate", "--units", "300", "--seed", "5")
    assert "application\t90" in made
    before = _print()
    assert "已经生成" in command(app, "scale", "generate", "--units", "300", "--seed", "5")
    refused = app.test_cli_runner().invoke(args=["scale", "generate", "--units", "300", "--seed", "6"])
    assert refused.exit_code != 0
    assert "另建空库" in refused.output
    assert _print() == before


def test_a_database_that_holds_anything_else_is_refused(app: Flask) -> None:
    with access.acting_as(EVERYTHING), transaction():
        people.add("somebody", "某人", DEMO_PASSWORD, actor=EVERYTHING)
    with pytest.raises(Refusal, match="已有其他数据"):
        _generate(300)
    assert _values(Person.username) == [("somebody",)]
    assert _values(Office.id) == []


def test_bulk_writing_is_for_a_task_with_everything_in_its_scope_inside_a_transaction(app: Flask) -> None:
    rows = [("X", 2014, 1)]
    narrow: tuple[Actor, ...] = (access.system("x", over="0.43."), access.system("x"))
    for actor in narrow:
        with access.acting_as(actor), transaction(), pytest.raises(bulk.NotAllowed):
            bulk.write(ApplicationSequence, ("prefix", "year", "last"), rows)
    with access.acting_as(EVERYTHING), pytest.raises(RuntimeError, match="transaction"):
        bulk.write(ApplicationSequence, ("prefix", "year", "last"), rows)
