"""Servers in processes of their own, parties to tell, and ports put in place."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, clock, jobs, notices
from app.foundation.database import db, transaction
from app.foundation.notices import Contact, Party
from app.foundation.notices.models import Delivery
from app.foundation.notices.ports import Ports
from app.foundation.notices.sms import JsonGateway
from app.foundation.notices.smtp import SmtpPort
from app.foundation.tenancy.models import Office
from tests.services import needs

SERVICES = Path(__file__).resolve().parents[2] / "services"
EVERYWHERE = access.system("tests", over="0.")
PARAMS = {"unit": "某单位", "site": "某网站", "kind": "资格复核", "number": "X-1", "office": "某编办"}


@pytest.fixture
def seed() -> str:
    return "tenants"


@dataclass
class Server:
    """A server process and what it wrote down."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def taken(self) -> list[dict[str, Any]]:
        """What it took, in order."""
        return (
            [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]
            if self.log.exists()
            else []
        )


Start = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts ``mailserver`` or ``smsgateway``."""
    running: list[Server] = []

    def begin(name: str, *, seed: int = 7, mood: str = "rough", port: int = 0) -> Server:
        port, log = port or needs.free_port(), tmp_path / f"{name}-{len(running)}.jsonl"
        process = subprocess.Popen(
            [sys.executable, SERVICES / f"{name}.py", str(port), str(seed), str(log), mood],
            preexec_fn=needs.end_with_parent,
        )
        running.append(Server(port, log, process))
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return running[-1]
            time.sleep(0.05)
        raise RuntimeError(f"{name} did not start")

    yield begin
    for one in running:
        one.process.terminate()
        one.process.wait(timeout=10)


@pytest.fixture
def ports(app: Flask) -> Iterator[Ports]:
    """The app's ways out, put back afterwards."""
    kept = app.extensions["bianban.notices.ports"]
    app.extensions["bianban.notices.ports"] = Ports(kept.mail, kept.sms, kept.bounces)
    yield app.extensions["bianban.notices.ports"]
    app.extensions["bianban.notices.ports"] = kept


def smtp(server: Server) -> SmtpPort:
    return SmtpPort("127.0.0.1", server.port, "none", "noreply@bb.example.cn", timeout=5)


def gateway(server: Server) -> JsonGateway:
    return JsonGateway(f"http://127.0.0.1:{server.port}/send", timeout=5)


def party(*contacts: Contact, path: str = "0.43.07.") -> Party:
    """Addresses told of something at an office."""
    with access.acting_as(EVERYWHERE):
        office = db.session.scalars(select(Office).where(Office.path == path)).one()
    return Party(contacts=contacts, office_id=office.id)


def tell(to: Party, event: str = "application.approved", **more: Any) -> list[int]:
    """Tell in a transaction of its own; the ids of what was made."""
    with access.acting_as(EVERYWHERE), transaction():
        made = notices.tell(event, to=to, params=more.pop("params", PARAMS), **more)
        return [one.id for one in made]


def delivery(pk: int) -> Delivery:
    """One delivery as it stands."""
    db.session.expire_all()
    with access.acting_as(EVERYWHERE):
        return db.session.scalars(select(Delivery).where(Delivery.id == pk)).one()


def deliveries() -> list[Delivery]:
    """All of them."""
    db.session.expire_all()
    with access.acting_as(EVERYWHERE):
        return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def waiting() -> int:
    """How many jobs are open."""
    with access.acting_as(EVERYWHERE):
        return db.session.scalar(select(db.func.count(jobs.Job.id)).where(jobs.Job.state.in_(jobs.OPEN))) or 0


def run(app: Flask, rounds: int = 1) -> None:
    """Do what is waiting, as often as said, without the waits between attempts."""
    for _ in range(rounds):
        with access.acting_as(EVERYWHERE), transaction():
            for job in db.session.scalars(select(jobs.Job).where(jobs.Job.state.in_(jobs.OPEN))):
                job.due_at = clock.wall()
        db.session.remove()
        jobs.run_due(app)
        db.session.remove()
        if not waiting():
            return
