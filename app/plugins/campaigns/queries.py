"""Scoped reads: campaigns a person sees, and the timetable they make."""

from __future__ import annotations

from dataclasses import replace

from flask import g, has_request_context
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from app.foundation.access import Actor, current_actor
from app.foundation.database import db
from app.foundation.jurisdiction import FactColumns
from app.foundation.tenancy.models import Office, Unit
from app.kernel import paths
from app.kernel.errors import N_, NotSeen
from app.plugins.campaigns import binding
from app.plugins.campaigns.models import Campaign, CampaignStep
from app.plugins.campaigns.rules import Deadline, Group, Line, Plan, Step, Timetable, Whose

LARGEST_ID = 2**31 - 1


def get(pk: int) -> Campaign:
    """One campaign.

    Raises:
        NotSeen: there is none of that number, or it was not issued at or above the reader's level.
    """
    statement = select(Campaign).where(Campaign.id == pk).options(joinedload(Campaign.office))
    found = db.session.scalar(statement) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("campaign-not-seen", N_("没有找到这份工作安排，或者它不是印发给您所在层级的。"))
    return found


def get_step(campaign: Campaign, pk: int) -> CampaignStep:
    """One step of the campaign's own.

    Raises:
        NotSeen: the campaign has no such step.
    """
    statement = select(CampaignStep).where(
        CampaignStep.id == pk, CampaignStep.campaign_id == campaign.id, CampaignStep.sets_id.is_(None)
    )
    found = db.session.scalar(statement) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("step-not-seen", N_("该工作安排中没有这个事项。"))
    return found


def local_versions(step: CampaignStep, office: Office) -> dict[str, int]:
    """Track → version of the dates the office has set for a step: what a form was filled in over."""
    own = select(CampaignStep.track, CampaignStep.version).where(
        CampaignStep.sets_id == step.id, CampaignStep.office_id == office.id
    )
    return {track: version for track, version in db.session.execute(own)}


def timetable() -> Timetable:
    """Everything the present actor sees, as pure facts: two statements, once a request."""
    actor = current_actor()
    kept: tuple[Actor, Timetable] | None = g.get("timetable") if has_request_context() else None
    if kept is not None and kept[0] == actor:
        return kept[1]
    found = Timetable(tuple(_plans()))
    if has_request_context():
        g.timetable = (actor, found)
    return found


def reaching(office_path: str) -> Timetable:
    """The plans issued at, above or below an office, with every local date in them: two statements.

    For figures that an office shares with those who do not see the dates its counties set (S14): to be read
    acting as the platform, after sharing was found to be allowed.
    """
    below = and_(Campaign.review_path >= office_path, Campaign.review_path < paths.upper_bound(office_path))
    return Timetable(tuple(_plans(or_(below, Campaign.review_path.in_(paths.ancestors(office_path))))))


def forget() -> None:
    """Read the timetable anew: a step was changed in this request."""
    if has_request_context():
        g.pop("timetable", None)


def plan(campaign: Campaign) -> Plan:
    """One campaign out of the timetable.

    Raises:
        LookupError: the campaign was not read by this actor; a mistake of the caller.
    """
    found = next((one for one in timetable().plans if one.id == campaign.id), None)
    if found is None:
        raise LookupError(campaign.id)
    return found


def deadline(
    kind: str, *, unit: Unit | None = None, facts: Whose | None = None, track: str | None = None
) -> Deadline | None:
    """The date of a kind of step for a unit or for row facts, with its source; None where none is set.

    Municipal units and those of a guided desk are bound by the notice's dates, counties and zones by their own
    where set, and all by the completion dates (S15–S19). A unit's own line is taken when no ``track`` is given.
    """
    if unit is not None:
        facts, track = whose(unit), track or unit.nature
    if facts is None:
        raise TypeError("deadline() needs a unit or row facts")
    return timetable().deadline(kind, facts, track)


def whose(row: FactColumns) -> Whose:
    """The facts of a guarded row that dates are asked by."""
    return Whose(row.review_path, row.filing_path)


def _plans(*within: ColumnElement[bool]) -> list[Plan]:
    campaigns = db.session.scalars(
        select(Campaign)
        .where(*within)
        .options(joinedload(Campaign.office))
        .order_by(Campaign.issued_on.desc(), Campaign.id)
    ).all()
    if not campaigns:
        return []
    steps = db.session.scalars(
        select(CampaignStep)
        .where(CampaignStep.campaign_id.in_([one.id for one in campaigns]))
        .options(joinedload(CampaignStep.office))
        .order_by(CampaignStep.ordinal, CampaignStep.review_path, CampaignStep.id)
    ).all()
    return _chained([_plan(one, [step for step in steps if step.campaign_id == one.id]) for one in campaigns])


def _chained(plans: list[Plan]) -> list[Plan]:
    """Each plan with those that carry it out (C-3, P-1): their sheets and dates are its own too."""
    carried: dict[int, list[int]] = {}
    for one in plans:
        for upper in binding.above(plans, one.office_path, one.carries_out):
            carried.setdefault(upper.id, []).append(one.id)
    return [replace(one, carried_by=tuple(sorted(carried.get(one.id, ())))) for one in plans]


def _plan(campaign: Campaign, steps: list[CampaignStep]) -> Plan:
    return Plan(
        id=campaign.id,
        document=campaign.document,
        short_title=campaign.short_title,
        issued_on=campaign.issued_on,
        office_path=campaign.review_path,
        office_name=campaign.office.short_name,
        groups=tuple(
            Group(one["key"], one["label"], tuple(one["homes"]), tuple(one["offices"]))
            for one in campaign.groups
        ),
        lines=tuple(Line(one["key"], one["label"], tuple(one["natures"])) for one in campaign.tracks),
        steps=tuple(_step(one) for one in steps),
        sealed_groups=tuple(campaign.sealed.get("groups", ())),
        sealed_source=campaign.sealed.get("source", ""),
        carries_out=campaign.carries_out,
        online=bool(campaign.text),
    )


def _step(row: CampaignStep) -> Step:
    return Step(
        id=row.id,
        key=row.key,
        kind=row.kind,
        track=row.track,
        label=row.label,
        groups=tuple(row.groups),
        due=row.due,
        binding=row.binding,
        source=row.source,
        office_path=row.review_path,
        office_name=row.office.short_name,
        office_id=row.office_id,
        sets=row.sets_id,
        within=row.within,
        deliver_to=row.deliver_to,
        copy_to=row.copy_to,
        exception=row.exception,
        reason=row.reason,
        first_due=row.first_due,
        extended_because=row.extended_because,
    )
