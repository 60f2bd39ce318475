"""Which office's collated survey is looked at, by whose leave, and what reaches it (S14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import and_, or_, select

from app.foundation import access, clock
from app.foundation.access import Actor, Facts
from app.foundation.admin import arguments
from app.foundation.database import db
from app.foundation.tenancy.models import Grant, Office
from app.kernel import paths
from app.kernel.errors import N_, AccessDenied, NotSeen
from app.plugins.campaigns.rules import Deadline, Plan, Timetable, Whose
from app.plugins.surveys import groups, progress
from app.plugins.surveys.groups import Section

MISSING_SHOWN = 12


@dataclass(frozen=True)
class Place:
    """What is looked at: an office, the survey that reaches it, the dates and the offices with lines in it."""

    actor: Actor
    office: Office
    plan: Plan | None
    plans: list[Plan]
    table: Timetable
    offices: dict[str, Office]
    own: Office
    shared: list[tuple[str, str]]

    @property
    def survey(self) -> Plan:
        """The survey.

        Raises:
            NotSeen: none is under way here.
        """
        if self.plan is None:
            raise unseen()
        return self.plan

    def sections(self) -> list[Section]:
        """Progress by group."""
        path = self.office.path
        found = progress.cells(self.actor, self.survey, self.table, clock.today(), path=path)
        return groups.sections(self.actor, self.survey, found, self.table, path, self.offices)

    def missing(self) -> list[Any]:
        """Who at the office's own level has not reported, with the dates; only for those who see the sheets."""
        path, plan = self.office.path, self.survey
        if not paths.covers(plan.office_path, path) or not access.can(
            self.actor, "survey", "see", self.office
        ):
            return []
        rows = progress.missing_rows(self.actor, plan, self.table, path, MISSING_SHOWN)
        return [(row, self.deadline(row)) for row in rows]

    def deadline(self, row: Any) -> Deadline | None:
        """The date that binds an expected sheet (see ``expected.listed``)."""
        return self.table.deadline(groups.SURVEY, Whose(row.review_path, row.filing_path), row.nature)


@dataclass(frozen=True)
class Wanted:
    """What is asked for: an office by its code and a survey by its key; either may be left open."""

    office: str = ""
    campaign: str = ""


def asked() -> Wanted:
    """What the address asks for, or the form that was sent."""
    given = request.form if request.method == "POST" else request.args
    return Wanted(given.get("office", ""), given.get("campaign", ""))


def find(actor: Actor, wanted: Wanted, *, level: bool = False) -> Place:
    """The office asked for, else the actor's own or the one shared with him; ``level``: its sheets too.

    Raises:
        AccessDenied: nobody shares figures with the actor.
        NotSeen: no such office or survey, or not the actor's to see.
    """
    own = progress.own_paths(actor)
    if not own:
        raise AccessDenied(
            "aggregate-not-shared",
            N_("还没有文件将摸底汇总共享给您所在的机构。如工作需要，请与同级机构编制部门联系。"),
        )
    code, table = wanted.office, progress.dates(actor, own[0])
    plans = progress.plans_at(table, own[0])
    known, shared = _offices(own[0], code, plans)
    office = next((one for one in known.values() if (one.code == code if code else one.path == own[0])), None)
    if office is None or office.kind != "office" or not office.active:
        raise unseen()
    if office.path != own[0]:
        plans, shared = progress.plans_at(table, office.path), []
    plan = _chosen(plans, wanted.campaign)
    if not _may(actor, office, plan, level=level):
        raise unseen()
    return Place(actor, office, plan, plans, table, known, known.get(own[0], office), shared)


def _offices(own: str, code: str, plans: list[Plan]) -> tuple[dict[str, Office], list[tuple[str, str]]]:
    """The offices with lines in these surveys, by path, and with whom the own office shares its figures, by which document."""
    lines = [path for plan in plans for group in plan.groups for path in group.offices]
    wanted = {own, *lines, *(plan.office_path for plan in plans)}
    day = clock.today()
    sharing = and_(
        Grant.holder_path == Office.path,
        Grant.relation == "shares",
        Grant.where_path == own,
        Grant.since <= day,
        Grant.stopped_on.is_(None),
        or_(Grant.until.is_(None), Grant.until >= day),
    )
    holders = select(Grant.holder_path).where(Grant.relation == "shares", Grant.where_path == own)
    statement = (
        select(Office, Grant.document)
        .outerjoin(Grant, sharing)
        .where(or_(Office.path.in_(wanted), Office.path.in_(holders), Office.code == code))
        .order_by(Office.path)
    )
    with access.acting_as(access.system("figures shared", over=own)):
        rows = db.session.execute(statement).all()
    return {office.path: office for office, _document in rows}, [
        (office.short_name, document) for office, document in rows if document
    ]


def _may(actor: Actor, office: Office, plan: Plan | None, *, level: bool) -> bool:
    """Whether the figures of the office are the actor's; with ``level`` also some of the sheets behind them."""
    if not access.can(actor, "aggregate", "see", office):
        return False
    carried = plan.groups if plan is not None and plan.office_path == office.path else ()
    facts = [Facts(office.path), *(Facts(office.path, home) for group in carried for home in group.homes)]
    return not level or any(access.can(actor, "survey", "see", one) for one in facts)


def _chosen(plans: list[Plan], raw: str) -> Plan | None:
    if not raw:
        return plans[0] if plans else None
    found = next((plan for plan in plans if plan.id == arguments.key(raw)), None)
    if found is None:
        raise unseen()
    return found


def unseen() -> NotSeen:
    """The refusal for what is not there, or not the actor's to know of."""
    return NotSeen("aggregate-not-seen", N_("没有找到该项汇总，或者它不在您的管辖范围内。"))
