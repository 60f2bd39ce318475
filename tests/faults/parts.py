"""What the processes under test are made of: two kinds of jobs whose effects can be counted, and places to die.

``faults.once`` writes a line into a table inside its transaction: it must stand there exactly once for each job.
``faults.mail`` adds a line to a file: at least once, as a mail that has left cannot be called back.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app import create_app
from app.config import ROOT
from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import handing, schedules, statements
from app.foundation.jobs.schedules import Schedule
from app.foundation.jobs.transport import Transport
from tests.policies import world

PLACES = ("0.43.07.", "0.43.07.02.", "0.43.07.03.")
SENT, SENT_TO = "sent", "FAULTS_SENT"
PACES = """
keep_days: {result: 7, done: 30, dead: 180}
retry_seconds: {first: 1, longest: 1}
lease_seconds: {handed: 3, alive: 3, mending: 1}
"""
# Where a process may die. Each is passed once or more in the life of every job.
STEPS = (
    "put", "put-commit", "hand", "handed", "send", "sent", "take", "taken", "run", "effect", "mark", "marked",
    "commit", "committed", "mend", "mended", "check", "checked",
)  # fmt: skip
Die = Callable[[str], None]


@dataclass
class Places:
    """Counts how often each step was passed, and kills its own process at one of them."""

    at: str = ""
    times: int = 0

    def __post_init__(self) -> None:
        self._passed: Counter[str] = Counter()

    def __call__(self, step: str) -> None:
        self._passed[step] += 1
        if step == self.at and self._passed[step] >= self.times:
            os.kill(os.getpid(), signal.SIGKILL)


PLACE = Places()


def make_app(folder: Path, **config: Any) -> Flask:
    """The application with quick leases, in ``folder``."""
    policies = folder / "policies"
    if not policies.exists():
        policies.mkdir(parents=True)
        for path in (ROOT / "policies").iterdir():
            if path.name not in ("jobs.yaml", schedules.FILE):
                (policies / path.name).symlink_to(path)
        (policies / "jobs.yaml").write_text(PACES, "utf-8")
        (policies / schedules.FILE).write_text("{}", "utf-8")
    app = create_app(
        {
            "PLUGINS": (),
            "POLICIES_DIR": str(policies),
            "INSTANCE_DIR": str(folder),
            "UPLOADS_DIR": str(folder / "uploads"),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'faults.sqlite3'}",
            "JOBS_CONCURRENCY": 3,
            **config,
        }
    )
    jobs.declare(app, jobs.Kind("faults.once", "once", once, inside=True, attempts=10_000, lease=20))
    jobs.declare(app, jobs.Kind("faults.mail", "mail", mail, queue="mail", attempts=10_000, lease=20))
    jobs.declare(app, jobs.Kind("faults.beat", "beat", once, queue="schedule", inside=True, attempts=10_000))
    return app


def prepare(app: Flask) -> None:
    """Tables, a small country, and where effects are counted."""
    with app.app_context():
        db.create_all()
        world.build()
        with db.engine.begin() as connection:
            owner = connection.execution_options(as_owner=True)
            for name in ("faults_business", "faults_effect"):
                owner.execute(text(f"CREATE TABLE {name} (number bigint NOT NULL)"))
                if owner.dialect.name == "postgresql":
                    owner.execute(text(f"GRANT ALL ON {name} TO {app.config['DATABASE_ROLE']}"))
        db.session.remove()
        db.engine.dispose()


# -- the work ------------------------------------------------------------------------------------------------


def once(work: jobs.Work) -> None:
    """A row in the job's own transaction."""
    PLACE("run")
    db.session.execute(text("INSERT INTO faults_effect VALUES (:id)"), {"id": work.id})
    PLACE("effect")


def mail(work: jobs.Work) -> None:
    """A line that leaves the database, in one write that is whole or not there."""
    PLACE("run")
    handle = os.open(os.environ[SENT_TO], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{work.id}\n".encode())
    finally:
        os.close(handle)
    PLACE("effect")


def put_one(number: int) -> None:
    """What a person does: a business row and the job it causes, in one transaction."""
    kind = "faults.once" if number % 2 else "faults.mail"
    with access.acting_as(access.system("faults", over="0.")), transaction():
        db.session.execute(text("INSERT INTO faults_business VALUES (:number)"), {"number": number})
        jobs.put(kind, {"number": number}, path=PLACES[number % len(PLACES)], key=str(number))
        PLACE("put")
    PLACE("put-commit")


# -- places to die -------------------------------------------------------------------------------------------


def _around(owner: Any, name: str, before: str, after: str) -> None:
    original = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        PLACE(before)
        answer = original(*args, **kwargs)
        PLACE(after)
        return answer

    setattr(owner, name, call)


def mine() -> None:
    """Put the places into the program; once, before the processes are forked."""
    _around(handing, "hand", "hand", "handed")
    _around(Transport, "send", "send", "sent")
    _around(statements, "take", "take", "taken")
    _around(statements, "change", "mark", "marked")
    _around(statements, "finish", "mark", "marked")
    _around(handing, "mend", "mend", "mended")
    _around(schedules, "check", "check", "checked")
    event.listen(Session, "before_commit", lambda _session: PLACE("commit"))
    event.listen(Session, "after_commit", lambda _session: PLACE("committed"))


# -- time ----------------------------------------------------------------------------------------------------


class EverySecond(Schedule):
    """A schedule due each second of the wall clock, until the run is told to finish."""

    def latest(self, moment: datetime, calendar: Any) -> datetime:
        if (Path(os.environ[SENT_TO]).parent / "finish").exists():
            return datetime(2000, 1, 1, tzinfo=UTC)
        return moment.replace(microsecond=0)


def schedule_each_second(app: Flask) -> None:
    """Beat has something to put at every look."""
    app.extensions[schedules._KEY] = (EverySecond("每秒", "faults.beat", "wall"),)


def follow_offset(path: Path) -> None:
    """Let the wall clock of this process be off by the seconds that stand in a file."""

    def wall() -> datetime:
        try:
            off = float(path.read_text("ascii") or 0)
        except (OSError, ValueError):
            off = 0.0
        return datetime.now(UTC) + timedelta(seconds=off)

    clock.wall = wall
