"""Beginning an application: for a registered website, for a new one, or for a change of a badged one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Site, Unit
from app.kernel.errors import N_, Finding, Invalid, WrongState
from app.plugins.applications import cases, dossier, prefill, rules, wellformed
from app.plugins.applications.models import BEGUN, Application
from app.plugins.applications.service import domains


def start(holder: Unit | Site | Application, kind: str, *, actor: Actor) -> Application:
    """Begin a draft for a registered site, or for a new site of a unit, filled in from the register and the last case.

    A change begins from any badged case of the website, or from the registered site (S32).

    Raises:
        AccessDenied: the actor files neither for the unit nor for the site.
        Invalid: a company, society or individual (C-art.3), or an unknown kind.
        WrongState: the site has a live application already (A4.注1), or a badge in force where none is to be
            (C-art.17), or none where a change needs one.
    """
    access.require(actor, "application", "edit", holder)
    if kind == rules.CHANGE:
        return _change(holder, actor)
    if kind not in BEGUN or isinstance(holder, Application):
        raise Invalid([Finding("kind", N_("请选择申请类型。"), "申请表", "kind")])
    site = holder if isinstance(holder, Site) else None
    unit = _unit_of(site) if site is not None else holder
    assert isinstance(unit, Unit)  # noqa: S101 - told apart just above
    wellformed.ensure(rules.eligible(rules.UnitFacts(unit.name, unit.nature)))
    last = cases.earlier(unit, site, actor)
    application = _draft(unit, kind, site.id if site else None, prefill.values(unit, site, last, actor))
    if site is not None:
        _ensure_alone(application)
        _ensure_without_badge(site)
    return _begun(application, last, actor)


def _change(holder: Unit | Site | Application, actor: Actor) -> Application:
    former = _badged(holder)
    if former is None:
        raise WrongState(
            "no-badge",
            N_("该网站现在没有有效的网站标识，不能办理变更；需要使用标识的，请申请开办审核。"),
            source="办法第十七条",
        )
    unit = _unit_of(former)
    assert unit is not None  # noqa: S101 - a case has a unit
    wellformed.ensure(rules.eligible(rules.UnitFacts(unit.name, unit.nature)))
    filled = prefill.from_case(former, actor, website=True)
    application = _draft(unit, rules.CHANGE, former.site_id, filled)
    application.former = former
    _ensure_alone(application)
    return _begun(application, former, actor)


def _badged(holder: Unit | Site | Application) -> Application | None:
    """The last case of the website, while its badge is in force."""
    if isinstance(holder, Site):
        found = cases.badged_of_site(holder.id)
        return found.case if found is not None else None
    if not isinstance(holder, Application):
        return None
    case = cases.latest(holder)
    return case if case.state == "badged" and cases.numbers([case]) else None


def _draft(unit: Unit, kind: str, site_id: int | None, filled: Mapping[str, str]) -> Application:
    return Application(
        kind=kind, track=unit.nature, state="draft", round=0, account=unit.account, opinion={},
        people_changed={}, materials_changed={}, unit_id=unit.id, site_id=site_id, **filled,
    )  # fmt: skip


def _begun(application: Application, last: Application | None, actor: Actor) -> Application:
    db.session.add(application)
    after: dict[str, Any] = {"kind": application.kind, "site_id": application.site_id}
    if last is not None:
        after["filled_from"] = last.number
    audit.record(actor, "application.started", application, after=after)
    domains.watch(application)
    return application


def _unit_of(row: Site | Application) -> Unit | None:
    """The row's unit, also for a desk that carries only the site (S8): the platform copies its entry."""
    with access.acting_as(access.system("applications", over=row.review_path)):
        return db.session.get(Unit, row.unit_id, populate_existing=True)


def _ensure_without_badge(site: Site) -> None:
    found = cases.badged_of_site(site.id)
    if found is not None:
        raise WrongState(
            "site-badged",
            N_("该网站已有有效的网站标识（%(badge)s），不需再次申请；信息有变动的，请从该网站申请变更。"),
            source="办法第十七条",
            badge=found.number,
        )


def _ensure_alone(application: Application) -> None:
    rival = dossier.rival(application)
    if rival:
        raise WrongState(
            "application-live",
            N_("该网站已有办理中的申请（%(rival)s），每一个网站只提交一份。请在原申请上继续办理。"),
            source="申请表注1",
            rival=rival,
        )
