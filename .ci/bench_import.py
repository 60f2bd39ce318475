"""10,000 rows of websites from upload to stored sheets, beside openpyxl merely loading the same file, in one run.

Ours is everything a clerk sets off: the file is unpacked and looked at, tried by a job, taken in by another, every
sheet judged both times and guarded, stored and recorded. Theirs is ``load_workbook`` as its manual shows it.
"""

from __future__ import annotations

import io
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import flask_migrate
import openpyxl
from benching import Clock, Verdict, command, say
from flask import Flask
from sqlalchemy import delete, func, select

from app import create_app
from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.tenancy import people
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Unit
from app.plugins.imports import layouts, queries, service
from app.plugins.surveys.models import SurveySheet, SurveySite
from tests.services.postgres import PostgresServer, binaries

ROWS, EACH, ROUNDS, RATIO = 10_000, 3, 3, 3.0
DAY = datetime(2014, 11, 18, 9, tzinfo=clock.SHANGHAI)
CITY, CLERK = "430700", "bench.clerk"
MAKER = access.system("bench", over="0.")


def run(verdict: Verdict) -> None:
    """On SQLite, judged by processor time; on PostgreSQL, where it is there, by the wall clock and only said."""
    book = _workbook()
    with tempfile.TemporaryDirectory() as folder:
        _compare("", Path(folder) / "sqlite", "", book, time.process_time, verdict)
        found = binaries()
        if found is None:
            return
        place = Path(tempfile.mkdtemp(prefix="bianban-bench-"))
        server = PostgresServer(found, place, shared_buffers="256MB")
        try:
            server.start()
            url = server.url(server.create())
            _compare("postgres.", Path(folder) / "postgres", url, book, time.perf_counter, verdict)
        finally:
            server.stop()
            shutil.rmtree(place, ignore_errors=True)


def _compare(name: str, folder: Path, url: str, book: bytes, by: Clock, verdict: Verdict) -> None:
    app = _make(folder, url)
    ours, theirs = [], []
    with app.app_context(), clock.at(DAY):
        for _ in range(ROUNDS):
            _empty()
            theirs.append(_taken(lambda: openpyxl.load_workbook(io.BytesIO(book)), by))
            ours.append(_taken(lambda: _import(app, book), by))
            _ensure_stored()
        db.session.remove()
        db.engine.dispose()
    say(f"import.{name}rows_{ROWS}", statistics.median(ours), "s")
    say(f"import.{name}openpyxl", statistics.median(theirs), "s")
    ratio = statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
    verdict.at_most(f"import.{name}over_openpyxl", ratio, RATIO, binding=not name)


def _taken(work: Callable[[], object], by: Clock) -> float:
    start = by()
    work()
    return by() - start


def _import(app: Flask, book: bytes) -> None:
    with access.acting_as(access.actor_for(CLERK)) as actor, transaction():
        office = db.session.scalars(select(Office).where(Office.code == CITY)).one()
        pk = service.upload(office, [("bench.xlsx", book)], hand_in=True, actor=actor).id
    jobs.run_due(app)
    with access.acting_as(access.actor_for(CLERK)) as actor, transaction():
        service.apply(queries.get(pk), actor=actor)
    jobs.run_due(app)


def _ensure_stored() -> None:
    with access.acting_as(MAKER):
        found = db.session.scalar(select(func.count(SurveySite.id)))
    if found != ROWS:
        raise SystemExit(f"import: {found} of {ROWS} rows were stored")


def _empty() -> None:
    with access.acting_as(MAKER), transaction() as session:
        for model in (SurveySite, SurveySheet):
            session.execute(delete(model))


def _make(folder: Path, url: str) -> Flask:
    """The notice and an office with a clerk and as many units as the workbook names."""
    folder.mkdir(parents=True)
    app = create_app(
        {
            "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False, "JOBS_THREADS": False, "INSTANCE_DIR": str(folder),
            "SQLALCHEMY_DATABASE_URI": url or f"sqlite:///{folder / 'bianban.sqlite3'}",
        }
    )  # fmt: skip
    with app.app_context():
        flask_migrate.upgrade()
    command(app, "tenants", "sync")
    command(app, "campaigns", "load")
    with app.app_context(), clock.at(DAY), access.acting_as(MAKER), transaction() as session:
        office = session.scalars(select(Office).where(Office.code == CITY)).one()
        tree = tenancy.tree_of(session.scalars(select(Office)))
        for number in range(_units()):
            unit = Unit(
                account=_account(number), name=_name(number), nature="organ", rank="division", home_id=office.id,
                supervisor_name="常德市人民政府",
            )  # fmt: skip
            unit.home = office
            tenancy.assign(unit, tree=tree)
            session.add(unit)
        person = people.add(
            CLERK, "某", "never-typed-here", actor=MAKER, hashed=people.hash_password("never-typed")
        )
        people.appoint(person, "clerk", actor=MAKER, since=DAY.date(), office=office)
    return app


def _units() -> int:
    return -(-ROWS // EACH)


def _account(number: int) -> str:
    return f"5{number:07d}"


def _name(number: int) -> str:
    return f"常德市第{number}局"


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None  # noqa: S101  (a new workbook has a page)
    page.append([names[0] for names in (*layouts.UNIT.values(), *layouts.SITE.values())])
    for row in range(ROWS):
        unit, place = divmod(row, EACH)
        count = min(EACH, ROWS - unit * EACH)
        page.append(
            [
                _account(unit), "", _name(unit), "常德市人民政府", "党政机关", "正处级", "负责人甲", count,
                f"武陵区某路{unit}号", "经办人甲", "0736-7786510", f"u{unit}@example.cn", "",
                f"第{unit}局网站{place + 1}", f"常德第{unit}局{place + 1}.政务", f"w{place}.j{unit}.example.gov.cn",
                "203.0.113.47",
            ]
        )  # fmt: skip
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
