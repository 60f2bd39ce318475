"""催报: an office asks a unit that has not handed in its sheet to do so (S18); once a business day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Unit
from app.kernel.errors import N_, NotSeen, WrongState
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Deadline
from app.plugins.surveys import expected, queries, signals
from app.plugins.surveys.groups import SURVEY

URGED = "survey.urged"
TASK = "survey urging"
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Urged:
    """Who is urged: the unit, or the desks that file sheets for it (S8), and by when they are to hand in."""

    unit: Unit
    own: bool
    desks: Sequence[int]
    due: Deadline | None


def unit_of(pk: int) -> Unit:
    """A unit by id.

    Raises:
        NotSeen: no such unit, or not for this actor.
    """
    row = db.session.scalar(select(Unit).where(Unit.id == pk)) if pk <= LARGEST_ID else None
    if row is None:
        raise NotSeen("unit-not-seen", N_("没有找到该单位，或者它不在您的管辖范围内。"))
    return row


def urge(unit: Unit, *, actor: Actor) -> Urged:
    """Ask a unit to hand in what it has not handed in yet.

    Raises:
        AccessDenied: neither the unit's office nor one above it.
        WrongState: nothing is missing, no survey is arranged, or it was urged today already.
    """
    access.require(actor, "survey", "urge", unit)
    plan = queries.plan_for(unit.review_path, unit.filing_path)
    if plan is None:
        raise WrongState("no-survey", N_("该单位所属层级还没有部署调查摸底。"))
    with access.acting_as(access.system(TASK, over=unit.review_path)):
        platform = access.current_actor()
        sheets = expected.sheets(platform, plan, level=unit.review_path)
        query = expected.listed(sheets, plan, expected.MISSING, sheets.c.unit_id == unit.id, limit=20)
        missing = db.session.execute(query).all()
    if not missing:
        raise WrongState("nothing-missing", N_("该单位没有未报送的摸底调查表，不需要催报。"))
    today = clock.today()
    if any(one.verb == URGED and clock.localise(one.at).date() == today for one in audit.timeline(unit)):
        raise WrongState("urged-today", N_("今天已经催报过该单位。"))
    due = campaigns.deadline(SURVEY, unit=unit)
    audit.record(actor, URGED, unit, after={"document": plan.document})
    desks = tuple(row.desk_id for row in missing if row.desk_id is not None)
    urged = Urged(unit, any(row.desk_id is None for row in missing), desks, due)
    signals.urged.send(unit, urged=urged, actor=actor)
    return urged
