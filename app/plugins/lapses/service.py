"""The verbs: the platform lists, takes away and lists again; the head of the site's own office decides (S26)."""

from __future__ import annotations

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Site, Unit
from app.kernel.errors import N_, WrongState
from app.plugins.applications.models import Application
from app.plugins.campaigns.rules import Deadline
from app.plugins.lapses import flow, queries, rules, signals
from app.plugins.lapses.models import Lapse

FILING_RULE = "通知第四条"


def list_(site: Site, unit: Unit, due: Deadline, *, actor: Actor) -> Lapse:
    """Make a surveyed site without an application a candidate; its owner is told with the consequence."""
    row = Lapse(
        site_id=site.id, campaign_id=due.campaign_id, organ_name=unit.name, site_name=site.name,
        due=due.date, source=due.source, listed_at=clock.now(),
    )  # fmt: skip
    flow.LapseFlow(row)  # puts it into its initial state
    db.session.add(row)
    audit.record(actor, "lapse.listed", row, after={"due": due.date, "source": due.source})
    signals.listed.send(row, actor=actor)
    return row


def relist(row: Lapse, due: Deadline, *, actor: Actor) -> Lapse:
    """What took it away is gone: the late application was withdrawn, or the later date is past as well."""
    before = {"state": row.state}
    with db.session.no_autoflush:
        flow.take(row, "relist")
        row.application_id, row.application = None, None
        row.due, row.source, row.listed_at = due.date, due.source, clock.now()
    audit.record(actor, "lapse.relisted", row, before=before, after={"due": due.date, "source": due.source})
    signals.listed.send(row, actor=actor)
    return row


def file(row: Lapse, application: Application, *, actor: Actor) -> Lapse:
    """An application came in before anything was decided: late, but it stands."""
    with db.session.no_autoflush:
        flow.take(row, "file")
        row.application_id = application.id
    audit.record(actor, "lapse.filed", row, after={"application": application.number})
    signals.filed.send(row, actor=actor)
    return row


def lift(row: Lapse, due: Deadline, *, actor: Actor) -> Lapse:
    """The filing date was put off and is not past any more."""
    before = {"due": row.due}
    flow.take(row, "lift")
    audit.record(actor, "lapse.lifted", row, before=before, after={"due": due.date, "source": due.source})
    signals.lifted.send(row, actor=actor)
    return row


def confirm(row: Lapse, *, reason: str, checked: bool, actor: Actor) -> Lapse:
    """Decide, as head of the site's own office, that the requalification counts as failed.

    Raises:
        AccessDenied: the actor does not head that office.
        WrongState: no longer a candidate, filed for meanwhile, or its date was put off.
        Invalid: no reason, or not said to have been checked.
    """
    access.require(actor, "lapse", "decide", row)
    queries.lock(row)
    said = rules.ensure_reason(reason)
    rules.ensure_checked(checked)
    _ensure_still(row)
    _decide(row, "confirm", said, actor)
    audit.record(actor, "lapse.confirmed", row, after={"state": row.state}, reason=said)
    signals.confirmed.send(row, actor=actor)
    return row


def dismiss(row: Lapse, *, reason: str, actor: Actor) -> Lapse:
    """Decide that it does not.

    Raises:
        AccessDenied, WrongState, Invalid: as for ``confirm``.
    """
    access.require(actor, "lapse", "decide", row)
    queries.lock(row)
    said = rules.ensure_reason(reason)
    _decide(row, "dismiss", said, actor)
    audit.record(actor, "lapse.dismissed", row, after={"state": row.state}, reason=said)
    signals.dismissed.send(row, actor=actor)
    return row


def _decide(row: Lapse, step: str, reason: str, actor: Actor) -> None:
    with db.session.no_autoflush:
        flow.take(row, step)
        row.decided_at, row.decided_by_id, row.decided_by = clock.now(), actor.person_id, actor.name
        row.reason = reason


def _ensure_still(row: Lapse) -> None:
    """Nothing was filed and no later date set since the last look.

    Raises:
        WrongState: something was.
    """
    if row.state != "candidate":
        return  # the flow says no in its own words
    site = db.session.get_one(Site, row.site_id)
    if not rules.owes(queries.filings([site]).get(site.id, ())):
        raise WrongState(
            "lapse-filed",
            N_("该网站已经提交资格复核申请，不能确认视为未通过。请按申请正常审核。"),
            source=FILING_RULE,
        )
    due = queries.deadline_of(row)
    if due is None or not due.passed(clock.today()):
        raise WrongState(
            "lapse-not-due",
            N_("该网站的申请截止日期已经调整，尚未逾期，不能确认视为未通过。"),
            source=due.source if due is not None else "",
        )
