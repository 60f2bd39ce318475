"""The verbs: name a unit's responsible person or hand over, keep the contacts right, look, urge (S30)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Unit
from app.kernel.errors import N_, Stale, WrongState
from app.plugins.liaisons import queries, rules, signals
from app.plugins.liaisons.models import Liaison
from app.plugins.liaisons.rules import LiaisonEntry

FIELDS = ("name", "section", "post", "phone", "mobile", "email")
CONTACTS = ("section", "post", "phone", "mobile", "email")
URGED = "liaison.urged"
STALE = N_("他人在您打开页面之后办理了责任人的明确或者交接，本次没有写入。请核对最新情况后再办理。")


def appoint(
    unit: Unit, entry: LiaisonEntry, *, since: date | None, reason: str = "", version: int | None = None, actor: Actor
) -> Liaison:  # fmt: skip
    """Name a unit's responsible person; where there is one already, the duty passes to the new one that day.

    Args:
        version: the version of the present one that the form was opened over; None where there was none.

    Raises:
        AccessDenied: neither the unit's own officer nor the desk that undertakes it.
        Stale: somebody else named one meanwhile.
        Invalid: something is missing or wrong (see ``rules.ensure_named``).
    """
    access.require(actor, "liaison", "edit", unit)
    former = queries.current(unit)
    _ensure_seen(former, version)
    clean, day = rules.ensure_named(
        entry, area_code=queries.area_code(unit), since=since, reason=reason, today=clock.today(),
        former=former.since if former is not None else None,
    )  # fmt: skip
    if former is not None:
        former.until = day
        audit.record(actor, "liaison.ended", former, after={"until": day}, reason=reason.strip())
    row = Liaison(unit_id=unit.id, since=day, reason=reason.strip() if former else "", named_by=actor.name)
    for field in FIELDS:
        setattr(row, field, getattr(clean, field))
    row.person_id = actor.person_id if actor.name == clean.name else None  # whoever names himself
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Stale("liaison-stale", STALE) from error
    verb = "liaison.handed-over" if former is not None else "liaison.named"
    audit.record(actor, verb, row, after={"name": clean.name, "since": day}, reason=row.reason)
    signals.named.send(row, actor=actor)
    return row


def update(unit: Unit, entry: LiaisonEntry, *, version: int | None = None, actor: Actor) -> Liaison:
    """Keep the present person's section and contacts right; the name changes by a handover only.

    Raises:
        AccessDenied: as ``appoint``.
        WrongState: nobody is named yet.
        Stale: changed or handed over meanwhile.
        Invalid: something is missing or wrong.
    """
    access.require(actor, "liaison", "edit", unit)
    row = queries.current(unit)
    if row is None:
        raise WrongState("liaison-none", N_("还没有明确责任人，请先明确。"))
    _ensure_seen(row, version)
    clean = rules.ensure(_renamed(entry, row.name), area_code=queries.area_code(unit))
    before = {field: getattr(row, field) for field in CONTACTS}
    after = {field: getattr(clean, field) for field in CONTACTS}
    changed = [field for field in CONTACTS if before[field] != after[field]]
    for field in changed:
        setattr(row, field, after[field])
    if changed:
        audit.record(
            actor, "liaison.updated", row,
            before={field: before[field] for field in changed}, after={field: after[field] for field in changed},
        )  # fmt: skip
    return row


def reveal(row: Liaison, *, actor: Actor) -> None:
    """Note that a person's mobile number and address are looked at in full.

    Raises:
        AccessDenied: neither the unit's side nor the office that reviews it.
    """
    access.require(actor, "liaison", "reveal", row)
    audit.record(actor, "liaison.revealed", row)


def urge(unit: Unit, *, actor: Actor) -> None:
    """Ask a unit that has named nobody to do so; once a business day.

    Raises:
        AccessDenied: not the unit's office.
        WrongState: somebody is named, the unit runs no such site, or it was urged today already.
    """
    access.require(actor, "liaison", "urge", unit)
    if unit.nature not in queries.NATURES:
        raise WrongState("nature-barred", N_("该单位不属于党政机关和事业单位，不需要明确责任人。"))
    if queries.current(unit) is not None:
        raise WrongState("liaison-named", N_("该单位已经明确责任人，不需要催报。"))
    today = clock.today()
    if any(one.verb == URGED and clock.localise(one.at).date() == today for one in audit.timeline(unit)):
        raise WrongState("urged-today", N_("今天已经催报过该单位。"))
    audit.record(actor, URGED, unit)
    signals.urged.send(unit, actor=actor)


def _ensure_seen(row: Liaison | None, version: int | None) -> None:
    if version is not None and (row is None or row.version != version):
        raise Stale("liaison-stale", STALE)


def _renamed(entry: LiaisonEntry, name: str) -> LiaisonEntry:
    return LiaisonEntry(name, *(getattr(entry, field) for field in CONTACTS))
