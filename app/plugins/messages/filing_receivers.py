"""What is told when an office lets another desk fill in for a unit: to the desk before, the desk after, and the unit."""

from __future__ import annotations

from app.foundation import notices
from app.foundation.access import Actor
from app.foundation.notices import Party
from app.foundation.tenancy.models import Office, Unit
from app.plugins.messages.receivers import in_chinese
from app.plugins.surveys import signals as surveys
from app.plugins.surveys.desks import Reassigned

EVENT = "survey.desk_reassigned"
ITSELF = "本单位政工人事部门"


@in_chinese
def on_desk_reassigned(unit: Unit, *, done: Reassigned, actor: Actor) -> None:
    """Each of them once, whoever acts."""
    office = notices.office_at(unit.review_path)
    params = {
        "unit": unit.name,
        "office": office.short_name if office is not None else "",
        "before": _said(done.before),
        "after": _said(done.after),
        "item": _item(unit, done),
        "reasons": done.reason,
    }
    for to, link in _parties(unit, done):
        notices.tell(EVENT, to=to, params=params, actor=actor, link=link)


def _parties(unit: Unit, done: Reassigned) -> list[tuple[Party, tuple[str, dict[str, object]]]]:
    """A desk that does not carry the unit any more does not see its page, so it is led to its own list."""
    desks = [desk for desk in (done.before, done.after) if desk is not None]
    told = [notices.of_office(desk.path, roles=("coordinator",)) for desk in desks]
    told.append(notices.of_unit(unit.id, review_path=unit.review_path))
    return [(party, ("SurveyView.todo", {})) for party in told if party.people]


def _item(unit: Unit, done: Reassigned) -> str:
    sites = "".join(f"“{site.name}”" for site in done.sites)
    return f"{unit.name}{sites}的摸底调查表和网站申请"


def _said(desk: Office | None) -> str:
    return desk.name if desk is not None else ITSELF


def connect() -> None:
    """Listen (idempotent)."""
    surveys.desk_reassigned.connect(on_desk_reassigned)
