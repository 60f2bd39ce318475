"""Raises the processes of one deployment, kills them where it is told to, and counts what became of the jobs.

``python -m tests.faults.nursery --folder F --seed S --kills N [--url …] [--broker …] [--steady] [--relays 2] …`` prints
one line of JSON. The processes are forked from one that has built the application: a thousand lives cost seconds.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.foundation import access
from app.foundation.database import db
from app.foundation.jobs import embedding, leases, relaying
from app.foundation.jobs.crew import BEAT, CONSUME, RELAY, Crew
from app.foundation.jobs.models import OPEN, Job
from app.foundation.jobs.transport import Transport, in_process
from tests.faults import parts
from tests.services import needs

PUT_PAUSE, PUTS_OF_ONE_LIFE = 0.03, 60
LONGEST_LIFE = 4.0  # seconds after which a process that never came to its place is killed where it is
DRAIN = 90.0
COMMITS = ("commit", "committed")
MAY_DIE = {
    "web": ("put", "put-commit", *COMMITS),
    "relay": ("hand", "handed", "send", "sent", "mend", "mended", *COMMITS),
    "beat": ("check", "checked", *COMMITS),
    "worker": ("take", "taken", "run", "effect", "mark", "marked", *COMMITS),
}
SELDOM = {"mend", "mended", "check", "checked"}


@dataclass
class Child:
    """A running process."""

    role: str
    step: str
    born: float


class Nursery:
    """One deployment: all in the web processes, or web, relay, beat and workers apart."""

    def __init__(self, app: Flask, options: argparse.Namespace) -> None:
        self.app = app
        self.options = options
        self.folder = Path(options.folder)
        self.chance = random.Random(options.seed)
        self.children: dict[int, Child] = {}
        self.died: Counter[str] = Counter()
        self.lives = 0
        if in_process(app):
            self.wanted = ["web"] * 2
        else:
            self.wanted = ["web", *["relay"] * options.relays, "beat", *["worker"] * 2]

    # -- lives -----------------------------------------------------------------------------------------------

    def spawn(self, role: str, *, fated: bool) -> None:
        """Fork a process; ``fated`` to die at a step it passes, after passing it some times."""
        steps = parts.STEPS if in_process(self.app) else MAY_DIE[role]
        step = self.chance.choice(steps) if fated else ""
        times = self.chance.randint(1, 2 if step in SELDOM else 12)
        self.lives += 1
        pid = os.fork()
        if pid:
            self.children[pid] = Child(role, step, time.monotonic())
            return
        try:
            needs.end_with_parent(signal.SIGKILL)
            parts.PLACE.at, parts.PLACE.times = step, times
            self._live(role)
        except BaseException:
            logging.exception("child")
        finally:
            os._exit(0)

    def _live(self, role: str) -> None:
        ending: list[int] = []
        signal.signal(signal.SIGTERM, lambda *_: ending.append(1))
        if role == "web":
            embedding.start(self.app)
            crew: Any = self.app.extensions.get(embedding._KEY)
        else:
            roles = {"relay": RELAY, "beat": BEAT, "worker": CONSUME}
            crew = Crew(self.app, [roles[role]]).start()
        number = self.lives * 10_000
        while not ending:
            if role == "web" and number % 10_000 < PUTS_OF_ONE_LIFE and not self._told("finish"):
                with self.app.app_context():
                    try:
                        parts.put_one(number)
                    except SQLAlchemyError as error:
                        logging.warning("put: %s", type(error).__name__)
                    number += 1
                if self.options.steady and number % 10_000 == PUTS_OF_ONE_LIFE:
                    number += 10_000 - PUTS_OF_ONE_LIFE + 100 * 10_000
            time.sleep(PUT_PAUSE)
        if crew is not None:
            crew.stop()

    def _told(self, word: str) -> bool:
        return (self.folder / word).exists()

    def reap(self) -> list[str]:
        """Roles of the processes that have died since."""
        gone: list[str] = []
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return gone
            if not pid:
                return gone
            child = self.children.pop(pid)
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
                self.died[f"{child.role}:{child.step or 'anywhere'}"] += 1
            else:
                logging.error("%s ended by itself: %s", child.role, status)
            gone.append(child.role)

    def overdue(self) -> None:
        """Kill those that never come to their step, wherever they are."""
        for pid, child in self.children.items():
            if time.monotonic() - child.born > LONGEST_LIFE:
                child.step = "anywhere"
                child.born = time.monotonic()
                os.kill(pid, signal.SIGKILL)

    # -- a run -----------------------------------------------------------------------------------------------

    def run(self) -> dict[str, Any]:
        """Kill as many as wanted (or wait to be told to finish), let the survivors end the work, count."""
        fated = not self.options.steady
        for role in self.wanted:
            self.spawn(role, fated=fated)
        if self.options.steady:
            self._until(lambda: self._told("finish"), 240)
        while fated and self.died.total() < self.options.kills:
            for role in self.reap():
                self.spawn(role, fated=True)
            self.overdue()
            time.sleep(0.01)
        if fated:
            self._end(signal.SIGKILL)
            (self.folder / "finish").touch()
            for role in self.wanted:
                self.spawn(role, fated=False)
        began = time.monotonic()
        drained = self._until(lambda: self.count()["open"] == 0, DRAIN)
        took = time.monotonic() - began
        self._end(signal.SIGTERM)
        return {
            **self.count(),
            "drained": drained,
            "seconds": round(took, 1),
            "kills": self.died.total(),
            "died": self.died,
        }

    def _until(self, done: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if done():
                return True
            time.sleep(0.2)
        return False

    def _end(self, how: signal.Signals) -> None:
        died = self.died.copy()
        for pid in self.children:
            os.kill(pid, how)
        until = time.monotonic() + 20
        while self.children and time.monotonic() < until:
            self.reap()
            time.sleep(0.02)
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)
        self.died = died

    # -- the count -------------------------------------------------------------------------------------------

    def count(self) -> dict[str, Any]:
        """Created, done, lost; done twice where once matters; mails that left more than once."""
        with self.app.app_context(), access.acting_as(access.system("faults", over="0.")):
            try:
                return self._count()
            except SQLAlchemyError:
                return {"open": -1}
            finally:
                db.session.remove()
                db.engine.dispose()  # a child must not inherit an open connection

    def _count(self) -> dict[str, Any]:
        rows = db.session.execute(select(Job.id, Job.kind, Job.key, Job.state)).all()
        business = set(db.session.scalars(text("SELECT number FROM faults_business")))
        effects = Counter(db.session.scalars(text("SELECT number FROM faults_effect")))
        sent = Counter(map(int, _lines(self.folder / parts.SENT)))
        mine = [row for row in rows if row.kind.startswith("faults.")]
        once = [row for row in mine if row.kind != "faults.mail"]
        mails = [row for row in mine if row.kind == "faults.mail"]
        keys = {int(row.key) for row in mine if row.kind != "faults.beat"}
        lost = len(business - keys)
        lost += sum(row.state != "done" or not effects[row.id] for row in once)
        lost += sum(row.state != "done" or not sent[row.id] for row in mails)
        return {
            "created": len(mine),
            "beat": sum(row.kind == "faults.beat" for row in mine),
            "done": sum(row.state == "done" for row in mine),
            "open": sum(row.state in OPEN for row in mine),
            "dead": sum(row.state == "dead" for row in mine),
            "lost": lost,
            "orphans": len(keys - business),
            "twice": sum(effects[row.id] > 1 for row in once),
            "mails_repeated": sum(count > 1 for count in sent.values()),
        }


def _lines(path: Path) -> list[str]:
    return path.read_text("ascii").split() if path.exists() else []


def harm(app: Flask, options: argparse.Namespace) -> None:
    """What a scenario does to every process, before any is forked."""
    if options.relays > 1:
        acquire = leases.acquire

        def both(name: str, holder: str, **rest: Any) -> bool:
            return name == relaying.NAME or acquire(name, holder, **rest)

        relaying.leases.acquire = both  # type: ignore[attr-defined]
    if options.deliver > 1:
        send = Transport.send

        def again(self: Transport, queue: str, ids: Any) -> None:
            for _ in range(options.deliver):
                send(self, queue, ids)

        Transport.send = again  # type: ignore[method-assign]
    if options.quota:
        with app.app_context():
            event.listen(db.engine, "begin", _quota(Path(options.folder) / "full"))


def _quota(full: Path) -> Callable[[Any], None]:
    """While the file is there, the database may not grow: SQLITE_FULL, as on a full disk."""

    def limit(connection: Any) -> None:
        driver = connection.connection.dbapi_connection
        pages = driver.execute("PRAGMA page_count").fetchone()[0] if full.exists() else 1 << 30
        driver.execute(f"PRAGMA max_page_count = {pages}")

    return limit


def main() -> None:
    """One scenario."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--relays", type=int, default=1)
    parser.add_argument("--deliver", type=int, default=1)
    parser.add_argument("--url", default="")
    parser.add_argument("--broker", default="")
    for flag in ("--steady", "--quota", "--offset"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[parts.SENT_TO] = str(folder / parts.SENT)
    config = {"SQLALCHEMY_DATABASE_URI": options.url} if options.url else {}
    if options.broker:
        config["CELERY_BROKER_URL"] = options.broker
    app = parts.make_app(folder, **config)
    parts.prepare(app)
    if not options.steady:
        parts.schedule_each_second(app)
        parts.mine()
    if options.offset:
        parts.follow_offset(folder / "offset")
    harm(app, options)
    (folder / "ready").touch()
    sys.stdout.write(json.dumps(Nursery(app, options).run()) + "\n")


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    main()
