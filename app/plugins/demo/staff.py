"""Demo accounts: those the issue names and, unprinted, the staff every other office and unit needs to act."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Office, Person, Post, Unit
from app.kernel.errors import N_, Refusal
from app.plugins.demo.sheets import rows

BEGIN = date(2014, 9, 15)
STAFF = {"clerk": "承办人", "reviewer": "审核人", "head": "负责人"}


def password() -> str:
    """``DEMO_PASSWORD``, or one made at first run and kept beside the database."""
    given = os.environ.get("DEMO_PASSWORD")
    path = Path(current_app.config["INSTANCE_DIR"]) / "demo-password"
    if given:
        return given
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9), "utf-8")
    return path.read_text("utf-8").strip()


def _offices() -> dict[str, Office]:
    return {office.code: office for office in db.session.scalars(select(Office))}


def _units() -> dict[str, Unit]:
    return {unit.account: unit for unit in db.session.scalars(select(Unit))}


def _keeper(holder: Office | Unit) -> Office:
    """Who keeps the account: the office itself, or the one that reviews the unit."""
    if isinstance(holder, Office):
        return holder
    return db.session.scalars(select(Office).where(Office.path == holder.review_path)).one()


def _hire(username: str, name: str, role: str, holder: Office | Unit, actor: Actor, hashed: str) -> None:
    person = people.add(
        username, name, password(), actor=actor, office=_keeper(holder), demo=True, hashed=hashed
    )
    people.appoint(
        person, role, actor=actor, since=BEGIN, document="演示岗位",
        office=holder if isinstance(holder, Office) else None,
        unit=holder if isinstance(holder, Unit) else None,
    )  # fmt: skip


def load(actor: Actor) -> int:
    """Make every demo account; call inside ``transaction()``. Returns how many."""
    offices, units, hashed = _offices(), _units(), people.hash_password(password())
    named = rows("people")
    for row in named:
        holder = offices[row["office"]] if row["office"] else units[row["unit"]]
        _hire(row["username"], row["display_name"], row["role"], holder, actor, hashed)
    count = len(named)
    taken = {(row["role"], row["office"] or row["unit"]) for row in named}
    for code in _acting_offices(units):
        for role, name in STAFF.items():
            if (role, code) not in taken:
                _hire(f"{code.lower()}.{role}", name, role, offices[code], actor, hashed)
                count += 1
    for office in offices.values():
        if _carries(office, units) and ("coordinator", office.code) not in taken:
            _hire(f"{office.code.lower()}.coordinator", "协调人", "coordinator", office, actor, hashed)
            count += 1
    for account, unit in units.items():
        if ("filer", account) not in taken:
            _hire(f"u{account}", "经办人", "filer", unit, actor, hashed)
            count += 1
    return count


def _acting_offices(units: dict[str, Unit]) -> list[str]:
    paths = {unit.review_path for unit in units.values()}
    return list(db.session.scalars(select(Office.code).where(Office.path.in_(paths)).order_by(Office.path)))


def _carries(office: Office, units: dict[str, Unit]) -> bool:
    return office.kind == "desk" and any(unit.filing_path == office.path for unit in units.values())


@dataclass(frozen=True)
class Account:
    """One line of the printed table."""

    username: str
    password: str
    roles: str
    office: str


def accounts() -> list[Account]:
    """The accounts to print, in the order of the file.

    Raises:
        Refusal: the demo is not loaded.
    """
    label = access.policy().label
    found = []
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        for row in rows("people"):
            posts = list(
                db.session.scalars(
                    select(Post)
                    .join(Person, Post.person_id == Person.id)
                    .where(Person.username == row["username"])
                )
            )
            if not posts:
                raise Refusal("demo-missing", N_("尚未装入演示数据，请先执行 flask demo load。"))
            holder = posts[0].office or posts[0].unit
            roles = "、".join(label("role", post.role) for post in posts)
            found.append(Account(row["username"], password(), roles, holder.name if holder else ""))
    return found
