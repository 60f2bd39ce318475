"""Why an application has come to its end, for each of its four ends (C-art.8, 9, 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.foundation import audit
from app.foundation.access import Actor
from app.foundation.audit import Entry
from app.plugins.applications import reasons
from app.plugins.applications.models import ENDS, Application, ReviewDecision
from app.plugins.applications.panels import Panel

_DECIDED = {"refused": "refused", "ineligible": "ineligible", "badged": "approved"}


@dataclass(frozen=True)
class Ending:
    """How it ended, why, when and by whom; ``reasons`` are the coded ones, ``words`` what was written."""

    state: str
    why: str
    words: str
    reasons: Sequence[reasons.Reason]
    at: datetime | None
    by: str


def of(application: Application, course: Sequence[Entry] | None = None) -> Ending | None:
    """The end of an application; None while it is under way.

    Args:
        course: its record, newest first; read where it is needed and not given.
    """
    if application.state not in ENDS:
        return None
    if application.state == "withdrawn":
        entries = audit.timeline(application) if course is None else course
        return _withdrawn(application, entries)
    decision = _decision(application, _DECIDED[application.state])
    named = reasons.named(decision.outcome, decision.reasons) if decision is not None else []
    return Ending(
        application.state,
        _why(application.state),
        decision.words if decision is not None else "",
        [one for one in named if one.code != reasons.OTHER],
        application.closed_at,
        decision.decided_by if decision is not None else "",
    )


def _why(state: str) -> str:
    said: dict[str, Any] = {
        "badged": _("书面审核通过，注册管理中心已核发标识（办法第九条、第十三条）。"),
        "refused": _("书面审核未通过，理由已函告申请单位（办法第九条）。"),
        "ineligible": _("不具备开办资格，理由已告知申请单位（办法第八条）。"),
    }
    return str(said[state])


def _decision(application: Application, outcome: str) -> ReviewDecision | None:
    return next((one for one in reversed(application.decisions) if one.outcome == outcome), None)


def _withdrawn(application: Application, entries: Sequence[Entry]) -> Ending:
    entry = next((one for one in entries if one.verb == "application.withdrawn"), None)
    words = entry.reason if entry is not None else ""
    why = _("申请单位撤回申请。") if words else _("申请单位撤回申请，没有写明理由。")
    return Ending("withdrawn", str(why), words, (), application.closed_at, entry.person if entry else "")


def _build(application: Application, _actor: Actor) -> Ending | None:
    return of(application)


ENDING = Panel("ending", "side", 5, _build, "applications/_ending.html")
