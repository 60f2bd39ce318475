"""The documents of an application on its page: which can be made, which were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import Actor
from app.plugins.applications import panels
from app.plugins.applications.models import Application
from app.plugins.applications.pages import PRINTABLE
from app.plugins.letters import kinds, queries
from app.plugins.letters.drafts.applications import APPROVED
from app.plugins.letters.drafts.orders import STANDING
from app.plugins.letters.kinds import Kind
from app.plugins.letters.models import Letter
from app.plugins.results import papers
from app.plugins.results.models import ResultNotice, StopOrder

# In which states a document can be made: for buttons; the draft itself decides.
STATES = {
    "request": PRINTABLE,
    "form": PRINTABLE,
    "correction": frozenset({"returned"}),
    "refusal": frozenset({"refused", "ineligible"}),
    "opinion": APPROVED,
}


@dataclass(frozen=True)
class Offered:
    """A document that can be made now, and of which row."""

    kind: Kind
    pk: int
    leading: bool = False


@dataclass(frozen=True)
class Content:
    """What the panel draws; ``handing_in``: the applicant prints now, so the panel stands beside the work."""

    offered: Sequence[Offered]
    made: Sequence[Letter]
    preview: bool
    handing_in: bool


def build(application: Application, actor: Actor) -> Content | None:
    """The documents for this reader; two statements at most, none where there can be no document."""
    if not application.decisions:
        return None
    sees = access.can(actor, "letter", actor.reads, application)
    badge = queries.badge_of(application) if sees and application.state == "badged" else None
    made = queries.of(application, "application", badge=badge) if sees else []
    offered = [
        Offered(kind, application.id)
        for kind in kinds.of("application")
        if application.state in STATES[kind.key]
        if access.can(actor, "letter", kind.act, application)
        if not kind.personal or access.can(actor, "application", "reveal", application)
    ]
    if badge is not None and access.can(actor, "letter", "issue", badge):
        offered.append(Offered(kinds.BY_KEY["badge"], badge.id))
    preview = application.state in PRINTABLE
    if not (made or offered or preview):
        return None
    return Content(offered, made, preview, _handing_in(application, actor))


def _handing_in(application: Application, actor: Actor) -> bool:
    return application.state == "awaiting_paper" and access.can(actor, "application", "submit", application)


def _beside_the_work(application: Application, actor: Actor) -> Content | None:
    return build(application, actor) if _handing_in(application, actor) else None


def _beside_the_facts(application: Application, actor: Actor) -> Content | None:
    return None if _handing_in(application, actor) else build(application, actor)


def _links(row: ResultNotice | StopOrder, actor: Actor) -> list[tuple[Any, str]]:
    """The page with the letters of an order, for whoever sees letters of it."""
    if not isinstance(row, StopOrder) or row.state not in STANDING:
        return []
    if not access.can(actor, "letter", actor.reads, row):
        return []
    return [(_("停止解析函"), url_for("LetterView.order", pk=row.id))]


def offer(app: Flask) -> None:
    """Stand on the page of an application, and of an order."""
    papers.offer(app, _links)
    template = "letters/_panel.html"
    panels.offer(app, panels.Panel("letters-work", "first", 40, _beside_the_work, template))
    panels.offer(app, panels.Panel("letters", "side", 40, _beside_the_facts, template))
