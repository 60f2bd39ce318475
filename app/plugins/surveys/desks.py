"""Which desk fills in for a unit, or for the sites a desk carries; giving it to another is a recorded act (S8–S11)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Site, Unit
from app.kernel.errors import N_, Finding, Invalid, NotSeen, Refusal, WrongState
from app.plugins.campaigns import queries as campaigns
from app.plugins.surveys import signals
from app.plugins.surveys.models import SurveySheet
from app.plugins.surveys.rules import REASON_LONGEST

VERB = "unit.desk-reassigned"
TASK = "filing desks"
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Reassigned:
    """Who filled in and who does now; None is the unit itself. ``sites`` are those carried apart from the unit."""

    unit: Unit
    before: Office | None
    after: Office | None
    reason: str
    sites: tuple[Site, ...] = ()


def unit_of(pk: int) -> Unit:
    """A unit by id.

    Raises:
        NotSeen: no such unit, or not for this actor.
    """
    row = db.session.scalar(select(Unit).where(Unit.id == pk)) if pk <= LARGEST_ID else None
    if row is None:
        raise NotSeen("unit-not-seen", N_("没有找到该单位，或者它不在您的管辖范围内。"))
    return row


def choices(unit: Unit) -> list[Office]:
    """The filing desks of the unit's own level; its guided desk carries all of its units and is no choice."""
    return list(
        db.session.scalars(
            select(Office)
            .where(Office.parent_id == unit.home_id, Office.desk_kind == "filing", Office.active.is_(True))
            .order_by(Office.path)
        )
    )


def carried(unit: Unit) -> dict[Office, list[Site]]:
    """The unit's sites that a desk carries apart from the unit, by desk (S8)."""
    rows = db.session.execute(
        select(Office, Site)
        .join(Office, Office.id == Site.filing_desk_id)
        .where(Site.unit_id == unit.id, Site.active.is_(True))
        .order_by(Office.path, Site.id)
    )
    found: dict[Office, list[Site]] = {}
    for desk, site in rows:
        found.setdefault(desk, []).append(site)
    return found


def reassign(unit: Unit, desk: Office | None, reason: str, *, actor: Actor) -> Reassigned:
    """Let a desk fill in for a unit, or with None whom the rules name (S9–S11); its open forms follow.

    Raises:
        AccessDenied: the actor's office does not review the unit.
        Invalid: no reason is given.
        WrongState: it is so already.
        Refusal: the desk is none of the unit's level, or the rules leave no choice.
    """
    access.require(actor, "unit", "edit", unit)
    reason = ensure_reason(reason)
    before = _at(unit.filing_path)
    unit.named_desk = desk
    ruling = tenancy.route(unit).filing
    if desk is not None and ruling.path != desk.path:
        raise Refusal(
            "desk-by-rule",
            N_("该单位的填报科室由规定确定，不能另行指定：%(rule)s"),
            source=ruling.source,
            field="desk",
            rule=str(ruling),
        )
    if ruling.path == unit.filing_path:
        raise WrongState("desk-same", N_("现在就是这样填报的，不需要调整。"))
    tenancy.assign(unit)
    done = Reassigned(unit, before, _at(ruling.path), reason)
    return _finish(done, actor)


def reassign_sites(unit: Unit, before: Office, after: Office, reason: str, *, actor: Actor) -> Reassigned:
    """Let another desk carry the sites that one carries for a unit (S8); sheets of surveys under way go with them.

    Raises:
        AccessDenied, Invalid, WrongState: as ``reassign``.
        NotSeen: the desk carries no site of the unit.
        Refusal: the new desk is none of the reviewing office's, or has a sheet of this unit's already.
    """
    access.require(actor, "unit", "edit", unit)
    reason = ensure_reason(reason)
    if after.id == before.id:
        raise WrongState("desk-same", N_("现在就是这样填报的，不需要调整。"))
    sites = carried(unit).get(before, [])
    if not sites:
        raise NotSeen("sites-not-seen", N_("该科室没有承办这个单位的网站。"))
    under_way = [plan.id for plan in campaigns.timetable().plans]
    sheets = db.session.scalars(
        select(SurveySheet).where(
            SurveySheet.unit_id == unit.id,
            SurveySheet.campaign_id.in_(under_way),
            SurveySheet.filing_desk_id.in_([before.id, after.id]),
        )
    ).all()
    if {row.filing_desk_id for row in sheets} >= {before.id, after.id}:
        raise Refusal(
            "desk-has-sheet",
            N_("%(desk)s已有这个单位的摸底调查表，不能再接一份；请先由其中一方把网站并到同一份表中。"),
            field="desk",
            desk=after.name,
        )
    for site in sites:
        site.filing_desk = after
        tenancy.assign_site(site)
    db.session.flush()
    with access.acting_as(access.system(TASK, over=unit.review_path)):
        for sheet in sheets:
            sheet.filing_desk = after
        db.session.flush()
    return _finish(Reassigned(unit, before, after, reason, tuple(sites)), actor)


def ensure_reason(reason: str) -> str:
    """A reason for a reassignment, trimmed.

    Raises:
        Invalid: none is given, or it is too long.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid([Finding("reason", N_("请写明调整填报科室的理由。"), code="reason-empty")])
    if len(reason) > REASON_LONGEST:
        finding = Finding(
            "reason", N_("理由不超过 %(n)s 个字。"), code="reason-long", params={"n": REASON_LONGEST}
        )
        raise Invalid([finding])
    return reason


def _finish(done: Reassigned, actor: Actor) -> Reassigned:
    """Carry the facts to all that is the unit's, remember, tell."""
    db.session.flush()
    with access.acting_as(access.system(TASK, over=done.unit.review_path)):
        tenancy.carry(done.unit)
    audit.record(
        actor,
        VERB,
        done.unit,
        before={"desk": done.before.name if done.before else None},
        after={
            "desk": done.after.name if done.after else None,
            "sites": [site.name for site in done.sites],
        },
        reason=done.reason,
    )
    signals.desk_reassigned.send(done.unit, done=done, actor=actor)
    return done


def _at(path: str | None) -> Office | None:
    return db.session.scalar(select(Office).where(Office.path == path)) if path is not None else None
