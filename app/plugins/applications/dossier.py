"""Gathers the facts that rules and evidence ask for: the unit's entry, the names' standing, the materials."""

from __future__ import annotations

from sqlalchemy import or_, select

from app.foundation import access, clock, files
from app.foundation.database import db
from app.foundation.files import queries as stored
from app.foundation.limits import Limits, for_settings
from app.foundation.tenancy.models import Office, Unit
from app.foundation.tenancy.settings import setting
from app.kernel import domains
from app.kernel.errors import Refusal
from app.plugins.applications import queries
from app.plugins.applications.fields import FIELDS, PUBLIC
from app.plugins.applications.models import LIVE, Application
from app.plugins.applications.rules import Filing, UnitFacts
from app.plugins.applications.wellformed import Reading
from app.plugins.names.register import register
from app.plugins.names.rules import Standing

_TASK = "applications"


def reviewing_office(application: Application) -> Office:
    """The office that decides, by the row's review path."""
    return db.session.scalars(select(Office).where(Office.path == application.review_path)).one()


def limits_of(office: Office) -> Limits:
    """The limits as they bind that office (S25, C-art.12)."""
    return for_settings(office.settings)


def unit_of(application: Application) -> Unit:
    """The unit's entry, also for somebody who carries only its site (S8): the platform itself looks."""
    loaded = application.__dict__.get("unit")
    if loaded is not None and loaded.id == application.unit_id:
        return loaded  # type: ignore[no-any-return]
    with access.acting_as(access.system(_TASK, over=application.review_path)):
        return db.session.scalars(select(Unit).where(Unit.id == application.unit_id)).one()


def local_guidance(office: Office) -> dict[int, str]:
    """What the reviewing office adds to the guidance of the items, for whoever may read it."""
    return {number: row.text for number, row in queries.checkpoints(office).items() if row.text}


def facts(unit: Unit, office: Office) -> UnitFacts:
    """What the register says of the unit."""
    return UnitFacts(
        name=unit.name,
        nature=unit.nature,
        rank=unit.rank,
        level=office.level,
        supervisor_name=unit.supervisor_name,
        administrative=unit.administrative,
        approval_no=unit.approval_no,
        reform=unit.reform,
    )


def values(application: Application) -> dict[str, str]:
    """Annex 4 as it stands, empty text for what is not filled in."""
    return {field.name: getattr(application, field.name) or "" for field in FIELDS}


def public_values(application: Application) -> dict[str, str]:
    """Annex 4 without the two people's data (A4.注3)."""
    return {name: getattr(application, name) or "" for name in PUBLIC}


def reading(application: Application, office: Office) -> Reading:
    """What the readers of the form need to know."""
    return Reading(
        limits_of(office), application.track, str(setting(office, "area_code") or ""), clock.today()
    )


def _ascii(text: str) -> str:
    try:
        return domains.host(text).ascii if text else ""
    except Refusal:
        return ""


def _standings(application: Application) -> tuple[Standing | None, Standing | None]:
    names = (_ascii(application.chinese_domain), _ascii(application.english_domain))
    found = register().standings(application.unit_id, names, clock.today())
    return found.get(names[0]), found.get(names[1])


def rival(application: Application) -> str:
    """Another live application for the same site, by its number or name; for a new site, by name and domain."""
    statement = select(Application.number, Application.site_name).where(Application.state.in_(LIVE))
    if application.id is not None:
        statement = statement.where(Application.id != application.id)
    if application.site_id is not None:
        statement = statement.where(Application.site_id == application.site_id)
    else:
        same_name = Application.site_name == application.site_name
        same_domain = (Application.chinese_domain == application.chinese_domain) & (
            Application.chinese_domain != ""
        )
        statement = statement.where(Application.unit_id == application.unit_id, or_(same_name, same_domain))
    with access.acting_as(access.system(_TASK, over=access.EVERYWHERE)), db.session.no_autoflush:
        found = db.session.execute(statement.limit(1)).first()
    return (found.number or found.site_name) if found else ""


def materials(application: Application) -> list[files.StoredFile]:
    """What was uploaded with an application, newest first.

    The platform counts them for everybody; who may open one is asked again (``material see``), file by file.
    """
    with access.acting_as(access.system(_TASK, over=application.review_path)):
        return stored.of(application)


def filing(
    application: Application,
    office: Office,
    uploaded: list[files.StoredFile],
    *,
    declared: bool = False,
    against: str = "",
) -> Filing:
    """The application as the rules see it; ``against`` is its rival, where one was looked for."""
    chinese, english = _standings(application)
    return Filing(
        track=application.track,
        values=values(application),
        unit=facts(unit_of(application), office),
        chinese=chinese,
        english=english,
        materials=frozenset(file.kind for file in uploaded),
        declared=declared,
        rival=against,
    )
