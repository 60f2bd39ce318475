"""Reading posted forms of this room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask import request
from sqlalchemy.orm.exc import StaleDataError

from app.foundation.admin import conflicts
from app.foundation.database import transaction
from app.kernel.errors import N_, Finding, Invalid, Refusal, Stale
from app.plugins.applications.models import Application

STALE = N_("他人在您打开页面之后改动了本件，本次没有写入。您填写的内容仍在页面上，请核对最新情况后再次提交。")


def text(name: str) -> str:
    """One field as typed, trimmed."""
    return request.form.get(name, "").strip()


def texts() -> dict[str, str]:
    """Everything that was typed, to be shown again."""
    return {name: value for name, value in request.form.items() if name not in {"csrf_token", "version"}}


def listed(name: str) -> list[str]:
    """The values of a group of check boxes."""
    return request.form.getlist(name)


def day(name: str) -> date:
    """A date field.

    Raises:
        Invalid: not a date.
    """
    try:
        return date.fromisoformat(text(name))
    except ValueError:
        raise Invalid([Finding(name, N_("请按“年-月-日”填写日期，例如 2014-11-28。"), code="date")]) from None


def number(name: str) -> int:
    """A small whole number.

    Raises:
        Invalid: not a number.
    """
    typed = text(name)
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
        raise Invalid([Finding(name, N_("请填写数字。"), code="number")])
    return int(typed)


def ensure_fresh(application: Application) -> None:
    """Refuse what was typed over a page that somebody else has since made old.

    Raises:
        Stale: the version in the form is not the row's.
    """
    seen = request.form.get("version")
    if (seen is not None and seen != str(application.version)) or conflicts.unsettled():
        raise Stale("application-stale", STALE)


@contextmanager
def attempt() -> Iterator[None]:
    """``transaction()``, with a lost race told as the refusal it is."""
    try:
        with transaction():
            yield
    except StaleDataError as error:
        raise Stale("application-stale", STALE) from error


def findings_of(refusal: Refusal) -> list[Finding]:
    """What a refused form shows on top and beside its fields."""
    return list(refusal.findings) if isinstance(refusal, Invalid) else [refusal.finding()]


def answered(do: Callable[[], Any], again: Callable[[Refusal], Any]) -> Any:
    """Do it; a rule's "no" shows the page again with what was typed. Unseen and not allowed go to the error pages."""
    try:
        return do()
    except Refusal as refusal:
        if refusal.status in {403, 404}:
            raise
        return again(refusal), refusal.status
