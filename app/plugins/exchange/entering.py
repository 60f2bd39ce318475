"""What the forms of the register carry, read strictly, and entered: an envelope for each unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Finding, Invalid
from app.plugins.applications import dossier
from app.plugins.applications.models import Application
from app.plugins.applications.views import posted
from app.plugins.exchange import labels, queries, service
from app.plugins.exchange.models import THINGS_IN, ExchangeEntry
from app.plugins.exchange.queries import Asked
from app.plugins.exchange.rules import Envelope, Paper, at


def asked() -> Asked:
    """The part of the book an address names.

    Raises:
        BadArgument: a direction or a year that is none.
    """
    direction = arguments.offered("direction", labels.BOOK)
    raw = request.args.get("year", "").strip()
    year = arguments.key(raw) if raw else None
    if raw and (year is None or not 1900 < year < 2200):
        raise arguments.BadArgument("year", N_("参数“%(name)s”没有这个选项。"))
    return Asked(direction, year, request.args.get("q", "").strip()[: arguments.TEXT_MAX])


def args(asked: Asked, **more: Any) -> dict[str, Any]:
    """The address of a part of the book."""
    said = {"direction": asked.direction, "year": asked.year, "q": asked.text, **more}
    return {name: value or None for name, value in said.items()}


def chosen(raw: Iterable[str]) -> list[Application]:
    """The ticked cases, each of them the actor's office's own.

    Raises:
        NotSeen, AccessDenied: one is not. BadArgument: too many.
    """
    found = [arguments.key(one) for one in dict.fromkeys(raw)]
    if len(found) > arguments.LIST_MAX:
        raise arguments.BadArgument("application", N_("一次最多办理 %(most)s 条。"), most=arguments.LIST_MAX)
    keys = [one for one in found if one is not None]
    if len(keys) != len(found):
        raise arguments.unseen()
    rows = queries.chosen(keys) if keys else []
    for row in rows:
        access.require(current_actor(), "exchange", "register", row)
    return rows


def office_of(rows: Sequence[Application]) -> Office:
    """Whose register it is: the cases' office, else the actor's own."""
    return dossier.reviewing_office(rows[0]) if rows else queries.own_office(current_actor())


def by_unit_of(rows: Sequence[Application]) -> list[tuple[int, list[Application]]]:
    """The cases of each unit, in the order given."""
    groups: dict[int, list[Application]] = {}
    for row in rows:
        groups.setdefault(row.unit_id, []).append(row)
    return list(groups.items())


def _copies(name: str) -> tuple[int, list[Finding]]:
    typed = posted.text(name)
    if not typed:
        return 0, []
    if typed.isascii() and typed.isdigit() and len(typed) <= 3:
        return int(typed), []
    return 0, [Finding(name, N_("请填写数字。"), code="number")]


def _papers_in(row: Application) -> tuple[list[Paper], list[Finding]]:
    """What was typed for a case; nothing or nought is nothing."""
    sealed, mismatch = bool(posted.text(at("sealed", row.id))), posted.text(at("mismatch", row.id))
    papers, found = list[Paper](), list[Finding]()
    for what in THINGS_IN:
        copies, wrong = _copies(at(what, row.id))
        found += wrong
        if copies:
            papers.append(Paper(what, copies, sealed, mismatch))
    return papers, found


def _papers_out(row: Application) -> tuple[list[Paper], list[Finding]]:
    what = posted.text(at("what", row.id))
    copies, found = _copies(at("copies", row.id))
    if what not in labels.THING:
        return [], [*found, Finding(at("what", row.id), N_("请选择寄发的书面材料。"), code="what-missing")]
    return [Paper(what, copies)], found


def receive(rows: Sequence[Application]) -> list[ExchangeEntry]:
    """An envelope for each unit; everything that is wrong with any of them is said at once."""
    actor, made, found = current_actor(), list[ExchangeEntry](), list[Finding]()
    if not rows:
        raise Invalid([Finding("application", N_("请勾选收到书面材料的申请。"), code="nobody")])
    day, means, note = posted.day("day"), posted.text("means"), posted.text("note")
    for unit_id, group in by_unit_of(rows):
        contents, wrong = [], []
        for row in group:
            papers, unread = _papers_in(row)
            contents.append((row, papers))
            wrong += unread
        slip = posted.text(at("slip", unit_id))
        outside = Envelope("in", day, means, group[0].organ_name, slip, note)
        try:
            if wrong:
                raise Invalid(wrong)
            made.append(service.receive(dossier.reviewing_office(group[0]), outside, contents, actor=actor))
            for row in group:
                upload = request.files.get(at("scan", row.id))
                if upload is not None and upload.filename:
                    service.scan(row, upload.stream, upload.filename, actor=actor)
        except Invalid as invalid:
            found += invalid.findings
    if found:
        raise Invalid([one for place, one in enumerate(found) if one not in found[:place]])
    return made


def _counterpart(to: str, group: Sequence[Application]) -> str:
    """Whom the envelope goes to, by name."""
    if to == "unit":
        return group[0].organ_name if group else ""
    return posted.text("counterpart") if to == "named" else str(labels.COUNTERPART[to])


def send(rows: Sequence[Application]) -> list[ExchangeEntry]:
    """The same for what goes out: an envelope for each unit, or one for somebody else."""
    actor, made = current_actor(), list[ExchangeEntry]()
    day, means, to = posted.day("day"), posted.text("means"), posted.text("to")
    slip, note = posted.text("slip"), posted.text("note")
    if to not in labels.COUNTERPART:
        raise Invalid([Finding("to", N_("请选择寄给谁。"), code="to-missing")])
    found: list[Finding] = []
    contents = []
    for row in rows:
        papers, unread = _papers_out(row)
        contents.append((row, papers))
        found += unread
    if found:
        raise Invalid(found)
    by_unit = by_unit_of(rows) if to == "unit" and rows else [(0, list(rows))]
    for _unit_id, group in by_unit:
        name = _counterpart(to, group)
        outside = Envelope("out", day, means, name, slip, note)
        picked = [(row, papers) for row, papers in contents if row in group]
        made.append(service.send(office_of(group), outside, picked, actor=actor))
    return made
