"""The cases a website has had: the one whose badge is in force, and the one a new application is filled in from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Site, Unit
from app.kernel import domains
from app.kernel.errors import Refusal
from app.plugins.applications.inforce import badges
from app.plugins.applications.models import LIVE, Application
from app.plugins.applications.rules import Twin

_TASK = "applications"
LONGEST_CHAIN = 100
OFFERED = 200
MOST = 20
NAMES = ("site_name", "chinese_domain", "english_domain")


def _latest() -> ColumnElement[bool]:
    """Badged, and nothing badged follows it."""
    later = aliased(Application)
    followed = select(later.id).where(later.former_id == Application.id, later.state == "badged")
    return and_(Application.state == "badged", ~followed.exists())


def ancestors(former_ids: Collection[int]) -> dict[int, int]:
    """Case → the case it follows, for these cases and all before them; one statement a step back.

    The platform looks: whoever files need not see how a website was dealt with before it was his.
    """
    found: dict[int, int] = {}
    asked = set(former_ids)
    with access.acting_as(access.system(_TASK, over=access.EVERYWHERE)), db.session.no_autoflush:
        for _step in range(LONGEST_CHAIN):
            if not asked:
                break
            statement = select(Application.id, Application.former_id).where(
                Application.id.in_(asked), Application.former_id.is_not(None)
            )
            steps = {pk: former for pk, former in db.session.execute(statement) if former is not None}
            found |= steps
            asked = set(steps.values()) - set(found)
    return found


def line(application: Application) -> set[int]:
    """The case itself and all it follows, near or far."""
    found = {application.id} if application.id is not None else set()
    if application.former_id is not None:
        steps = ancestors([application.former_id])
        found |= {application.former_id, *steps, *steps.values()}
    return found


def numbers(cases: Iterable[Application]) -> dict[int, str]:
    """Case → the number of the badge in force that it, or a case it follows, was issued.

    A change that leaves the website's name as it is keeps the badge of the case before it (S32).
    """
    listed = list(cases)
    steps = ancestors([one.former_id for one in listed if one.former_id is not None])
    steps |= {one.id: one.former_id for one in listed if one.former_id is not None}
    held = badges().numbers({*(one.id for one in listed), *steps, *steps.values()}) if listed else {}
    found: dict[int, str] = {}
    for one in listed:
        at: int | None = one.id
        for _step in range(LONGEST_CHAIN):
            if at is None or at in held:
                break
            at = steps.get(at)
        if at is not None and at in held:
            found[one.id] = held[at]
    return found


@dataclass(frozen=True)
class Badged:
    """A case whose website has a badge in force, with its number; ``live`` is the change already under way."""

    case: Application
    number: str
    live: Application | None = None


def badged(actor: Actor) -> list[Badged]:
    """The websites with a badge in force that the actor files for, the last case of each."""
    live = aliased(Application)
    statement = (
        select(Application, live)
        .outerjoin(live, and_(live.former_id == Application.id, live.state.in_(LIVE)))
        .where(access.scope(actor, "application", "edit", Application), _latest())
        .order_by(Application.id)
        .limit(OFFERED)
    )
    rows = [(case, change) for case, change in db.session.execute(statement)]
    held = numbers(case for case, _change in rows)
    return [Badged(case, held[case.id], change) for case, change in rows if case.id in held]


def latest(case: Application) -> Application:
    """The last badged case of the website, from any of its badged ones."""
    found = case
    for _step in range(LONGEST_CHAIN):
        statement = select(Application).where(
            Application.former_id == found.id, Application.state == "badged"
        )
        later = db.session.scalar(statement.order_by(Application.id.desc()).limit(1))
        if later is None:
            break
        found = later
    return found


def badged_of_site(site_id: int) -> Badged | None:
    """The case of a registered website whose badge is in force, as the platform sees it; None without one."""
    with access.acting_as(access.system(_TASK, over=access.EVERYWHERE)), db.session.no_autoflush:
        cases = db.session.scalars(
            select(Application)
            .where(Application.site_id == site_id, _latest())
            .order_by(Application.id.desc())
            .limit(MOST)
        ).all()
        held = numbers(cases)
    return next((Badged(one, held[one.id]) for one in cases if one.id in held), None)


def badge_of(application: Application) -> str:
    """The number of the badge in force of the application's own website; empty without one."""
    if application.kind == "change":
        former = application.former
        return numbers([former]).get(former.id, "") if former is not None else ""
    found = badged_of_site(application.site_id) if application.site_id is not None else None
    return found.number if found is not None and found.case.id != application.id else ""


def earlier(unit: Unit, site: Site | None, actor: Actor) -> Application | None:
    """The case a new application is filled in from: the website's last, for a new website the unit's last.

    Only one that was submitted, of the same unit, and that the actor may see.
    """
    of_unit = and_(
        Application.unit_id == unit.id,
        Application.number.is_not(None),
        access.scope(actor, "application", "see", Application),
    )
    statement = select(Application).where(of_unit).order_by(Application.id.desc()).limit(1)
    if site is None:
        return db.session.scalar(statement)
    unregistered = and_(Application.site_id.is_(None), Application.site_name == site.name)
    return db.session.scalar(statement.where(or_(Application.site_id == site.id, unregistered)))


def ascii_of(text: str) -> str:
    """A host as the network carries it; empty for what is none."""
    try:
        return domains.host(text).ascii if text else ""
    except Refusal:
        return ""


def twins(application: Application, actor: Actor) -> tuple[Twin, ...]:
    """Other websites with the same name or domain: under way (others' drafts left out), or with a badge in force."""
    mine = {name: getattr(application, name) for name in NAMES if getattr(application, name)}
    if not mine:
        return ()
    return (*_under_way(application, mine, actor), *_with_badge(application, mine, actor))


def _under_way(application: Application, mine: Mapping[str, str], actor: Actor) -> list[Twin]:
    statement = (
        select(Application)
        .where(
            Application.state.in_(LIVE),
            or_(Application.state != "draft", Application.unit_id == application.unit_id),
            or_(*(getattr(Application, name) == text for name, text in mine.items())),
        )
        .order_by(Application.id)
        .limit(MOST)
    )
    if application.id is not None:
        statement = statement.where(Application.id != application.id)
    with access.acting_as(access.system(_TASK, over=access.EVERYWHERE)), db.session.no_autoflush:
        rows = db.session.scalars(statement).all()
    return [
        Twin(name, _named(row, actor))
        for row in rows
        if not same_website(row, application)
        for name, text in mine.items()
        if getattr(row, name) == text
    ]


def same_website(one: Application, other: Application) -> bool:
    """Whether two live applications are for one website, which ``dossier.rival`` tells (A4.注1)."""
    if one.site_id is not None or other.site_id is not None:
        return one.site_id == other.site_id
    if one.former_id is not None or other.former_id is not None:
        return one.former_id == other.former_id
    same_domain = one.chinese_domain == other.chinese_domain != ""
    return one.unit_id == other.unit_id and (one.site_name == other.site_name or same_domain)


def _with_badge(application: Application, mine: Mapping[str, str], actor: Actor) -> list[Twin]:
    hosts = {name: ascii_of(mine[name]) for name in NAMES[1:] if name in mine}
    found = badges().bearing(mine.get("site_name", ""), [one for one in hosts.values() if one])
    if not found:
        return []
    own = line(application)
    with access.acting_as(access.system(_TASK, over=access.EVERYWHERE)), db.session.no_autoflush:
        statement = select(Application).where(Application.id.in_([one.application_id for one in found]))
        cases = {case.id: case for case in db.session.scalars(statement)}
    twins = []
    for bearer in found:
        case = cases.get(bearer.application_id)
        if bearer.application_id in own or (case is not None and _own(case, application)):
            continue
        same = [name for name, host in hosts.items() if host in bearer.hosts]
        same += ["site_name"] if bearer.site_name == mine.get("site_name") else []
        named = _named(case, actor) if case is not None else ""
        twins += [Twin(name, named, badged=True) for name in same]
    return twins


def _own(case: Application, application: Application) -> bool:
    return case.site_id is not None and case.site_id == application.site_id


def _named(row: Application, actor: Actor) -> str:
    if not (actor.is_system or access.can(actor, "application", "see", row)):
        return ""
    return row.number or row.site_name
