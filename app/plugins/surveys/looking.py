"""What is said beside a field while a sheet is typed: what is wrong, what to check, and what the platform will write."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.foundation.access import Actor
from app.foundation.admin.filters import words
from app.kernel import domains
from app.kernel.errors import Finding, Refusal
from app.plugins.surveys import doubles, queries, rules
from app.plugins.surveys.forms import SITE, Typed
from app.plugins.surveys.models import SurveySheet
from app.plugins.surveys.rules import NOTHING, SheetEntry

_ROW = re.compile(r"sites-([0-9]+)-(.+)\Z")


@dataclass
class Look:
    """By field: ``errors`` keep the sheet from being handed in, ``warnings`` are to be checked, ``notes`` inform."""

    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def look(sheet: SurveySheet, typed: Typed, *, actor: Actor) -> Look:
    """Judge what is typed so far; a field nothing is typed in has nothing wrong with it yet."""
    places = [place for place, row in enumerate(typed.rows) if any(row[name].strip() for name in SITE)]
    entry = typed.entry()
    found, clean = rules.examine(entry, queries.circumstances(sheet))
    seen = Look(notes=dict(_moved(notes(entry, clean), places)))
    for finding in [*typed.unreadable(), *found]:
        if _written(finding, typed, entry):
            seen.errors.setdefault(_place(finding.field, places), words(finding))
    for finding in doubles.of(sheet, clean, actor=actor):
        seen.warnings.setdefault(_place(finding.field, places), words(finding))
    return seen


def notes(entry: SheetEntry, clean: SheetEntry) -> Iterator[tuple[str, str]]:
    """How what was typed will be written: the phone with its area code, domains as the network carries them."""
    if clean.phone != entry.phone and clean.phone:
        yield "phone", str(_("将记为 %(value)s", value=clean.phone))
    for number, site in enumerate(clean.sites):
        for name in ("chinese_domain", "english_domain"):
            carried = _carried(getattr(site, name))
            if carried:
                yield f"sites-{number}-{name}", str(_("网络编码 %(value)s", value=carried))
        kind = _kind(site.ip)
        if kind:
            yield f"sites-{number}-ip", kind


def _carried(domain: str) -> str:
    """The punycode of a domain that has one."""
    if not domain or domain == NOTHING:
        return ""
    try:
        carried = domains.host(domain).ascii
    except Refusal:
        return ""
    return carried if carried != domain.lower() else ""


def _kind(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(_("IPv%(version)s 地址，记为 %(value)s", version=found.version, value=found))


def _written(finding: Finding, typed: Typed, entry: SheetEntry) -> bool:
    """Whether there is something in the field that is judged."""
    match = _ROW.match(finding.field)
    if match is not None:
        return bool(getattr(entry.sites[int(match[1])], match[2]))
    return bool(typed.values.get(finding.field, "").strip() or typed.flags.get(finding.field))


def _place(name: str, places: list[int]) -> str:
    """The field as it stands on the page, where blank rows are counted too."""
    match = _ROW.match(name)
    return f"sites-{places[int(match[1])]}-{match[2]}" if match is not None else name


def _moved(found: Iterator[tuple[str, str]], places: list[int]) -> Iterator[tuple[str, str]]:
    return ((_place(name, places), text) for name, text in found)
