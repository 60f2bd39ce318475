"""The demo, acted in as its people, and what they were told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db, in_transaction, transaction
from app.foundation.notices.models import Delivery, Message
from app.foundation.notices.ports import Ports
from app.foundation.tenancy.models import Person
from app.plugins.applications.models import Application
from tests.foundation.notices.conftest import ports as ports
from tests.foundation.notices.conftest import start as start
from tests.services.afresh import read_afresh

EVERYWHERE = access.system("tests", over="0.")
Acting = Callable[[str], Any]


@pytest.fixture
def seed() -> str:
    return "demo"


class Town:
    """The demo."""

    def actor(self, username: str) -> Actor:
        return access.actor_for(username)

    @contextmanager
    def acting(self, username: str) -> Iterator[Actor]:
        """As somebody, in a transaction."""
        actor = self.actor(username)
        with access.acting_as(actor), transaction():
            yield actor

    def all(self, query: Any) -> list[Any]:
        """Rows as they stand, read as the platform."""
        if not in_transaction():
            read_afresh()  # what the requests wrote is read anew
        with access.acting_as(EVERYWHERE):
            return list(db.session.scalars(query))

    def one(self, query: Any) -> Any:
        return self.all(query)[0]

    def application(self, state: str, path: str = "0.43.07.") -> Application:
        """The first application in a state that an office reviews itself and a unit files itself."""
        query = select(Application).where(
            Application.state == state, Application.review_path == path, Application.filing_path.is_(None)
        )
        found: Application = self.one(query.order_by(Application.id))
        return found

    def person(self, username: str) -> Person:
        found: Person = self.one(select(Person).where(Person.username == username))
        return found

    def inbox(self, username: str) -> list[Message]:
        """Somebody's messages, oldest first."""
        key = self.person(username).id
        return self.all(select(Message).where(Message.person_id == key).order_by(Message.id))

    def filers(self, row: Application) -> list[str]:
        """Who files for the unit."""
        from app.foundation.tenancy.models import Post

        query = select(Person).join(Post, Post.person_id == Person.id).where(Post.unit_id == row.unit_id)
        return [one.username for one in self.all(query)]

    def deliveries(self, event: str, **more: Any) -> list[Delivery]:
        query = select(Delivery).where(Delivery.event == event).order_by(Delivery.id)
        return [
            row for row in self.all(query) if all(getattr(row, key) == value for key, value in more.items())
        ]


@pytest.fixture
def town(app: Flask) -> Town:
    return Town()


class Connected:
    """A port that would send."""

    offline, sender = False, "noreply@bb.example.cn"


@pytest.fixture
def connected(ports: Ports) -> Ports:
    ports.mail = ports.sms = Connected()  # type: ignore[assignment]
    return ports
