"""Scoped reads: one's own returns, those handed in to one's office, and who has not handed in (S17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.clock import ClockView
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel import workdays
from app.kernel.errors import N_, NotSeen
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.models import CampaignStep
from app.plugins.campaigns.rules import Plan, Step
from app.plugins.returns import rules
from app.plugins.returns.models import OfficeReturn
from app.plugins.returns.rules import LONGEST, Owed, ReturnEntry, StaffEntry

IN = ("submitted", "received")
LARGEST_ID = 2**31 - 1


def get(pk: int) -> OfficeReturn:
    """One return: one's own office's, or one that was handed in somewhere below.

    Raises:
        NotSeen: there is none of that number for this actor.
    """
    actor = access.current_actor()
    query = select(OfficeReturn).where(OfficeReturn.id == pk, _shown(actor)).options(*_with())
    row = db.session.scalar(query) if pk <= LARGEST_ID else None
    if row is None:
        raise NotSeen("return-not-seen", N_("没有找到这份报送材料，或者它不在您的管辖范围内。"))
    return row


def step(pk: int) -> CampaignStep:
    """A campaign's own step of this kind.

    Raises:
        NotSeen: there is none of that number for this actor.
    """
    query = select(CampaignStep).where(
        CampaignStep.id == pk, CampaignStep.kind == rules.RETURN, CampaignStep.sets_id.is_(None)
    )
    found = db.session.scalar(query.options(joinedload(CampaignStep.campaign))) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("step-not-seen", N_("没有找到这个报送事项，或者它不是印发给您所在层级的。"))
    return found


def _with() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(OfficeReturn.office),
        joinedload(OfficeReturn.step),
        joinedload(OfficeReturn.campaign),
        selectinload(OfficeReturn.staff),
    )


def _shown(actor: Actor) -> ColumnElement[bool]:
    """Drafts are the office's own; those above see what was handed in."""
    own = access.scope(actor, "return", "edit", OfficeReturn)
    return or_(own, OfficeReturn.state != "draft")


def entry_of(row: OfficeReturn) -> ReturnEntry:
    """A return as it is kept."""
    staff = tuple(StaffEntry(one.name, one.post, one.phone) for one in row.staff)
    return ReturnEntry(**{name: getattr(row, name) for name in LONGEST}, staff=staff)


def newest(step_id: int, office_id: int) -> OfficeReturn | None:
    """An office's newest edition for a step."""
    query = select(OfficeReturn).where(OfficeReturn.step_id == step_id, OfficeReturn.office_id == office_id)
    return db.session.scalar(query.order_by(OfficeReturn.edition.desc()).limit(1))


def editions(row: OfficeReturn) -> list[OfficeReturn]:
    """All editions of a return that the actor may know of, newest first."""
    query = select(OfficeReturn).where(
        OfficeReturn.step_id == row.step_id,
        OfficeReturn.office_id == row.office_id,
        _shown(access.current_actor()),
    )
    return list(db.session.scalars(query.order_by(OfficeReturn.edition.desc())))


def is_in(step_id: int, office_path: str) -> bool:
    """Whether an office's return to a step has been handed in: what the campaign's reminders ask."""
    query = select(OfficeReturn.id).where(
        OfficeReturn.step_id == step_id, OfficeReturn.review_path == office_path, OfficeReturn.state.in_(IN)
    )
    return db.session.scalar(query.limit(1)) is not None


def receives(row: OfficeReturn, actor: Actor) -> bool:
    """Whether a return is handed in to an office the actor has a fitting post at."""
    lines = access.policy().lines_for
    return any(
        post.path == row.campaign.review_path
        and post.unit_id is None
        and lines(post.role, "return", "receive")
        for post in actor.posts
    )


# -- what one owes, and what one is owed -----------------------------------------------------------------------


@dataclass(frozen=True)
class Mine:
    """A return that the actor's own office (at ``path``, called ``holder``) owes, and its newest edition, if any."""

    owed: Owed
    path: str
    holder: str
    row: OfficeReturn | None

    @property
    def done(self) -> bool:
        """Handed in, or received."""
        return self.row is not None and self.row.state in IN


@dataclass(frozen=True)
class Line:
    """One office a step asks a return of; ``row`` is the newest edition that was handed in, or None."""

    office: Office
    row: OfficeReturn | None
    late: bool

    @property
    def missing(self) -> bool:
        """Not handed in, or sent back and not handed in again."""
        return self.row is None or self.row.state == "returned"


def own_paths(actor: Actor) -> dict[str, str]:
    """The paths of the offices whose returns the actor writes, with what each is called."""
    lines = access.policy().lines_for
    return {
        post.path: post.holder
        for post in actor.posts
        if post.unit_id is None and post.level != "desk" and lines(post.role, "return", "edit")
    }


def mine(actor: Actor) -> list[Mine]:
    """What the actor's own offices owe, soonest first; one statement, none where they owe nothing."""
    owing = [
        (path, holder, one)
        for path, holder in own_paths(actor).items()
        for plan in campaigns.timetable().plans
        for one in rules.owed(plan, path)
    ]
    if not owing:
        return []
    query = select(OfficeReturn).where(
        OfficeReturn.step_id.in_([one.step.id for _path, _holder, one in owing]),
        OfficeReturn.review_path.in_([path for path, _holder, _one in owing]),
    )
    rows = {
        (row.step_id, row.review_path): row
        for row in db.session.scalars(query.order_by(OfficeReturn.edition))
    }
    found = [Mine(one, path, holder, rows.get((one.step.id, path))) for path, holder, one in owing]
    return sorted(found, key=lambda one: (one.owed.due or date.max, one.owed.step.id))


def own_office(actor: Actor, step_id: int) -> Office | None:
    """The actor's office that a step asks; else the first of his, for the refusal to say so; None for no office's."""
    owing = [one.path for one in mine(actor) if one.owed.step.id == step_id]
    paths = owing or sorted(own_paths(actor))
    return db.session.scalar(select(Office).where(Office.path == paths[0])) if paths else None


def steps_above(actor: Actor) -> Iterator[tuple[Plan, Step]]:
    """The steps by which campaigns of the actor's own offices ask for returns."""
    paths = own_paths(actor)
    for plan in campaigns.timetable().plans:
        if plan.office_path in paths:
            for one in plan.steps:
                if one.kind == rules.RETURN and one.sets is None:
                    yield plan, one


def lines(plan: Plan, step: Step) -> list[Line]:
    """Who is asked, with what each has handed in: two statements."""
    asked = rules.asked(plan, step)
    offices = {row.path: row for row in db.session.scalars(select(Office).where(Office.path.in_(asked)))}
    query = (
        select(OfficeReturn)
        .where(OfficeReturn.step_id == step.id, OfficeReturn.state != "draft")
        .options(joinedload(OfficeReturn.campaign))
        .order_by(OfficeReturn.edition)
    )
    rows = {row.review_path: row for row in db.session.scalars(query)}
    return [
        Line(offices[path], rows.get(path), _late(rows.get(path), due_of(plan, step, path)))
        for path in asked
        if path in offices
    ]


def due_of(plan: Plan, step: Step, office_path: str) -> date | None:
    """The day by which an office hands in its return."""
    return next((one.due for one in rules.owed(plan, office_path) if one.step.id == step.id), step.due)


def _late(row: OfficeReturn | None, due: date | None) -> bool:
    day = clock.localise(row.submitted_at).date() if row is not None and row.submitted_at else clock.today()
    return rules.late(day, due)


def owed_by(row: OfficeReturn) -> Owed | None:
    """The duty a return fulfils."""
    plan = next((one for one in campaigns.timetable().plans if one.id == row.campaign_id), None)
    found = rules.owed(plan, row.review_path) if plan is not None else []
    return next((one for one in found if one.step.id == row.step_id), None)


def to_receive(actor: Actor) -> list[OfficeReturn]:
    """Returns that wait for the receipt of the actor's own office; no statement where it asks for none."""
    if next(steps_above(actor), None) is None:
        return []
    query = (
        select(OfficeReturn)
        .where(OfficeReturn.state == "submitted", access.scope(actor, "return", "receive", OfficeReturn))
        .options(joinedload(OfficeReturn.office), joinedload(OfficeReturn.campaign))
        .order_by(OfficeReturn.id)
        .limit(100)
    )
    return [row for row in db.session.scalars(query) if receives(row, actor)]


def chip(owed: Owed | None, *, done: bool = False) -> ClockView | None:
    """Days left, with the source behind it; none where no day is set, or nothing is left to do."""
    if owed is None or owed.due is None or done:
        return None
    running = workdays.fixed(
        rules.RETURN, owed.plan.issued_on, owed.due, rule=owed.step.label, source=owed.source,
        firm=owed.step.binding,
    )  # fmt: skip
    return clock.view(running, clock.today())
