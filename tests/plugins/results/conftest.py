"""The line on an empty database, with cases that are decided by the real verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation.database import db
from app.plugins.applications import service as applications
from app.plugins.applications.models import Application
from app.plugins.results.models import ResultNotice, StopOrder
from tests.plugins.registry.line import HEAD, Line, made


@dataclass
class Desk:
    """The line, and what was decided on it."""

    line: Line

    def under_review(self, unit: str = "wuling", **facts: Any) -> int:
        """Id of an application under written review."""
        key = self.line.approved(unit, frozen=False, state="paper_review", **facts)
        with self.line.system():
            row = db.session.get_one(Application, key)
            row.paper_reviewer_id = row.paper_reviewed_at = None
        return key

    def approved(self, unit: str = "wuling", *, head: tuple[str, str] = HEAD, **facts: Any) -> int:
        """Id of an application approved by the verb."""
        key = self.under_review(unit, **facts)
        with self.line.acting(head) as actor:
            applications.approve(db.session.get_one(Application, key), actor=actor)
        return key

    def refused(self, unit: str = "wuling", *, head: tuple[str, str] = HEAD, **facts: Any) -> int:
        """Id of an application refused by the verb."""
        key = self.under_review(unit, **facts)
        with self.line.acting(head) as actor:
            row = db.session.get_one(Application, key)
            applications.refuse(row, ["seal-missing"], "应加盖单位公章。", actor=actor)
        return key

    def notices(self, application: int) -> Sequence[ResultNotice]:
        query = (
            select(ResultNotice).where(ResultNotice.application_id == application).order_by(ResultNotice.id)
        )
        return self.line.read(lambda: db.session.scalars(query).all())

    def order(self, application: int) -> StopOrder:
        return self.orders(application)[0]

    def orders(self, application: int) -> Sequence[StopOrder]:
        query = select(StopOrder).where(StopOrder.application_id == application)
        return self.line.read(lambda: db.session.scalars(query).all())


@pytest.fixture
def desk(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Nobody here signs in with a password: none is hashed."""
    monkeypatch.setattr("app.foundation.tenancy.people.hash_password", lambda password: "unusable")
    return Desk(made())
