"""What the forms of drafts send, as values of the verbs; what a page can never send is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from app.foundation.admin.arguments import BadArgument
from app.kernel.errors import N_, Finding, Invalid
from app.plugins.campaigns.checking import FIXED, MODES
from app.plugins.campaigns.models import ANY, KINDS, TRACKS

LINES = ("label", "source", "deliver_to", "copy_to", "reason", "due", "kind", "track", "mode")
EMPTY_STEP: Mapping[str, Any] = {
    **dict.fromkeys(LINES, ""), "kind": "survey", "track": ANY, "mode": FIXED, "groups": [],
}  # fmt: skip


def day(typed: str, field: str = "due") -> date | None:
    """A date as a browser or a person writes it.

    Raises:
        Invalid: something was written that is no date.
    """
    if not typed:
        return None
    try:
        return date.fromisoformat(typed.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise Invalid([Finding(field, N_("日期请按“2014-11-21”填写。"), code="due-format")]) from None


def heading(form: MultiDict[str, str]) -> dict[str, Any]:
    """The fields of the heading as they were typed."""
    single = ("document", "title", "short_title", "carries_out", "seal_source", "issued_on")
    typed = {name: " ".join(form.get(name, "").split()) for name in single if name in form}
    return typed | {
        name: form[name].replace("\r\n", "\n").strip() for name in ("text", "summary") if name in form
    }


def dated(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The same with its day as a date.

    Raises:
        Invalid: the day is none.
    """
    return (
        {**typed, "issued_on": day(typed["issued_on"], "issued_on")} if "issued_on" in typed else dict(typed)
    )


def step(form: MultiDict[str, str]) -> dict[str, Any]:
    """The fields of a step as they were typed."""
    return {**{name: form.get(name, "").strip() for name in LINES}, "groups": form.getlist("groups")}


def checked(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The same with only words that are known, and the date in ISO form.

    Raises:
        BadArgument: a kind, track or mode there is none of. Invalid: no date.
    """
    for name, known in (("kind", KINDS), ("track", TRACKS), ("mode", MODES)):
        if typed[name] not in known:
            raise BadArgument(name, N_("“%(name)s”的取值不在可选范围内。"))
    due = day(typed["due"])
    return {**typed, "due": due.isoformat() if due is not None else ""}
