"""What a production start refuses beyond weak secrets (see ``app.config``): demo accounts, a drill clock."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import inspect, select

from app.foundation.access.actors import UNGUARDED
from app.foundation.clock.models import DrillClock
from app.foundation.database import AS_OWNER, db
from app.foundation.tenancy.models import Person


class NotForProduction(RuntimeError):
    """The database holds something that must never face the public; the start stops and says what."""


def ensure_clean(app: Flask) -> None:
    """Refuse a database with active demo accounts or a drill clock. A database without tables passes: it is new.

    Raises:
        NotForProduction: with the accounts' names.
    """
    if app.config["ENV_NAME"] != "production":
        return
    with app.app_context():
        try:
            present = set(inspect(db.engine.execution_options(**AS_OWNER)).get_table_names())
            if {Person.__tablename__, DrillClock.__tablename__} <= present:
                _ensure_no_demo()
        finally:
            db.session.remove()


def _ensure_no_demo() -> None:
    query = select(Person.username).where(Person.demo.is_(True), Person.active.is_(True)).limit(5)
    names = list(db.session.scalars(query, execution_options={**UNGUARDED, **AS_OWNER}))
    if names:
        raise NotForProduction(f"production refuses demo accounts: {', '.join(names)} …")
    if db.session.get(DrillClock, 1, execution_options=AS_OWNER) is not None:
        raise NotForProduction(
            "production refuses a drill clock: run `flask drill off` outside production first"
        )
