"""What an applicant is told before and while filling in: who reviews and by which rule, and what C-art.3 points to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.foundation.access import Actor, can
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Unit
from app.kernel.errors import Finding
from app.plugins.applications import dossier, rules
from app.plugins.applications.models import Application

BEFORE_DECISION = frozenset({"draft", "submitted", "returned"})


@dataclass(frozen=True)
class Guide:
    """``rule`` says why it is this office, with its article; ``vertical`` ones are not reviewed where they stand."""

    unit_name: str
    office: Office
    rule: Finding
    vertical: bool
    pointers: Sequence[Finding] = ()


def guide_of(unit: Unit) -> Guide:
    """For a unit that begins an application (C-art.3, C-art.5)."""
    office = db.session.scalars(select(Office).where(Office.path == unit.review_path)).one()
    return _guide(unit, office)


def guide_for(application: Application, office: Office) -> Guide:
    """For an application as it stands."""
    return _guide(dossier.unit_of(application), office)


def _guide(unit: Unit, office: Office) -> Guide:
    ruled = dossier.ruling(unit)
    return Guide(
        unit.name,
        office,
        Finding("", ruled.rule, ruled.source, "routed", ruled.params),
        unit.management != "local",
        rules.pointers(dossier.facts(unit, office)),
    )


def panel(application: Application, actor: Actor) -> Guide | None:
    """Beside an application that is not decided yet, for whoever files it."""
    mine = can(actor, "application", "edit", application)
    if not mine or application.state not in BEFORE_DECISION:
        return None
    return guide_for(application, dossier.reviewing_office(application))
