"""The demo holds every state, is written by the verbs themselves, and loads once."""

from __future__ import annotations

import csv

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import ROOT
from app.foundation import access, audit, clock
from app.foundation.audit.models import AuditEntry
from app.foundation.clock.models import DrillClock
from app.foundation.database import db, transaction
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Person, Unit
from app.plugins.applications.models import STATES as APPLICATION_STATES
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge, Revocation
from app.plugins.surveys.models import STATES as SHEET_STATES
from app.plugins.surveys.models import SurveySheet
from tests.services.accounts import DEMO_ACCOUNTS
from tests.services.environment import DEMO_PASSWORD
from tests.services.instance import MakeApp


@pytest.fixture
def seed() -> str:
    return "demo"


def _all(column: object) -> list[object]:
    with access.acting_as(access.system("tests", over="0.")):
        return list(db.session.scalars(select(column)))  # type: ignore[call-overload]


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
def test_every_state_is_there(app: Flask, database_kind: str) -> None:
    assert set(_all(Application.state)) == set(APPLICATION_STATES)
    assert set(_all(SurveySheet.state)) == set(SHEET_STATES)
    assert set(_all(Badge.state)) == {"issued", "suspended", "revoked"}
    assert audit.verify() == []


def test_late_things_of_each_kind_are_there(app: Flask) -> None:
    today = clock.today()
    with access.acting_as(access.system("tests", over="0.")):
        late = select(Application.state).where(Application.due < today)
        assert {"submitted", "awaiting_paper"} <= set(db.session.scalars(late))
        undecided = select(Revocation.id).where(Revocation.executed_at.is_(None))
        assert db.session.scalars(undecided).all()
        assert db.session.scalars(
            select(Badge.id).where(Badge.hung_at.is_(None), Badge.hang_by < today)
        ).all()


def test_about_sixty_units_over_all_groups(app: Flask) -> None:
    with access.acting_as(access.system("tests", over="0.")):
        units = list(db.session.scalars(select(Unit)))
    assert 55 <= len(units) <= 70
    assert {unit.nature for unit in units} >= {"organ", "institution", "enterprise"}
    assert {unit.management for unit in units} == {"local", "central_vertical", "provincial_vertical"}
    assert {unit.review_path for unit in units} >= {
        "0.", "0.43.", "0.43.07.", *(f"0.43.07.z{n}." for n in range(1, 5)), "0.43.07.02.", "0.43.07.81.",
    }  # fmt: skip


def test_the_story_was_told_by_people_with_posts(app: Flask) -> None:
    """No step of an application was taken by the platform for somebody."""
    steps = list(db.session.scalars(select(AuditEntry).where(AuditEntry.obj == "application")))
    assert len(steps) > 150
    reviewed = [step for step in steps if step.verb in {"application.passed-first", "application.approved"}]
    assert all(step.person_id is not None for step in reviewed)
    assert audit.verify() == []


def test_history_lies_before_the_drill_clock(app: Flask) -> None:
    latest = db.session.scalar(
        select(db.func.max(AuditEntry.business_at)).where(AuditEntry.person_id.is_not(None))
    )
    assert latest is not None
    assert latest <= clock.now()
    assert clock.localise(clock.now()).isoformat(timespec="minutes") == "2014-11-24T09:00+08:00"


def test_accounts_are_printed_tab_separated(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(args=["demo", "accounts"]).output.splitlines()
    rows = [line.split("\t") for line in printed]
    assert [row[0] for row in rows] == DEMO_ACCOUNTS
    assert {row[1] for row in rows} == {DEMO_PASSWORD}
    assert all(len(row) == 4 and row[2] and row[3] for row in rows)


@pytest.mark.parametrize("username", DEMO_ACCOUNTS)
def test_each_account_signs_in(app: Flask, username: str) -> None:
    client = app.test_client()
    answer = client.post("/login/", data={"username": username, "password": DEMO_PASSWORD})
    assert answer.status_code == 302
    desk = client.get("/desk/")
    assert desk.status_code == 200
    assert "演练时钟：2014年11月24日（周一）09:00" in desk.get_data(as_text=True)


def test_a_second_load_changes_nothing(app: Flask) -> None:
    before = db.session.scalar(select(db.func.count()).select_from(AuditEntry))
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 0
    assert "未作改动" in result.output
    assert db.session.scalar(select(db.func.count()).select_from(AuditEntry)) == before


def test_peoples_names_are_plainly_made_up() -> None:
    with (ROOT / "tenants/demo/people.csv").open(encoding="utf-8", newline="") as handle:
        names = [row["display_name"] for row in csv.DictReader(handle)]
    assert all(name[-1] in "甲乙丙丁戊己庚辛壬癸" for name in names)


def test_the_drill_clock_can_be_moved_and_stopped(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["drill", "show"]).output.strip() == "2014-11-24T09:00+08:00"
    assert (
        runner.invoke(args=["drill", "move", "2014-11-28T17:30"]).output.strip() == "2014-11-28T17:30+08:00"
    )
    assert runner.invoke(args=["drill", "move", "yesterday"]).exit_code != 0
    assert runner.invoke(args=["drill", "off"]).exit_code == 0
    assert db.session.get(DrillClock, 1) is None
    assert clock.today().year >= 2026


def test_a_load_broken_off_is_not_taken_for_a_whole_one(make_app: MakeApp) -> None:
    app = make_app()
    with app.app_context():
        actor = access.system("tests", over="0.")
        with access.acting_as(actor), transaction():
            for entry in db.session.scalars(select(Person)):
                entry.demo = False
            people.add("half", "半", "a-long-password", actor=actor, demo=True)
        with db.engine.begin() as connection:
            for trigger in ("audit_entry_no_update", "audit_entry_no_delete"):
                connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
            connection.exec_driver_sql("DELETE FROM audit_entry WHERE verb = 'demo.loaded'")
        result = app.test_cli_runner().invoke(args=["demo", "load"])
        assert result.exit_code == 1
        assert "RESET=1" in result.output
