"""A city with two counties: units, sites, and people who see different parts of it."""

from __future__ import annotations

from datetime import date

from werkzeug.security import generate_password_hash

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Person, Post, Site, Unit
from app.kernel import paths

OFFICES = {
    "0.": ("central", "中央编办"),
    "0.43.": ("province", "省编办"),
    "0.43.07.": ("city", "市编办"),
    "0.43.07.02.": ("county", "武陵区编办"),
    "0.43.07.03.": ("county", "鼎城区编办"),
}
WULING, DINGCHENG, CITY = "0.43.07.02.", "0.43.07.03.", "0.43.07."
PEOPLE = {
    "wuling.clerk": ("clerk", WULING),
    "wuling.auditor": ("auditor", WULING),
    "dingcheng.clerk": ("clerk", DINGCHENG),
    "changde.clerk": ("clerk", CITY),
    "central.admin": ("admin", "0."),
}
PASSWORD = "a-long-password"
UNITS_EACH = 3


def build() -> None:
    """Write everything; needs an app context and empty tables."""
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        offices = {path: _office(path) for path in OFFICES}
        number = 0
        for path, short in ((WULING, "武陵"), (DINGCHENG, "鼎城"), (CITY, "市")):
            for index in range(1, UNITS_EACH + 1):
                number += 1
                unit = Unit(
                    account=f"{number:08d}",
                    name=f"{short}第{index}单位",
                    nature="organ" if index < UNITS_EACH else "institution",
                    rank="division",
                    home_id=offices[path].id,
                    administrative=index == 1,
                )
                tenancy.assign(unit)
                session.add(unit)
                session.flush()
                session.add(Site(name=f"{unit.name}网", unit_id=unit.id))
        for username, (role, path) in PEOPLE.items():
            person = _person(username)
            session.add(
                Post(person_id=person.id, role=role, office_id=offices[path].id, since=date(2000, 1, 1))
            )


def _office(path: str) -> Office:
    parent = (
        db.session.scalar(db.select(Office.id).where(Office.path == paths.parent(path)))
        if path != "0."
        else None
    )
    level, name = OFFICES[path]
    office = Office(
        code=path, path=path, name=name, short_name=name, kind="office", level=level, parent_id=parent
    )
    db.session.add(office)
    db.session.flush()
    return office


def _person(username: str) -> Person:
    person = Person(
        username=username,
        last_name=username,
        first_name="",
        email=f"{username}@bianban.invalid",
        password=generate_password_hash(PASSWORD, method="pbkdf2:sha256:1"),
        active=True,
    )
    db.session.add(person)
    db.session.flush()
    return person
