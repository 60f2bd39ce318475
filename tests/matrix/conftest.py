"""The demo with a token in every row and a journal on every table, and one actor's walk through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.foundation import access
from app.foundation.database import db
from tests.matrix import plant
from tests.matrix.cast import ANYBODY
from tests.matrix.journal import Journal
from tests.matrix.plant import Words
from tests.matrix.rows import Register
from tests.matrix.run import Walk, spy
from tests.matrix.side import Side
from tests.services.instance import SignIn

MakeWalk = Callable[[str], Walk]
# Whose sessions stand in the list of sessions, so that there is one at each level to end.
SIGNED_IN = ("changde.clerk", "wuling.clerk", "hunan.head", "liuyehu.head", "unit.wuling")


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.fixture
def side(app: Flask, database_kind: str, request: pytest.FixtureRequest) -> Iterator[Side]:
    """A connection past the application."""
    file = Path(app.config["INSTANCE_DIR"]) / "bianban.sqlite3" if database_kind == "sqlite" else None
    server: Any = request.getfixturevalue("postgres") if file is None else None
    made = Side(file, server)
    yield made
    made.close()


def _let_go() -> None:
    """No connection of the application holds on to the files."""
    db.session.remove()
    db.engine.dispose()


@pytest.fixture
def walk(app: Flask, side: Side, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> MakeWalk:
    """Prepares the database and returns an actor's walk."""

    def make(username: str) -> Walk:
        plant.people()
        plant.work()
        _let_go()
        plant.plant(side)
        journal = Journal(side, Path(app.config["INSTANCE_DIR"]))
        journal.install()
        for other in SIGNED_IN:
            sign_in(other)
        client = app.test_client() if username == ANYBODY else sign_in(username)
        actor = access.ANONYMOUS if username == ANYBODY else access.actor_for(username)
        _let_go()
        journal.forget()
        journal.keep()
        register = Register.read(side)
        made = Walk(app, actor, client, journal, register, Words(side, register))
        spy(made, monkeypatch)
        return made

    return make
