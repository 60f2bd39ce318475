"""The demo country, with a security administrator in a county and at the centre."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Grant, Office, Person
from app.plugins.permits import service
from tests.services.afresh import read_afresh

CITY, COUNTY, SIBLING, EGOV, CENTRE, REGISTRY = (
    "0.43.07.", "0.43.07.02.", "0.43.07.03.", "0.43.07.02.egov.", "0.", "0.conac.",
)  # fmt: skip
Give = Callable[..., int]


@pytest.fixture
def seed() -> str:
    return "demo"


@contextmanager
def system() -> Iterator[access.Actor]:
    """Everything may be read and written inside."""
    with access.acting_as(access.system("tests", over="0.")) as actor:
        yield actor


def office(path: str) -> Office:
    """An office by its path."""
    return db.session.scalars(select(Office).where(Office.path == path)).one()


def person_id(username: str) -> int:
    """The key of an account."""
    with system():
        return db.session.scalars(select(Person.id).where(Person.username == username)).one()


def appoint(username: str, role: str, path: str) -> None:
    """A further account with one post."""
    with system() as actor, transaction():
        at = office(path)
        one = people.add(
            username, username, "a-long-demo-password", actor=actor, office=at, hashed="unusable"
        )
        people.appoint(one, role, actor=actor, office=at, since=date(2014, 9, 15))


@pytest.fixture
def admins(app: Flask) -> None:
    """Security administrators where the demo has none."""
    appoint("wuling.security", "security", COUNTY)
    appoint("central.security", "security", CENTRE)
    read_afresh()


@pytest.fixture
def give(app: Flask) -> Give:
    """Grant by verb: from today for thirty days unless said otherwise; the key of the row."""

    def make(
        username: str, holder: str, where: str, relation: str = "guides", how: str = "at", **more: Any
    ) -> int:
        today = clock.today()
        since, until = more.get("since", today), more.get("until", today + timedelta(days=30))
        with access.acting_as(access.actor_for(username)) as actor, transaction():
            one, other = office(holder), office(where)
            asked = service.wanted(
                one, other, relation, how, since, until, more.get("document", "常编办发〔2014〕9号")
            )
            return service.give(one, other, asked, actor=actor).id

    return make


def stored() -> list[Grant]:
    """Every grant there is."""
    with system():
        return list(db.session.scalars(select(Grant).order_by(Grant.id)))
