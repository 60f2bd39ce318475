"""A domain that somebody else has filled in or registered: said by name only to those who see the other's sheet.

Two units may truly share a website, so this is no error: whoever hands in the sheet corrects it, or says that it is so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, or_, select, union_all

from app.foundation import access
from app.foundation.access import Actor, Facts
from app.foundation.database import db
from app.foundation.tenancy.models import Site, Unit
from app.kernel import domains
from app.kernel.errors import N_, Finding, Refusal
from app.plugins.surveys.models import SurveySheet, SurveySite
from app.plugins.surveys.rules import SheetEntry, same

TASK = "survey doubles"
CODE = "doubled"
MOST = 400  # rows read
_FIELDS = ("chinese_domain", "english_domain")
_HANDED_IN = ("submitted", "returned", "accepted")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the domain: ``unit`` is empty where that is not the reader's to know."""

    unit: str = ""
    registered: bool = False


def findings(entry: SheetEntry, held: Mapping[str, Holder]) -> Iterator[Finding]:
    """One for each domain of the sheet that somebody else has (keys as ``rules.same`` gives them)."""
    for number, site in enumerate(entry.sites):
        for field in _FIELDS:
            holder = held.get(same(getattr(site, field)))
            if holder is None:
                continue
            if not holder.unit:
                message = N_("该域名已被其他单位填报，请核对。")
            elif holder.registered:
                message = N_("该域名已登记为%(unit)s的网站，请核对。")
            else:
                message = N_("该域名已由%(unit)s填报，请核对。")
            params = {"unit": holder.unit} if holder.unit else {}
            yield Finding(f"sites-{number}-{field}", message, code=CODE, params=params)


def of(sheet: SurveySheet, entry: SheetEntry, *, actor: Actor) -> list[Finding]:
    """See ``findings``; one statement, none for a sheet without domains."""
    return list(findings(entry, holders(sheet, entry, actor=actor)))


def holders(sheet: SurveySheet, entry: SheetEntry, *, actor: Actor) -> dict[str, Holder]:
    """Who else has the domains of an entry: on sheets handed in, and in the register."""
    wanted = {key for site in entry.sites for field in _FIELDS if (key := same(getattr(site, field)))}
    if not wanted:
        return {}
    found: dict[str, Holder] = {}
    for row in _rows(sheet, _writings(wanted)):
        known = access.can(actor, "survey", "see", Facts(row.review_path, row.filing_path, row.unit_id))
        holder = Holder(row.unit if known else "", bool(row.registered))
        for key in wanted & {same(row.chinese_domain), same(row.english_domain)}:
            # A sheet says more than the register, a name more than none.
            if key not in found or (not found[key].unit and holder.unit):
                found[key] = holder
    return found


def _writings(keys: set[str]) -> list[str]:
    """Every way a domain may stand in the tables: as the network carries it and as people read it."""
    found = set(keys)
    for key in keys:
        try:
            found.add(domains.host(key).unicode)
        except Refusal:
            continue
    return sorted(found)


def _rows(sheet: SurveySheet, written: list[str]) -> list[Any]:
    """What others wrote, sheets first: read by the platform over everything; ``holders`` gives names or nothing."""
    on_sheets = (
        select(
            literal(0).label("registered"), SurveySite.id.label("row"), SurveySheet.unit_name.label("unit"),
            SurveySheet.review_path, SurveySheet.filing_path, SurveySheet.unit_id, SurveySite.chinese_domain,
            SurveySite.english_domain,
        )
        .join(SurveySheet, SurveySite.sheet_id == SurveySheet.id)
        .where(
            or_(SurveySite.chinese_domain.in_(written), SurveySite.english_domain.in_(written)),
            SurveySheet.state.in_(_HANDED_IN),
            SurveySheet.id != sheet.id,
            or_(SurveySheet.unit_id != sheet.unit_id, SurveySheet.campaign_id == sheet.campaign_id),
        )
    )  # fmt: skip
    in_register = (
        select(
            literal(1), Site.id, Unit.name, Site.review_path, Site.filing_path, Site.unit_id, Site.chinese_domain,
            Site.english_domain,
        )
        .join(Unit, Unit.id == Site.unit_id)
        .where(
            or_(Site.chinese_domain.in_(written), Site.english_domain.in_(written)),
            Site.active.is_(True),
            Site.unit_id != sheet.unit_id,
        )
    )  # fmt: skip
    both = union_all(on_sheets, in_register).subquery("written")
    statement = select(both).order_by(both.c.registered, both.c.row).limit(MOST)
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)), db.session.no_autoflush:
        return list(db.session.execute(statement).all())
