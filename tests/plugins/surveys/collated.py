"""Changde with its units, accounts, campaign and local dates, and sheets in every state: read, never written, by tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app import create_app
from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office, Unit
from app.plugins.campaigns import service as campaigns
from app.plugins.campaigns.models import Campaign, CampaignStep
from app.plugins.demo import register, staff
from app.plugins.demo.sheets import rows
from app.plugins.surveys.models import SurveySheet, SurveySite
from tests.services.instance import signed_in

PLUGINS = tuple(
    f"app.plugins.{name}.plugin:{name.capitalize()}Plugin"
    for name in ("operations", "establishment", "names", "campaigns", "surveys")
)
TODAY = datetime(2014, 11, 24, 9, 0, tzinfo=clock.SHANGHAI)
STATES = {
    "accepted": "01 03 06 07 08 11 12 14 16 17 19 20 23 24 25 28 29 60 35 37 38 40 42 44 46 48 50 52 54 57",
    "submitted": "02 04 10 13 27 18 61 36 39 41 56 55",
    "returned": "09 15 30 43",
    "draft": "21 26 45 58",
}
NO_WEBSITE = "41840020"
PORTAL = "41840004"  # its portal is filed by a desk of its own (S8)
FORMULA = "41840003"  # its sheet tries to be a formula
# Office, its head, track, the day it set for its own survey (S16).
LOCAL = (
    ("430702", "wuling.head", "organ", date(2014, 11, 19)),
    ("430703", "dingcheng.head", "organ", date(2014, 11, 24)),
)


def build(app: Flask) -> None:
    """Fill an empty instance."""
    with app.app_context():
        db.create_all()
        for command in (["tenants", "sync"], ["campaigns", "load", "430700"]):
            done = app.test_cli_runner().invoke(args=command, catch_exceptions=False)
            assert done.exit_code == 0, done.output
        system = access.system("tests", over="0.")
        with clock.at(datetime(2014, 11, 10, 9, 0, tzinfo=clock.SHANGHAI)), access.acting_as(system):
            with transaction():
                units = register.load()
                staff.load(system)
            _local_dates()
            with transaction():
                _sheets(units)
        with transaction():
            clock.move(TODAY)


def _local_dates() -> None:
    for code, username, track, due in LOCAL:
        head = access.actor_for(username)
        with access.acting_as(head), transaction():
            step = db.session.scalars(
                select(CampaignStep).where(CampaignStep.key == "local-survey", CampaignStep.sets_id.is_(None))
            ).one()
            office = db.session.scalars(select(Office).where(Office.code == code)).one()
            campaigns.set_local_step(step, office, track=track, due=due, actor=head)


def _sheets(units: dict[str, Unit]) -> None:
    campaign = db.session.scalars(select(Campaign)).one()
    desk = db.session.scalars(select(Office).where(Office.code == "430700-ZFWZ")).one()
    people = {row["account"]: row for row in rows("units")}
    sites: dict[str, list[dict[str, str]]] = {}
    for row in rows("sites"):
        sites.setdefault(row["account"], []).append(row)
    for state, numbers in STATES.items():
        for number in numbers.split():
            account = f"418400{number}"
            own = [row for row in sites.get(account, []) if not row["filing_desk"]]
            _sheet(campaign, units[account], people[account], own, state)
    portal = [row for row in sites[PORTAL] if row["filing_desk"]]
    _sheet(campaign, units[PORTAL], people[PORTAL], portal, "accepted", desk)


def _sheet(
    campaign: Campaign,
    unit: Unit,
    person: dict[str, str],
    sites: list[dict[str, str]],
    state: str,
    desk: Office | None = None,
) -> None:
    formula = unit.account == FORMULA
    sheet = SurveySheet(
        campaign_id=campaign.id,
        unit_id=unit.id,
        filing_desk_id=desk.id if desk else None,
        account=unit.account,
        state=state,
        unit_name=unit.name,
        supervisor_name=unit.supervisor.name if unit.supervisor else unit.supervisor_name,
        nature=unit.nature,
        rank=unit.rank,
        leader=person["leader"],
        site_count=len(sites),
        address='=HYPERLINK("http://example.cn")' if formula else unit.address,
        contact=person["contact"],
        phone=person["phone"],
        email=person["email"],
        no_website=unit.account == NO_WEBSITE,
        submitted_at=datetime(2014, 11, 18, 10, 30, tzinfo=clock.SHANGHAI)
        if state in ("submitted", "accepted")
        else None,
        accepted_at=datetime(2014, 11, 20, 15, 0, tzinfo=clock.SHANGHAI) if state == "accepted" else None,
        return_reason="网站个数与列出的不一致。" if state == "returned" else "",
    )
    for number, site in enumerate(sites, start=1):
        sheet.sites.append(
            SurveySite(
                number=number,
                name="=1+1" if formula else site["name"],
                chinese_domain=site["chinese_domain"] or "无",
                english_domain=site["english_domain"],
                ip=site["ip"],
            )
        )
    db.session.add(sheet)


def make(folder: Path, url: str = "") -> Flask:
    """An application of four plugins on its own instance."""
    return create_app(
        {
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            "INSTANCE_DIR": str(folder),
            "UPLOADS_DIR": str(folder / "uploads"),
            "SQLALCHEMY_DATABASE_URI": url or f"sqlite:///{folder / 'collated.sqlite3'}",
            "PLUGINS": PLUGINS,
        }
    )


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application without a context: requests made inside one would share what they keep for themselves."""
    app = make(tmp_path_factory.mktemp("collated"))
    build(app)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def city(hall: Flask) -> Iterator[Flask]:
    """The application, in a context of its own."""
    with hall.app_context():
        yield hall
        db.session.remove()


@pytest.fixture
def person(city: Flask) -> Callable[[str], Actor]:
    """An actor by user name."""
    return access.actor_for


@pytest.fixture
def browse(hall: Flask) -> Callable[[str], FlaskClient]:
    """The browser of a named account."""

    return lambda username: signed_in(hall, username)


@pytest.fixture
def statements(hall: Flask) -> Callable[[], Any]:
    """Collects the SQL statements of a block."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        found: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                found.append(statement)

        with hall.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect
