"""What the register shows on the page of a case: its envelopes, the scans, and where to enter more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from flask import g, has_request_context

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.files import StoredFile
from app.plugins.applications.models import Application
from app.plugins.exchange import labels, queries, rules, service
from app.plugins.exchange.models import ExchangeEntry, ExchangeLine


def _lines(application: Application) -> list[ExchangeLine]:
    """What the book holds of a case: read once for both parts of a page."""
    kept: tuple[Application, list[ExchangeLine]] | None = (
        g.get("exchange_lines") if has_request_context() else None
    )
    if kept is not None and kept[0] is application:
        return kept[1]
    found = queries.of_application(application)
    if has_request_context():
        g.exchange_lines = (application, found)
    return found


@dataclass(frozen=True)
class Shown:
    """The panel's content: envelopes with the lines of this case, newest first."""

    envelopes: Sequence[tuple[ExchangeEntry, str, list[ExchangeLine]]]
    scans: Sequence[StoredFile]
    scans_open: bool
    may_scan: bool
    may_remove: bool
    may_receive: bool
    may_send: bool
    words: Mapping[str, Any] = field(default_factory=lambda: labels.THING)


def build(application: Application, actor: Actor) -> Shown | None:
    """For those who read the office's book; nothing before anything could be in it. Two statements at most."""
    if not (application.decisions and access.can(actor, "exchange", "see", application)):
        return None
    lines = _lines(application)
    keeps = access.can(actor, "exchange", "register", application)
    scanned = application.state in service.SCANNED
    receives, sends = application.state in rules.TAKES_PAPER, application.state in rules.OUT
    if not lines and not (receives or sends):
        return None
    return Shown(
        envelopes=[
            (entry, labels.number_of(entry.direction, entry.year, entry.serial), list(some))
            for entry, some in groupby(lines, key=lambda line: line.entry)
        ],
        scans=service.scans(application) if scanned else (),
        scans_open=access.can(actor, "material", "see", application),
        may_scan=keeps and scanned and bool(application.receipts),
        may_remove=keeps and application.state == "paper_review",
        may_receive=keeps and receives,
        may_send=keeps and sends,
    )


def mismatches(application: Application, actor: Actor) -> list[str] | None:
    """What does not agree in the paper of the present round, beside the decision; one statement, shared with the panel."""
    if application.state != "paper_review" or not access.can(actor, "exchange", "see", application):
        return None
    lines = _lines(application)
    said = [one.mismatch for one in lines if one.mismatch and one.round == application.round]
    return list(dict.fromkeys(said)) or None
