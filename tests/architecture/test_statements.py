"""How many SQL statements a page costs: every list at most 8, every page on which something is decided at most 15.

An application's page shows what every capability knows of it, each at a bounded cost.

The lists are taken from what is registered, so a new one is in it by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.foundation import access
from app.foundation.admin.views import ScopedModelView
from app.foundation.database import db
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge
from app.plugins.registry.models import Batch
from app.plugins.surveys.models import SurveySheet
from tests.services.instance import SignIn

LIST, REVIEW = 8, 15
APPLICATION = 30  # its own rows, then one or two for each capability that has a part on the page; none by number of rows
DESK = 30  # it asks each capability for what waits there, once or twice, however much that is
READERS = (
    "changde.head",
    "wuling.reviewer",
    "hunan.auditor",
    "central.reviewer",
    "unit.changde",
    "conac.registrar",
)


@pytest.fixture
def seed() -> str:
    return "demo"


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database inside, the framing of transactions left out."""
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "ROLLBACK", "COMMIT")):
            asked.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _lists(app: Flask) -> list[str]:
    views = app.appbuilder.baseviews  # type: ignore[attr-defined]
    return [view.route_base for view in views if isinstance(view, ScopedModelView) and view.opens("list")]


def test_every_list_page_costs_at_most_eight(app: Flask, sign_in: SignIn) -> None:
    lists = _lists(app)
    assert len(lists) >= 6
    opened = 0
    for username in READERS:
        client = sign_in(username)
        for base in lists:
            with statements() as asked:
                answer = client.get(f"{base}/list/")
            if answer.status_code == 200:
                opened += 1
                assert len(asked) <= LIST, f"{username} {base}: {len(asked)}\n" + "\n".join(asked)
    assert opened >= 20


def test_every_api_list_costs_at_most_eight(app: Flask, sign_in: SignIn) -> None:
    for username in READERS:
        client = sign_in(username)
        for kind in ("units", "surveys", "applications", "badges"):
            with statements() as asked:
                answer = client.get(f"/api/v1/{kind}/")
            assert answer.status_code in {200, 403}
            assert len(asked) <= LIST, f"{username} {kind}: {len(asked)}\n" + "\n".join(asked)


def _in_each_state(model: type[Application] | type[SurveySheet] | type[Badge], username: str) -> list[int]:
    with access.acting_as(access.actor_for(username)):
        rows = db.session.execute(select(db.func.min(model.id)).group_by(model.state)).scalars()
        return list(rows)


def test_every_review_page_costs_at_most_fifteen(app: Flask, sign_in: SignIn) -> None:
    pages: list[tuple[str, str]] = []
    for username in ("changde.reviewer", "changde.head"):
        pages += [(username, f"/applications/{pk}") for pk in _in_each_state(Application, username)]
        pages += [(username, f"/surveys/{pk}/") for pk in _in_each_state(SurveySheet, username)]
        pages += [(username, f"/badges/{pk}") for pk in _in_each_state(Badge, username)]
    with access.acting_as(access.actor_for("conac.registrar")):
        batches = list(db.session.scalars(select(Batch.id).order_by(Batch.id.desc()).limit(3)))
    pages += [("conac.registrar", f"/queue/batches/{pk}") for pk in batches]
    pages += [
        ("changde.head", "/registry/report/"),
        ("changde.clerk", "/aggregate/"),
        ("changde.clerk", "/campaigns/1/"),
    ]
    pages += [(username, "/desk/") for username in READERS]
    assert len(pages) > 40
    for username, page in pages:
        client = sign_in(username)
        with statements() as asked:
            answer = client.get(page)
        assert answer.status_code == 200, (username, page, answer.status_code)
        limit = DESK if page == "/desk/" else APPLICATION if page.startswith("/applications/") else REVIEW
        assert len(asked) <= limit, f"{username} {page}: {len(asked)}\n" + "\n".join(asked)


def test_the_public_badge_page_is_cheap(app: Flask) -> None:
    with access.acting_as(access.system("tests", over="0.")):
        number = db.session.scalar(select(Badge.number).limit(1))
    with statements() as asked:
        assert app.test_client().get(f"/badge/{number}").status_code == 200
    assert len(asked) <= 4, "\n".join(asked)
