"""What a new application is filled in with: the unit's entry, the website's, and the case before it (S32)."""

from __future__ import annotations

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.tenancy.models import Site, Unit
from app.plugins.applications.fields import FIELDS, HANDLER, LEADER, ORGAN_TYPES, SITE
from app.plugins.applications.models import Application

PEOPLE = (LEADER, HANDLER)


def registered(unit: Unit, site: Site | None) -> dict[str, str]:
    """What the registers say; a website's entry holds what its survey row said when it was received."""
    values = {
        "organ_name": unit.name,
        "supervisor_name": unit.supervisor_name,
        "functions": unit.functions,
        "organ_type": ORGAN_TYPES[unit.nature][0 if unit.nature == "organ" or unit.administrative else 1],
        "address": unit.address,
        "postcode": unit.postcode,
    }
    if site is not None:
        values |= {
            "site_name": site.name,
            "chinese_domain": site.chinese_domain,
            "english_domain": site.english_domain,
            "ip": site.ip,
        }
    return {name: text for name, text in values.items() if text}


def from_case(case: Application | None, actor: Actor, *, website: bool) -> dict[str, str]:
    """What an earlier case of the same unit had; its two people only for who may see them in full.

    ``website`` False leaves the website's own fields out: the case is about another website of the unit.
    """
    if case is None:
        return {}
    people = access.can(actor, "application", "reveal", case)
    return {
        field.name: text
        for field in FIELDS
        if (website or field.section != SITE) and (people or field.section not in PEOPLE)
        if (text := getattr(case, field.name))
    }


def values(unit: Unit, site: Site | None, case: Application | None, actor: Actor) -> dict[str, str]:
    """For an opening or a requalification: the earlier case, and over it what the registers say now."""
    return from_case(case, actor, website=site is not None) | registered(unit, site)


def differing(application: Application, unit: Unit) -> dict[str, str]:
    """Fields about the unit whose entry now reads otherwise than the form, and how."""
    return {
        name: text
        for name, text in registered(unit, None).items()
        if name != "organ_type" and getattr(application, name) and getattr(application, name) != text
    }
