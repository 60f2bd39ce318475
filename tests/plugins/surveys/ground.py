"""Changde's own offices and the notice, with a dozen units: the ground that campaigns and surveys are tried on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app import create_app
from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy import people
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Site, Unit
from tests.services.instance import signed_in

PLUGINS = tuple(
    f"app.plugins.{name}.plugin:{name.capitalize()}Plugin"
    for name in ("operations", "establishment", "campaigns", "surveys")
)
BEIJING = timezone(timedelta(hours=8))
OPENING = datetime(2014, 11, 18, 9, tzinfo=BEIJING)

# name: home, extra columns; sites follow below
UNITS: dict[str, tuple[str, dict[str, Any]]] = {
    "财政局": ("430700", {}),
    "人社局": ("430700", {"personnel_desk": "430700-RENSHE"}),
    "人才中心": ("430700", {"nature": "institution", "rank": "section", "supervisor": "人社局"}),
    "政府办": ("430700", {}),
    "机关事务局": ("430700", {}),
    "城投": ("430700", {"nature": "enterprise"}),
    "海关": ("430700", {"management": "central_vertical"}),
    "武陵教育局": ("430702", {"rank": "section"}),
    "鼎城卫生局": ("430703", {"rank": "section"}),
    "柳叶湖旅游局": ("4307Z2", {"rank": "section"}),
    "桃花源管理区办": ("4307Z5", {}),
}
# unit, site name, Chinese domain, English domain, IP, filing desk
SITES = (
    ("财政局", "财政网", "常德市财政局.政务", "czj.cddemo.gov.cn", "203.0.113.15", None),
    ("政府办", "门户网站", "常德市人民政府.政务", "www.cddemo.gov.cn", "203.0.113.14", "430700-ZFWZ"),
    ("政府办", "应急网", "常德应急管理.政务", "yj.cddemo.gov.cn", "203.0.113.16", None),
)
POSTS = {
    "unit.czj": ("filer", "财政局"),
    "unit.rcfw": ("filer", "人才中心"),
    "unit.zfb": ("filer", "政府办"),
    "unit.jgj": ("filer", "机关事务局"),
    "unit.ct": ("filer", "城投"),
    "unit.hg": ("filer", "海关"),
    "unit.wljy": ("filer", "武陵教育局"),
    "unit.dcws": ("filer", "鼎城卫生局"),
    "unit.lyh": ("filer", "柳叶湖旅游局"),
    "unit.thy": ("filer", "桃花源管理区办"),
    "changde.clerk": ("clerk", "430700"),
    "changde.auditor": ("auditor", "430700"),
    "changde.head": ("head", "430700"),
    "changde.egov": ("egov", "430700-EGOV"),
    "wuling.clerk": ("clerk", "430702"),
    "wuling.head": ("head", "430702"),
    "dingcheng.clerk": ("clerk", "430703"),
    "liuyehu.head": ("head", "4307Z2"),
    "hunan.clerk": ("clerk", "430000"),
    "changsha.clerk": ("clerk", "430100"),
    "thy.coordinator": ("coordinator", "4307Z5"),
    "renshe.coordinator": ("coordinator", "430700-RENSHE"),
    "zfwz.coordinator": ("coordinator", "430700-ZFWZ"),
    "conac.registrar": ("registrar", "CONAC"),
}


class Browser(FlaskClient):
    """A browser whose requests know nothing of the test's own application context, which stays open meanwhile."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        for name in list(g):
            g.pop(name)
        return super().open(*args, **kwargs)


As = Callable[[str], AbstractContextManager[Actor]]
SignIn = Callable[[str], Browser]


def make_app(folder: Path) -> Flask:
    """The application with the plugins under test on an instance of its own."""
    return create_app(
        {
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            "INSTANCE_DIR": str(folder),
            "UPLOADS_DIR": str(folder / "uploads"),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'test.sqlite3'}",
            "PLUGINS": PLUGINS,
        }
    )


def build(app: Flask) -> None:
    """Offices by ``tenants sync``, the notice by ``campaigns load``, then units, sites and people."""
    with app.app_context():
        db.create_all()
    for arguments in (["tenants", "sync"], ["campaigns", "load", "430700"]):
        result = app.test_cli_runner().invoke(args=arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    with app.app_context(), access.acting_as(access.system("tests", over="0.")) as maker, transaction():
        offices = {row.code: row for row in db.session.scalars(select(Office))}
        units = {name: _unit(name, number, offices) for number, name in enumerate(UNITS, start=1)}
        for unit, name, chinese, english, ip, desk in SITES:
            site = Site(
                unit_id=units[unit].id, name=name, chinese_domain=chinese, english_domain=english, ip=ip,
                filing_desk_id=offices[desk].id if desk else None,
            )  # fmt: skip
            tenancy.assign_site(site)
            db.session.add(site)
        hashed = people.hash_password("never-typed-here")
        for username, (role, holder) in POSTS.items():
            person = people.add(username, f"某{username}", "never-typed-here", actor=maker, hashed=hashed)
            people.appoint(
                person,
                role,
                actor=maker,
                since=date(2014, 9, 15),
                unit=units.get(holder),
                office=offices.get(holder),
            )


def _unit(name: str, number: int, offices: dict[str, Office]) -> Unit:
    home, extra = UNITS[name]
    supervisor = extra.get("supervisor")
    unit = Unit(
        account=f"4184{number:04d}", name=f"常德市{name}", short_name=name, nature=extra.get("nature", "organ"),
        rank=extra.get("rank", "division"), management=extra.get("management", "local"), home_id=offices[home].id,
        address="湖南省常德市某路1号", supervisor_name="" if supervisor else "常德市人民政府",
        supervisor_id=named(supervisor).id if supervisor else None,
        personnel_desk_id=offices[extra["personnel_desk"]].id if "personnel_desk" in extra else None,
    )  # fmt: skip
    tenancy.assign(unit)
    db.session.add(unit)
    db.session.flush()
    return unit


def named(name: str) -> Unit:
    """A unit of the ground by its short name, whoever acts."""
    with access.acting_as(access.system("tests", over="0.")):
        return db.session.scalars(select(Unit).where(Unit.short_name == name)).one()


def desk(code: str) -> Office:
    """An office or desk by its code."""
    return db.session.scalars(select(Office).where(Office.code == code)).one()


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance built once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("ground")
    app = make_app(folder)
    build(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_app(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def app(ground: Path, shared_app: Flask) -> Iterator[Flask]:
    """The application on a fresh copy of the ground, at 2014-11-18 09:00 in Beijing."""
    folder = Path(shared_app.config["INSTANCE_DIR"])
    shutil.rmtree(folder)
    shutil.copytree(ground, folder)
    with shared_app.app_context(), clock.at(OPENING):
        yield shared_app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def acting(app: Flask) -> As:
    """``with acting("changde.clerk") as actor:``"""

    @contextmanager
    def enter(username: str) -> Iterator[Actor]:
        db.session.expunge_all()
        with access.acting_as(access.actor_for(username)) as actor:
            yield actor
        db.session.expunge_all()

    return enter


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """The browser of an account, signed in."""

    def enter(username: str) -> Browser:
        client = Browser(app, app.response_class)
        signed_in(app, username, client)
        return client

    return enter


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements run inside, without BEGIN and the like."""
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def at(day: int, hour: int = 9, month: int = 11) -> AbstractContextManager[None]:
    """Business time in 2014."""
    return clock.at(datetime(2014, month, day, hour, tzinfo=BEIJING).astimezone(UTC))
