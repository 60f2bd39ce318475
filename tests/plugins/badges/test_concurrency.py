"""Two registrars at once: one badge an item, one badge a host, one sequence a site; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.kernel.errors import Refusal
from app.plugins.applications.models import Application
from app.plugins.badges import service
from app.plugins.badges.models import Badge
from app.plugins.registry import queries as registry_queries
from app.plugins.registry import service as registry
from app.plugins.registry.models import Batch, BatchItem
from tests.plugins.registry.line import HEAD, REGISTRAR, Line, moment


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def _race(app: Flask, kind: str, actor: Actor, *acts: Callable[[], object]) -> list[object]:
    """Run every act in a thread and a transaction of its own, all started together; results or refusals."""
    barrier, results = Barrier(len(acts)), list[object]([None] * len(acts))

    def run(place: int, act: Callable[[], object]) -> None:
        with app.app_context(), clock.at(moment("2014-11-24T09:00")), access.acting_as(actor):
            try:
                if kind == "sqlite":  # the second writer cannot even begin before the first has ended
                    barrier.wait(20)
                with transaction():
                    if kind == "postgres":  # both stand inside, having begun
                        db.session.scalar(select(BatchItem.id).limit(1))
                        barrier.wait(20)
                    results[place] = act()
            except Refusal as refusal:
                results[place] = refusal
            except Exception as error:
                results[place] = error
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def _issue(actor: Actor, item: int) -> Callable[[], object]:
    return lambda: service.issue(registry_queries.item(item), actor=actor).number


def test_one_item_gives_one_badge(app: Flask, database_kind: str, line: Line) -> None:
    item, actor = line.reported(), line.actor(REGISTRAR)
    results = _race(app, database_kind, actor, *[_issue(actor, item)] * 4)
    numbers = [one for one in results if isinstance(one, str)]
    assert len(numbers) == 1, results
    assert {one.status for one in results if isinstance(one, Refusal)} == {409}, results
    assert line.read(lambda: db.session.scalars(select(Badge.number)).all()) == numbers


def test_the_sites_of_one_unit_get_different_numbers(app: Flask, database_kind: str, line: Line) -> None:
    items = [line.reported() for _ in range(4)]
    actor = line.actor(REGISTRAR)
    results = _race(app, database_kind, actor, *(_issue(actor, item) for item in items))
    assert sorted(str(one)[-4:] for one in results) == ["0001", "0002", "0003", "0004"], results


def test_one_host_gives_one_badge(app: Flask, database_kind: str, line: Line) -> None:
    items = [line.reported(unit, "same.gov.cn") for unit in ("wuling", "wuling2")]
    actor = line.actor(REGISTRAR)
    results = _race(app, database_kind, actor, *(_issue(actor, item) for item in items))
    assert sum(isinstance(one, str) for one in results) == 1, results
    assert sum(isinstance(one, Refusal) for one in results) == 1, results
    assert len(line.read(lambda: db.session.scalars(select(Badge)).all())) == 1


def test_issue_and_return_do_not_both_happen(app: Flask, database_kind: str, line: Line) -> None:
    item, actor = line.reported(), line.actor(REGISTRAR)

    def give_back() -> object:
        return registry.return_item(registry_queries.item(item), reason="核对", actor=actor).state

    results = _race(app, database_kind, actor, _issue(actor, item), give_back)
    assert sum(isinstance(one, Refusal) for one in results) == 1, results
    row = line.row(BatchItem, item)
    expected = {"issued": "badged", "returned": "approved"}[row.state]
    assert line.row(Application, row.application_id).state == expected


def test_a_site_is_reported_once(app: Flask, database_kind: str, line: Line) -> None:
    key, actor = line.approved(), line.actor(HEAD)

    def send() -> object:
        return registry.send_batch(
            line.office("0.43.07.02."), registry_queries.applications([key]), actor=actor
        ).number

    results = _race(app, database_kind, actor, send, send)
    assert sum(isinstance(one, str) for one in results) == 1, results
    assert sum(isinstance(one, Refusal) for one in results) == 1, results
    assert len(line.read(lambda: db.session.scalars(select(Batch)).all())) == 1
