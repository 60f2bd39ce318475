"""One act on each of the rows ticked: one that needs none does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import flash

from app.foundation.admin import arguments
from app.foundation.admin.filters import words
from app.foundation.database import transaction
from app.kernel.errors import WrongState

Found = TypeVar("Found")


def each(
    field: str,
    find: Callable[[int], Found],
    act: Callable[[Found], Any],
    *,
    name: Callable[[Found], str],
    done: Callable[[int], str],
    nothing: str,
) -> None:
    """Act on every row ticked in ``field``, each in a transaction of its own, and say what became of them.

    Args:
        name: of a row for which it was refused. done: the words for so many. nothing: where none was ticked.

    Raises:
        BadArgument: too many. NotSeen: one is not there for the actor. AccessDenied: one is not his to act on.
    """
    keys, count, said = arguments.ticked(field), 0, []
    for key in keys:
        try:
            with transaction():
                row = find(key)
                act(row)
            count += 1
        except WrongState as refusal:
            said.append(f"{name(row)}：{words(refusal)}")
    if count:
        flash(done(count), "success")
    for text in said:
        flash(text, "warning")
    if not keys:
        flash(nothing, "warning")
