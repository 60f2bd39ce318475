"""Doing what is due at once, in this process and without Celery: for tests and commands."""

from __future__ import annotations

from flask import Flask, has_app_context

from app.foundation.database import db, in_transaction
from app.foundation.jobs import handing, leases
from app.foundation.jobs.models import WAITING
from app.foundation.jobs.running import Runner

AT_ONCE = 50


def run_due(app: Flask, limit: int | None = None) -> int:
    """Do what is waiting and due, the offices taking turns, until nothing is (or ``limit``); how many were begun.

    Each job runs in an app context of its own; what the caller's session has read is read anew afterwards.

    Raises:
        RuntimeError: inside a transaction, which the jobs could not see.
    """
    if has_app_context():
        if in_transaction():
            raise RuntimeError("run_due inside transaction(): the jobs are not committed yet")
        db.session.rollback()
    runner = Runner(app, leases.holder())
    begun = 0
    try:
        while limit is None or begun < limit:
            room = AT_ONCE if limit is None else min(AT_ONCE, limit - begun)
            with app.app_context():
                leases.live(runner.holder)
                ids = [
                    one for queue, load in handing.loads().items() for one in handing.pick(queue, load, room)
                ]
            count = runner.work(ids[:room], states=(WAITING,))
            begun += count
            if not count:
                break
    finally:
        with app.app_context():
            leases.release(runner.holder)
        if has_app_context():
            db.session.expire_all()
    return begun
