"""The table behind a view narrows by itself, whatever else guards the session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, true
from sqlalchemy.orm import Session

from app.foundation import access
from app.foundation.access import guard
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.lookup import Lookup
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Unit
from app.kernel.errors import NotSeen
from tests.foundation.admin.test_lists import names
from tests.services.afresh import read_afresh


@pytest.fixture
def unguarded() -> Iterator[None]:
    """The ORM's row guard taken away: what remains is the view's own scope."""
    event.remove(Session, "do_orm_execute", guard._narrow)
    yield
    event.listen(Session, "do_orm_execute", guard._narrow)


def test_without_the_guard_everything_would_be_read(app: Flask, unguarded: None) -> None:
    with app.app_context(), access.acting_as(access.NOBODY):
        assert len(db.session.scalars(db.select(Unit)).all()) == 9


def test_lists_rows_look_ups_actions_and_api_are_scoped_on_their_own(
    browse: Any, ids: dict[str, int], unguarded: None
) -> None:
    wuling, foreign = browse("wuling.clerk"), ids["鼎城第1单位"]
    assert names(wuling.get("/probe-units/list/").text) == ["武陵第1单位", "武陵第2单位", "武陵第3单位"]
    assert names(wuling.get("/probe-units/list/?page_UnitProbe=1&psize_UnitProbe=2").text) == ["武陵第3单位"]
    assert wuling.get(f"/probe-units/show/{foreign}").status_code == 404
    assert wuling.post(f"/probe-units/action/rename/{foreign}").status_code == 404
    assert wuling.get(f"/probe-sites/edit/{ids['鼎城第1单位网']}").status_code == 404
    assert len(wuling.get("/probe-sites/lookup/unit").get_json()["results"]) == 3
    data = {"name": "x", "unit": foreign, "hosting": "own"}
    assert wuling.post("/probe-sites/add", data=data).status_code == 422
    assert wuling.get("/api/v1/probe-units/").get_json()["count"] == 3
    assert wuling.get(f"/api/v1/probe-units/{foreign}").status_code == 404


def test_nobody_sees_no_rows(app: Flask) -> None:
    units = ScopedInterface(Unit)
    with app.app_context():
        for actor in (access.NOBODY, access.ANONYMOUS):
            with access.acting_as(actor):
                assert units.query()[0] == 0
                assert units.get(1) is None
                assert Lookup(Unit, search=("name",)).matching("") == ([], False)


def test_within_limits_a_table_without_jurisdiction(app: Flask) -> None:
    some = ScopedInterface(Office, within=lambda actor: Office.level == "city")
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        assert [row.name for row in some.query()[1]] == ["市编办"]
        assert some.get(1) is None


def test_within_never_widens_a_scope(app: Flask) -> None:
    wide = ScopedInterface(Unit, within=lambda actor: true())
    with app.app_context(), access.acting_as(access.actor_for("wuling.clerk")):
        assert wide.query()[0] == 3


@pytest.mark.parametrize("keys", [[], ["x"], [1, "x"], [1, 4], [None]])
def test_several_rows_are_all_seen_or_none(app: Flask, keys: list[Any]) -> None:
    units = ScopedInterface(Unit)
    with app.app_context(), access.acting_as(access.actor_for("wuling.clerk")):
        assert [row.id for row in units.all_seen(["2", 1, 2, "02"])] == [2, 1]
        with pytest.raises(NotSeen):
            units.all_seen(keys)


def test_writing_commits_nothing(app: Flask) -> None:
    units = ScopedInterface(Unit)
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        row = units.get(1)
        row.short_name = "未提交"
        units.edit(row)
        read_afresh()
        assert units.get(1).short_name == ""
        lone = Unit(account="99999999", name="新", nature="organ", rank="division", home=row.home)
        lone.review_path = row.review_path
        units.add(lone)
        assert units.get(lone.id) is lone
        units.delete(lone)
        read_afresh()
        assert units.query()[0] == 9


def test_joined_relations_cost_no_statement_a_row(app: Flask, wuling: FlaskClient, statements: Any) -> None:
    with statements() as found:
        wuling.get("/probe-sites/list/")
    assert sum("FROM site" in one for one in found) == 1
    assert not any(one.startswith("SELECT unit.") or one.startswith("SELECT office.") for one in found)
