"""The whole data set in order: offices, units, people, websites, applications; one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.foundation import access, audit, bulk, clock
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.tenancy import people, sync
from app.foundation.tenancy.models import Office, Person, Post, Site, Unit
from app.kernel import paths
from app.kernel.errors import N_, Refusal
from app.plugins.applications.models import Application, ApplicationSequence
from app.plugins.campaigns.models import Campaign
from app.plugins.demo.filings import identity_number
from app.plugins.demo.staff import password
from app.plugins.scale import filings, register, words
from app.plugins.scale.land import Land
from app.plugins.scale.register import UnitRow
from app.plugins.scale.staff import PERSON, POST, Staff, staff

DONE = "scale.generated"
TODAY = date(2014, 11, 24)
SINCE = date(2014, 1, 1)
SEALED = 32
STEP = 2_000

Progress = Callable[[str, int], Callable[[int], None]]
"""Called with what begins and how many rows it takes; answers what is called with how many are done."""


def generated() -> dict[str, int] | None:
    """The parameters of the data set that stands here; None on a database without one.

    Raises:
        Refusal: the database holds something else.
    """
    with access.acting_as(access.system("scale", over=access.EVERYWHERE)):
        entry = db.session.scalar(select(AuditEntry).where(AuditEntry.verb == DONE).limit(1))
        if entry is not None:
            made = entry.after or {}
            return {"units": int(made["units"]), "seed": int(made["seed"])}
        for model in (Person, Unit, Campaign, Application):
            if db.session.scalar(select(model.id).limit(1)) is not None:
                raise Refusal(
                    "scale-not-alone",
                    N_(
                        "此数据库已有其他数据，没有装入规模测试数据。请另建空库："
                        "设置 BIANBAN_INSTANCE（或者 DATABASE_URL），先执行 flask db upgrade。"
                    ),
                )
    return None


def generate(units: int, seed: int, progress: Progress) -> dict[str, int]:
    """Write everything; returns how many rows of each kind.

    Raises:
        Refusal: the database holds something else, or a data set with other parameters.
    """
    found = generated()
    if found is not None:
        if found != {"units": units, "seed": seed}:
            raise Refusal(
                "scale-other",
                N_(
                    "此数据库已有另一套规模测试数据（单位 %(units)s 家，种子 %(seed)s），没有改动。"
                    "换参数请另建空库。"
                ),
                units=found["units"],
                seed=found["seed"],
            )
        return {}
    maker = access.system("scale", over=access.EVERYWHERE)
    with clock.at(datetime.combine(TODAY, time(18), tzinfo=clock.SHANGHAI)):
        if db.session.scalar(select(Office.id).limit(1)) is None:
            with transaction():
                sync.run(Path(current_app.config["TENANTS_DIR"]))
        with access.acting_as(maker), transaction():
            made = _National(units, seed, progress).write()
            clock.move(clock.now())
            root = db.session.scalars(select(Office).where(Office.path == paths.ROOT)).one()
            audit.record(maker, DONE, root, after={"units": units, "seed": seed, "rows": made})
    bulk.analyse()
    return made


class _National:
    """One run."""

    def __init__(self, units: int, seed: int, progress: Progress) -> None:
        self.progress, self.number = progress, units
        self.chance = Random(seed)  # noqa: S311 - made-up data, repeatable by design # nosec B311
        self.land = Land()
        self.bases: dict[str, int] = {}
        self.made: dict[str, int] = {}

    def write(self) -> dict[str, int]:
        units = list(register.units(self.land, words.kinds(), self.number, self.chance))
        crew = staff(self.land, units, people.hash_password(password()), SINCE)
        self._base("person", Person, len(crew.people))
        self._base("unit", Unit, len(units))
        sited = [unit for unit in units if unit.site_id is not None]
        self._base("site", Site, len(sited))
        base, owner = self.bases["unit"], self.bases["person"]
        self._rows("单位", Unit, register.UNIT, [register.unit_values(unit, base) for unit in units])
        self._rows("账号", Person, PERSON, [(owner + int(str(row[0])), *row[1:]) for row in crew.people])
        self._rows("岗位", Post, POST, [self._post(row) for row in crew.posts])
        values = [register.site_values(unit, self.bases["site"], base) for unit in sited]
        self._rows("网站", Site, register.SITE, values)
        self._filings(units, crew)
        return self.made

    def _base(self, name: str, model: type[Any], count: int) -> None:
        self.bases[name] = bulk.reserve(model, count) - 1

    def _post(self, row: tuple[object, ...]) -> tuple[object, ...]:
        person_id, role, office_id, unit_id, *rest = row
        unit = None if unit_id is None else self.bases["unit"] + int(str(unit_id))
        return (self.bases["person"] + int(str(person_id)), role, office_id, unit, *rest)

    def _rows(
        self, title: str, model: type[Any], names: tuple[str, ...], rows: list[tuple[object, ...]]
    ) -> None:
        done = self.progress(title, len(rows))
        for start in range(0, len(rows), bulk.CHUNK):
            some = rows[start : start + bulk.CHUNK]
            bulk.write(model, names, some)
            done(len(some))
        self._count(model, len(rows))

    def _count(self, model: type[Any], count: int) -> None:
        name = str(model.__tablename__)
        self.made[name] = self.made.get(name, 0) + count

    def _filings(self, units: list[UnitRow], crew: Staff) -> None:
        cases = filings.ordered(units, TODAY, self.chance)
        docket = filings.Docket(self.land, crew, TODAY, _personal(), self.bases)
        first = bulk.reserve(Application, len(cases))
        done = self.progress("申请", len(cases))
        for start in range(0, len(cases), STEP):
            some = cases[start : start + STEP]
            for model, rows in filings.write(docket, some, first + start).items():
                bulk.write(model, filings.COLUMNS[model], rows)
                self._count(model, len(rows))
            done(len(some))
        given = [(prefix, year, last) for (prefix, year), last in sorted(docket.given.items())]
        bulk.write(ApplicationSequence, ("prefix", "year", "last"), given)


def _personal() -> list[filings.Personal]:
    return [
        filings.Personal(
            bulk.sealed(f"139{number:08d}"),
            bulk.sealed(f"u{number}@bianban.invalid"),
            bulk.sealed(identity_number(number)),
        )
        for number in range(1, SEALED + 1)
    ]
