"""The demo with a county's own administrator, and short ways to act and look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Office, Person, Post, Unit
from tests.services.afresh import read_afresh

BEGIN = date(2014, 9, 15)
GOOD = "Xiang-7788-Deng"


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.fixture(autouse=True)
def quick(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here signs in with a password hashed at full cost; the demo itself, made before, keeps its own."""
    monkeypatch.setattr("app.foundation.tenancy.people.hash_password", lambda password: "unusable")


class Town:
    """The demo, looked at as the platform and acted in as anybody."""

    def system(self) -> Any:
        return access.acting_as(access.system("tests", over="0."))

    def office(self, code: str) -> Office:
        return db.session.scalars(select(Office).where(Office.code == code)).one()

    def unit(self, account: str) -> Unit:
        with self.system():
            return db.session.scalars(select(Unit).where(Unit.account == account)).one()

    def person(self, username: str) -> Person:
        read_afresh()
        with self.system():
            return db.session.scalars(
                select(Person).where(Person.username == username).execution_options(populate_existing=True)
            ).one()

    def exists(self, username: str) -> bool:
        read_afresh()
        with self.system():
            return db.session.scalar(select(Person.id).where(Person.username == username)) is not None

    def posts(self, username: str) -> list[Post]:
        key = self.person(username).id
        with self.system():
            return list(
                db.session.scalars(
                    select(Post)
                    .where(Post.person_id == key)
                    .order_by(Post.id)
                    .execution_options(populate_existing=True)
                )
            )

    def hire(self, username: str, role: str, code: str = "", *, account: str = "", **more: Any) -> Person:
        """Somebody with a working account, put there by the platform."""
        actor = access.system("tests", over="0.")
        with access.acting_as(actor), transaction():
            office = self.office(code) if code else None
            unit = self.unit(account) if account else None
            keeper = office or self.at(unit.review_path if unit else "0.")
            person = people.add(username, f"某{username}", "never-typed-here", actor=actor, office=keeper)
            people.appoint(person, role, actor=actor, office=office, unit=unit, since=BEGIN, **more)
        return self.person(username)

    def give(self, username: str, role: str, code: str, **more: Any) -> None:
        """A further post, by the platform and by the rules."""
        actor = access.system("tests", over="0.")
        with access.acting_as(actor), transaction():
            people.appoint(
                self.person(username), role, actor=actor, office=self.office(code), since=BEGIN, **more
            )

    def force(self, username: str, role: str, code: str) -> None:
        """A post as older data may hold it: past every rule."""
        with self.system(), transaction():
            db.session.add(
                Post(
                    person_id=self.person_id(username), role=role, office_id=self.office(code).id, since=BEGIN
                )
            )

    def person_id(self, username: str) -> int:
        with self.system():
            return db.session.scalars(select(Person.id).where(Person.username == username)).one()

    def at(self, path: str) -> Office:
        return db.session.scalars(select(Office).where(Office.path == path)).one()

    def do(self, username: str, verb: Callable[[Actor], Any]) -> Any:
        """Act as somebody, in one transaction."""
        read_afresh()
        actor = access.actor_for(username)
        with access.acting_as(actor), transaction():
            return verb(actor)

    def today(self) -> date:
        return clock.today()


@pytest.fixture
def town(app: Flask) -> Town:
    there = Town()
    there.hire("wuling.admin", "admin", "430702")
    return there
