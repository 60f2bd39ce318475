"""催报: the upper office asks an office that has not handed in its return to do so; once a business day."""

from __future__ import annotations

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, AccessDenied, WrongState
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.models import CampaignStep
from app.plugins.returns import queries, signals

URGED = "return.urged"


def urge(step: CampaignStep, office: Office, *, actor: Actor) -> None:
    """Ask an office for the return it has not handed in.

    Raises:
        AccessDenied: not of the office that asks for the return, or not over this one.
        WrongState: it is in, it is not asked of this office, or it was urged today already.
    """
    access.require(actor, "return", "urge", office)
    plan = campaigns.plan(step.campaign)
    if not any(one.id == step.id for _plan, one in queries.steps_above(actor)):
        raise AccessDenied(
            "urge-elsewhere",
            N_("“%(label)s”由%(office)s布置，由该机构催报。"),
            source=step.source,
            label=step.label,
            office=plan.office_name,
        )
    fact = next(one for one in plan.steps if one.id == step.id)
    line = next((one for one in queries.lines(plan, fact) if one.office.id == office.id), None)
    if line is None:
        raise WrongState("return-not-asked", N_("这项工作没有要求该机构报送，不需要催报。"))
    if not line.missing:
        raise WrongState("nothing-missing", N_("该机构已经报送，不需要催报。"))
    if office.code in urged_today(step):
        raise WrongState("urged-today", N_("今天已经催报过该机构。"))
    due = queries.due_of(plan, fact, office.path)
    audit.record(actor, URGED, step, after={"office": office.code, "due": due})
    signals.urged.send(step, office=office, due=due, actor=actor)


def urged_today(step: CampaignStep) -> set[str]:
    """The codes of the offices urged today."""
    today = clock.today()
    return {
        str(one.after.get("office"))
        for one in audit.timeline(step)
        if one.verb == URGED and clock.localise(one.at).date() == today
    }
