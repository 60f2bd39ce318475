"""Is a bylaw fit to be published: facts in, findings out (S29); pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.kernel.errors import N_, Finding, Invalid

LONGEST = {"title": 120, "document": 60, "text": 20_000}
REASON_LONGEST = 500


@dataclass(frozen=True, slots=True)
class BylawEntry:
    """A bylaw as filled in."""

    title: str = ""
    document: str = ""
    issued_on: date | None = None
    effective_on: date | None = None
    text: str = ""


def storable(entry: BylawEntry) -> Iterator[Finding]:
    """What cannot even be kept in a draft."""
    if not entry.title.strip():
        yield Finding("title", N_("请填写细则名称。"), code="empty")
    for field, longest in LONGEST.items():
        if len(getattr(entry, field)) > longest:
            yield Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": longest})


def publishable(entry: BylawEntry, *, filed: bool) -> Iterator[Finding]:
    """What keeps a draft from being published.

    Args:
        filed: whether a file was uploaded.
    """
    yield from storable(entry)
    if not entry.document.strip():
        yield Finding("document", N_("请填写文号。"), code="empty")
    if entry.issued_on is None:
        yield Finding("issued_on", N_("请填写印发日期，例如 2014-12-01。"), code="empty")
    if entry.effective_on is None:
        yield Finding("effective_on", N_("请填写施行日期，例如 2014-12-01。"), code="empty")
    elif entry.issued_on is not None and entry.effective_on < entry.issued_on:
        yield Finding("effective_on", N_("施行日期不能早于印发日期。"), code="effective-early")
    if not entry.text.strip() and not filed:
        yield Finding("text", N_("请填写正文，或者上传文件。"), code="text-missing")


def ensure(findings: Iterator[Finding]) -> None:
    """Raises:
    Invalid: there are findings.
    """
    if found := list(findings):
        raise Invalid(found)


def ensure_reason(reason: str) -> str:
    """Why a bylaw is withdrawn, trimmed.

    Raises:
        Invalid: none is given, or it is too long.
    """
    said = reason.strip()
    if not said:
        raise Invalid([Finding("reason", N_("请写明废止的理由。"), code="reason-empty")])
    if len(said) > REASON_LONGEST:
        long = N_("理由不超过 %(n)s 个字。")
        raise Invalid([Finding("reason", long, code="reason-long", params={"n": REASON_LONGEST})])
    return said
