"""Reading the in-house register."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db
from app.plugins.names import rules
from app.plugins.names.models import DomainRecord
from app.plugins.names.rules import Standing


def standings(unit_id: int, ascii_names: tuple[str, ...], day: date) -> dict[str, Standing]:
    """How each name stands for the unit on ``day`` (S20, S21).

    The register is asked by the platform itself: whoever files a site need not see the unit's other names.
    """
    found = {name: Standing(name, rules.UNREGISTERED) for name in ascii_names if name}
    if found:
        with access.acting_as(access.system("names", over=access.EVERYWHERE)):
            rows = db.session.scalars(
                select(DomainRecord).where(DomainRecord.unit_id == unit_id, DomainRecord.ascii.in_(found))
            )
            for row in rows:
                found[row.ascii] = rules.judge(row.ascii, row.expires_on, row.working, day)
    return found


def standing(unit_id: int, ascii_name: str, day: date) -> Standing:
    """How one name stands for the unit on ``day``: valid, expired, not-working or unregistered."""
    return standings(unit_id, (ascii_name,), day).get(ascii_name, Standing(ascii_name, rules.UNREGISTERED))


def is_taken(ascii_name: str, except_id: int | None = None) -> bool:
    """Whether the name stands in the register already, whosever it is."""
    with access.acting_as(access.system("names", over=access.EVERYWHERE)), db.session.no_autoflush:
        row_id = db.session.scalar(select(DomainRecord.id).where(DomainRecord.ascii == ascii_name))
    return row_id is not None and row_id != except_id


class InHouseRegister:
    """The register kept in our own table, behind the port ``register.NameRegister``."""

    def standing(self, unit_id: int, ascii_name: str, day: date) -> Standing:
        """See ``standing``."""
        return standing(unit_id, ascii_name, day)

    def standings(self, unit_id: int, ascii_names: tuple[str, ...], day: date) -> dict[str, Standing]:
        """See ``standings``."""
        return standings(unit_id, ascii_names, day)
