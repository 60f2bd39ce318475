"""Demo units, their websites and the domain register."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.foundation.database import db
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Site, Unit
from app.kernel import domains
from app.plugins.demo.sheets import rows, yes
from app.plugins.names.models import DomainRecord


def load() -> dict[str, Unit]:
    """Write units, sites and domain records; call inside ``transaction()``. Returns units by account."""
    offices = {office.code: office.id for office in db.session.scalars(select(Office))}
    units: dict[str, Unit] = {}
    for row in rows("units"):
        supervisor = units.get(row["supervisor"])
        unit = Unit(
            **{key: row[key] for key in ("account", "name", "short_name", "nature", "rank", "management")},
            **{key: row[key] for key in ("located_in", "address", "postcode", "functions", "approval_no")},
            home_id=offices[row["home"]],
            supervisor_id=supervisor.id if supervisor else None,
            supervisor_name=supervisor.name if supervisor else row["supervisor_name"],
            named_desk_id=offices.get(row["named_desk"]),
            personnel_desk_id=offices.get(row["personnel_desk"]),
            administrative=yes(row["administrative"]),
            reform=yes(row["reform"]),
        )
        tenancy.assign(unit)
        db.session.add(unit)
        db.session.flush()
        units[unit.account] = unit
    for row in rows("sites"):
        site = Site(
            **{key: row[key] for key in ("name", "chinese_domain", "english_domain", "ip", "hosting")},
            unit_id=units[row["account"]].id,
            host_desk_id=offices.get(row["host_desk"]),
            filing_desk_id=offices.get(row["filing_desk"]),
        )
        db.session.add(site)
    for row in rows("domains"):
        parsed = domains.host(row["domain"])
        db.session.add(
            DomainRecord(
                unit_id=units[row["account"]].id,
                domain=parsed.unicode,
                ascii=parsed.ascii,
                kind="chinese",
                registered_on=date.fromisoformat(row["registered_on"]),
                expires_on=date.fromisoformat(row["expires_on"]),
                working=yes(row["working"]),
            )
        )
    db.session.flush()
    return units
