"""Gathers the facts that rules and evidence ask for: the unit's entry, the names' standing, the materials."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import or_, select

from app.foundation import access, clock, files
from app.foundation.database import db
from app.foundation.files import queries as stored
from app.foundation.limits import Limits, for_settings, materials_for
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Unit
from app.foundation.tenancy.routing import Ruling
from app.foundation.tenancy.settings import setting
from app.plugins.applications import cases, queries
from app.plugins.applications.checklist import SEALED_FORM, MaterialSettings, Needed, checklist
from app.plugins.applications.fields import FIELDS, PUBLIC
from app.plugins.applications.models import LIVE, Application
from app.plugins.applications.rules import Filing, UnitFacts, differing
from app.plugins.applications.wellformed import Reading
from app.plugins.names import facts as naming
from app.plugins.names.register import register
from app.plugins.names.rules import Standing

_TASK = "applications"
FILED_MATERIALS = "materials"  # what a decision keeps of them, beside the public fields


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
        management=unit.management,
    )


def ruling(unit: Unit) -> Ruling:
    """Which office reviews the unit, by which rule of which article (C-art.5, P-3.2); the platform itself looks."""
    with access.acting_as(access.system(_TASK, over=access.EVERYWHERE)), db.session.no_autoflush:
        return tenancy.route(unit).review


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


def _standings(application: Application) -> tuple[Standing | None, Standing | None]:
    names = (cases.ascii_of(application.chinese_domain), cases.ascii_of(application.english_domain))
    found = register().standings(application.unit_id, names, clock.today())
    return found.get(names[0]), found.get(names[1])


def rival(application: Application) -> str:
    """Another live application for the same site, by its number or name; for a new site, by name and domain."""
    statement = select(Application.number, Application.site_name).where(Application.state.in_(LIVE))
    if application.id is not None:
        statement = statement.where(Application.id != application.id)
    if application.site_id is not None:
        statement = statement.where(Application.site_id == application.site_id)
    elif application.former_id is not None or application.former is not None:
        former_id = application.former_id or (application.former.id if application.former else None)
        statement = statement.where(Application.former_id == former_id)
    else:
        same_name = Application.site_name == application.site_name
        same_domain = (Application.chinese_domain == application.chinese_domain) & (
            Application.chinese_domain != ""
        )
        statement = statement.where(
            Application.unit_id == application.unit_id,
            Application.site_id.is_(None),
            Application.former_id.is_(None),
            or_(same_name, same_domain),
        )
    with access.acting_as(access.system(_TASK, over=access.EVERYWHERE)), db.session.no_autoflush:
        found = db.session.execute(statement.limit(1)).first()
    return (found.number or found.site_name) if found else ""


def materials(application: Application) -> list[files.StoredFile]:
    """What the applicant handed in with an application, newest first.

    The platform counts them for everybody; who may open one is asked again (``material see``), file by file.
    """
    return [file for file in _uploads(application) if file.kind != SEALED_FORM]


def scans(application: Application) -> list[files.StoredFile]:
    """The office's scans of the sealed form, newest first; who may open one is asked as for ``materials``."""
    return [file for file in _uploads(application) if file.kind == SEALED_FORM]


def _uploads(application: Application) -> list[files.StoredFile]:
    with access.acting_as(access.system(_TASK, over=application.review_path)):
        return stored.of(application)


def former_values(application: Application) -> dict[str, str] | None:
    """The public fields of the case a change follows; None for the other kinds."""
    former = application.former if application.kind == "change" else None
    return public_values(former) if former is not None else None


def material_settings(office: Office) -> MaterialSettings:
    """What the office asks for (C-art.5)."""
    return MaterialSettings(materials_for(office.settings), limits_of(office))


def needed(application: Application, office: Office) -> tuple[Needed, ...]:
    """The materials of the application as it stands, in the order shown."""
    former = former_values(application)
    changed = None if former is None else differing(former, public_values(application))
    names = (application.chinese_domain, application.english_domain)
    return checklist(application.track, application.kind, names, material_settings(office), changed)


def takes(application: Application, office: Office) -> frozenset[str]:
    """Which kinds may be uploaded with it, needed by its names or not: those of its track and type."""
    return frozenset(
        item.key
        for item in materials_for(office.settings).items
        if item.online and application.track in item.tracks and application.kind in item.kinds
    )


def filed(application: Application) -> dict[str, str]:
    """What a decision keeps of what was filed: the public fields, and which materials there were, without their names."""
    listed = sorted(f"{file.kind}:{file.sha256}" for file in materials(application))
    return public_values(application) | {FILED_MATERIALS: " ".join(listed)}


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
    limits, unit = limits_of(office), unit_of(application)
    return Filing(
        track=application.track,
        values=values(application),
        unit=facts(unit, office),
        chinese=chinese,
        english=english,
        materials=frozenset(file.kind for file in uploaded),
        declared=declared,
        rival=against,
        kind=application.kind,
        former=former_values(application),
        needed=needed(application, office),
        asks_proof=limits.needs_proof("institution", application.chinese_domain, application.english_domain),
    )


def asks_paper(application: Application, office: Office) -> bool:
    """Whether the office asks for sealed paper of this track (its ``materials`` setting; nationally it does)."""
    return materials_for(office.settings).paper.get(application.track, True)


def to_submit(application: Application, office: Office, *, declared: bool) -> Filing:
    """The same with what is asked of other websites only before it is handed in: rival, badge, twins."""
    found = filing(application, office, materials(application), declared=declared, against=rival(application))
    return replace(
        found,
        badge=cases.badge_of(application),
        naming=naming.of(unit_of(application)),
        twins=cases.twins(application, access.current_actor()),
    )
