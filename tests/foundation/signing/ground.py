"""People with real passwords at four offices of the national tree, and a clock that can be put forward."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor, actors
from app.foundation.database import db, transaction
from app.foundation.signing import factors
from app.foundation.signing.models import SecondFactor
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Office, Person, Post
from tests.services.afresh import read_afresh

PASSWORD = "Right-horse-7-battery"
CITY, COUNTY, SIBLING, CENTRE = "430700", "430702", "430703", "000000"
MAKER = access.system("tests", over=access.EVERYWHERE)


@dataclass
class Ground:
    """One test's world."""

    app: Flask
    monkeypatch: pytest.MonkeyPatch
    _ahead: timedelta = field(default_factory=timedelta)

    def hire(self, username: str, role: str, office: str = COUNTY, **more: Any) -> Person:
        """An account kept by an office, with one post there."""
        with access.acting_as(MAKER), transaction():
            at = db.session.scalars(select(Office).where(Office.code == office)).one()
            person = people.add(username, f"某{username}", PASSWORD, actor=MAKER, office=at, **more)
            if role:
                people.appoint(
                    person, role, actor=MAKER, office=at, since=date(2014, 1, 1), document="测试文件"
                )
        return person

    def give(self, username: str, role: str, office: str) -> None:
        """A further post, perhaps at another office than the one that keeps the account."""
        person = self.person(username)
        with access.acting_as(MAKER), transaction():
            at = db.session.scalars(select(Office).where(Office.code == office)).one()
            people.appoint(person, role, actor=MAKER, office=at, since=date(2014, 1, 1), document="测试文件")

    def person(self, username: str) -> Person:
        """The row as it is now."""
        read_afresh()
        with access.acting_as(MAKER):
            return db.session.scalars(select(Person).where(Person.username == username)).one()

    def actor(self, username: str) -> Actor:
        """Who acts."""
        return actors.load(self.person(username))

    def change(self, row_type: type[Any], pk: int, **values: Any) -> None:
        """Set columns of a row."""
        read_afresh()
        with access.acting_as(MAKER), transaction():
            row = db.session.get_one(row_type, pk)
            for name, value in values.items():
                setattr(row, name, value)

    def setting(self, office: str, **values: Any) -> None:
        """An office's settings."""
        read_afresh()
        with access.acting_as(MAKER), transaction():
            at = db.session.scalars(select(Office).where(Office.code == office)).one()
            at.settings = {**at.settings, **values}

    def end_posts(self, username: str) -> None:
        """Revoke all posts of a person."""
        pk = self.person(username).id
        read_afresh()
        with access.acting_as(MAKER), transaction():
            for post in db.session.scalars(select(Post).where(Post.person_id == pk)):
                db.session.delete(post)

    def later(self, **ahead: float) -> None:
        """Put real time forward (``minutes=…``)."""
        real = _WALL
        self._ahead += timedelta(**ahead)
        total = self._ahead
        self.monkeypatch.setattr(clock, "wall", lambda: real() + total)

    def enrol(self, username: str) -> pyotp.TOTP:
        """Give a person an authenticator; the code of this moment is used up."""
        person = self.person(username)
        with access.acting_as(MAKER), transaction():
            row = db.session.get_one(Person, person.id)
            totp = pyotp.TOTP(factors.offer(row, 0))
            factors.confirm(row, self.code(totp), 0, actor=MAKER)
        return totp

    def secret_of(self, username: str) -> pyotp.TOTP:
        """The authenticator a person was offered."""
        pk = self.person(username).id
        with access.acting_as(MAKER):
            query = select(SecondFactor.secret).where(SecondFactor.person_id == pk)
            return pyotp.TOTP(db.session.scalars(query).one())

    def code(self, totp: pyotp.TOTP) -> str:
        """What an authenticator shows now."""
        return totp.at(clock.wall())

    def enter(self, username: str, password: str = PASSWORD, **extra: Any) -> tuple[FlaskClient, Any]:
        """A new browser and the answer to its sign-in."""
        client = self.app.test_client()
        return client, post(client, username, password, **extra)


_WALL = clock.wall


def post(client: FlaskClient, username: str, password: str = PASSWORD, **extra: Any) -> Any:
    """Send the sign-in form."""
    return client.post("/login/", data={"username": username, "password": password}, **extra)


def token(client: FlaskClient, username: str, password: str = PASSWORD, **more: Any) -> Any:
    """Ask for a token."""
    body = {"username": username, "password": password, "provider": "db", **more}
    return client.post("/api/v1/security/login", json=body)
