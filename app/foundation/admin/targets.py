"""Which rows a route names: by the arguments of its address, and by keys in its query or form.

A view says so in ``targets``: argument or field → model, ``Row`` where more is to be said, or the words an argument
may be. ``"method.name"`` goes before ``"name"``. Lists, forms and APIs over one table need not name their ``pk``.
The matrix test computes from it whose rows a route touches, so it stands beside the route, not in the test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """A row named in an address or form.

    Args:
        by: the column that is sent.
        act: what must be allowed on this row where it is not the page's own act (a campaign is only seen, the
            date is set for one's own office).
        enough: False where the verb asks for more than this row: then a refusal of an allowed row is no fault.
    """

    model: type[Any]
    by: str = "id"
    act: str | None = None
    enough: bool = True


Target = Row | tuple[str, ...]


def of(view: Any, method: str, name: str) -> Target | None:
    """What an argument or field of a method names; None when nobody said."""
    if method in {"action", "action_post"} and name == "name":
        return tuple(getattr(view, "actions", {}))
    if method == "lookup" and name == "column":
        return tuple(getattr(view, "lookups", {}))
    stated: Mapping[str, Any] = getattr(view, "targets", {})
    found = stated.get(f"{method}.{name}", stated.get(name))
    if found is None and name == "pk" and getattr(view, "datamodel", None) is not None:
        found = view.datamodel.obj
    return Row(found) if isinstance(found, type) else found


def fields(view: Any, method: str, arguments: frozenset[str]) -> dict[str, Row]:
    """The rows a method names in its query or form; ``arguments`` are those of all addresses of the view."""
    named: dict[str, Row] = {}
    for key in getattr(view, "targets", {}):
        owner, dot, name = key.rpartition(".")
        if (dot and owner != method) or name in arguments:
            continue
        found = of(view, method, name)
        if isinstance(found, Row):
            named[name] = found
    return named
