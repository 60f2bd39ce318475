"""What a session remembers for its person: the filters of each list, and the pages to go back to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import request, session
from werkzeug.datastructures import MultiDict

from app.foundation.admin.arguments import BadArgument

ALL = "_all"
LISTS = "lists"
PAGES = "page_history"
LISTS_KEPT = 5
PAGES_KEPT = 5
LONGEST = 200

Read = TypeVar("Read")


def list_arguments(
    view: str, read: Callable[[MultiDict[str, str]], Read]
) -> tuple[MultiDict[str, str], Read]:
    """The arguments a list stands on and what ``read`` makes of them: the address's own, or the remembered filters.

    An address with any argument speaks for itself; a bare one brings the last filters back; ``_all`` forgets them.

    Raises:
        BadArgument: the address is wrong (remembered filters that went stale are dropped instead).
    """
    asked: MultiDict[str, str] = MultiDict(request.args)
    if asked:
        found = read(asked)
        _remember(view, asked)
        return asked, found
    kept: MultiDict[str, str] = MultiDict(parse_qsl(session.get(LISTS, {}).get(view, "")))
    try:
        return kept, read(kept)
    except BadArgument:
        _remember(view, asked)
        return asked, read(asked)


def _remember(view: str, args: MultiDict[str, str]) -> None:
    own = (f"_oc_{view}", f"_od_{view}", f"psize_{view}")
    kept = [(n, v) for n, v in args.items(multi=True) if v and (n.startswith("_flt_") or n in own)]
    text = urlencode(kept)
    lists = {name: value for name, value in session.get(LISTS, {}).items() if name != view}
    if text and len(text) <= LONGEST and ALL not in args:
        lists[view] = text
    trimmed = dict(list(lists.items())[-LISTS_KEPT:])
    if trimmed != session.get(LISTS, {}):
        session[LISTS] = trimmed


def visit() -> None:
    """Remember the page being shown as one to go back to (an address on this server, never another)."""
    query = request.query_string.decode("ascii", "ignore")
    page = request.script_root + request.path + (f"?{query}" if query and len(query) <= LONGEST else "")
    pages = list(session.get(PAGES, []))
    if len(page) <= 2 * LONGEST and pages[-1:] != [page]:
        session[PAGES] = [*pages, page][-PAGES_KEPT:]


def last_page() -> str | None:
    """The page shown last that is not the address being answered."""
    here = request.script_root + request.path
    for page in reversed(session.get(PAGES, [])):
        if urlsplit(str(page)).path != here:
            return str(page)
    return None
