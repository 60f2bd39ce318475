"""The record read by office: an inspector's level and below, nothing beside or above."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.foundation import access, clock
from app.foundation.access import EVERYWHERE, Actor
from app.foundation.audit import reading
from app.foundation.audit.models import AuditEntry
from app.foundation.audit.reading import Asked
from app.foundation.database import db


@pytest.fixture
def seed() -> str:
    return "demo"


def everything() -> int:
    with access.acting_as(access.system("tests", over=EVERYWHERE)):
        return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def read(actor: Actor, asked: Asked | None = None) -> list[AuditEntry]:
    with access.acting_as(actor):
        return list(reading.entries(actor, asked or Asked(), size=5000))


def test_an_inspector_reads_his_level_and_below(app: Flask) -> None:
    rows = read(access.actor_for("changde.inspector"))
    paths = {row.review_path for row in rows}
    assert "0.43.07.02." in paths
    assert all(path is not None and path.startswith("0.43.07.") for path in paths)
    assert 100 < len(rows) < everything()
    assert [row.seq for row in rows] == sorted((row.seq for row in rows), reverse=True)


@pytest.mark.parametrize(
    "username", ["changde.admin", "changde.security", "changde.head", "unit.changde", "central.head"]
)
def test_nobody_else_reads_anything(app: Flask, username: str) -> None:
    actor = access.actor_for(username)
    assert read(actor) == []
    assert reading.count(actor, Asked()) == 0
    assert read(access.ANONYMOUS) == []


def test_a_task_reads_what_is_stated_for_it(app: Flask) -> None:
    assert read(access.system("tests")) == []
    below = read(access.system("tests", over="0.43.07.02."))
    assert below
    assert all((row.review_path or "").startswith("0.43.07.02.") for row in below)
    assert len(read(access.system("tests", over=EVERYWHERE))) == min(everything(), 5000)


def test_filters_narrow_and_count_agrees(app: Flask) -> None:
    actor = access.actor_for("changde.inspector")
    every = read(actor)
    name, verb = every[0].person, every[-1].verb
    assert {row.person for row in read(actor, Asked(person=name))} == {name}
    assert {row.verb for row in read(actor, Asked(verb=verb))} == {verb}
    with access.acting_as(actor):
        assert reading.count(actor, Asked(verb=verb)) == len(read(actor, Asked(verb=verb)))
    today = clock.localise(clock.wall()).date()
    assert len(read(actor, Asked(since=today - timedelta(days=1), until=today + timedelta(days=1)))) == len(
        every
    )
    assert read(actor, Asked(since=today + timedelta(days=2))) == []
    assert read(actor, Asked(until=today - timedelta(days=30))) == []
