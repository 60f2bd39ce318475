"""What somebody pasted: an address of ours, or the number of an application, a badge or a unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import select
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter, RequestRedirect

from app.foundation.admin import access_map, targets
from app.foundation.admin.addresses import fab
from app.foundation.admin.arguments import INT_MAX, unclean
from app.foundation.admin.targets import Row
from app.foundation.database import db
from app.foundation.jurisdiction import FactColumns
from app.foundation.tenancy.models import Unit
from app.plugins.applications.models import Application
from app.plugins.badges import numbering
from app.plugins.badges.models import Badge

LONGEST = 300
_ACCOUNT = re.compile(r"[0-9]{8}\Z")
_APPLICATION = re.compile(r"[^\s/]{1,24}-[0-9]{4}-[0-9]{4,6}\Z")


@dataclass(frozen=True)
class Asked:
    """What a pasted text says, without looking at any row.

    Attributes:
        obj, act: the pair that decides; empty for pages open to everybody, or to everybody signed in.
        model, by, value: the row named, where one is.
        open_to: "public", "signed-in" or "".
    """

    obj: str = ""
    act: str = ""
    model: type[Any] | None = None
    by: str = "id"
    value: Any = None
    open_to: str = ""


def read(text: str) -> Asked | None:
    """What the text names, by its form alone; None when it is neither an address nor a number of ours."""
    text = unicodedata.normalize("NFKC", text).strip()
    if not text or len(text) > LONGEST or unclean(text):
        return None
    if text.startswith("/") or "://" in text:
        return _address(text)
    return _number(text)


def find(asked: Asked) -> Any:
    """The row, when whoever asks may see it: the row guard answers None for what is foreign and for what is not."""
    if asked.model is None:
        return None
    column: Any = getattr(asked.model, asked.by)
    return db.session.scalar(select(asked.model).where(column == asked.value).limit(1))


def _number(text: str) -> Asked | None:
    compact = text.replace(" ", "")
    forms: tuple[tuple[Callable[[str], Any], Asked], ...] = (
        (_ACCOUNT.match, Asked("unit", "see", Unit, "account", compact)),
        (
            lambda said: numbering.is_number(numbering.normalise(said)),
            Asked("badge", "see", Badge, "number", numbering.normalise(compact)),
        ),
        (_APPLICATION.match, Asked("application", "see", Application, "number", compact.upper())),
    )
    return next((asked for fits, asked in forms if fits(compact)), None)


def _address(text: str) -> Asked | None:
    """An address in whichever form it was copied; the host is not looked at, nothing is fetched."""
    try:
        path = unquote(urlsplit(text).path)
    except ValueError:
        return None
    found = _matched(current_app.url_map.bind(""), path)
    if found is None:
        return None
    endpoint, arguments = found
    owner, _dot, method = endpoint.rpartition(".")
    view = next((one for one in fab().baseviews if getattr(one, "endpoint", None) == owner), None)
    if view is None:
        return Asked(open_to="public")
    return _guarded(view, method, arguments)


def _matched(adapter: MapAdapter, path: str) -> tuple[str, dict[str, Any]] | None:
    for method in ("GET", "POST"):
        try:
            endpoint, arguments = adapter.match(path, method=method)
        except RequestRedirect as moved:
            return _matched(adapter, urlsplit(moved.new_url).path) if not path.endswith("/") else None
        except MethodNotAllowed:
            continue
        except HTTPException:
            return None
        return str(endpoint), dict(arguments)
    return None


def _guarded(view: Any, method: str, arguments: dict[str, Any]) -> Asked:
    model, by, value, act = _row(view, method, arguments)
    name = str(view.class_permission_name)
    if access_map.is_public(name) and not (model is not None and issubclass(model, FactColumns)):
        return Asked(open_to="public")
    if access_map.is_signed_in(name) and model is None:
        return Asked(open_to="signed-in")
    permission = dict(access_map.permissions(view)).get(method)
    pair = access_map.lookup(name, permission) if permission else None
    obj, guarding = pair or (str(getattr(model, "__obj__", "")), "see")
    if not obj:
        return Asked(open_to="public")
    return Asked(obj, act or guarding, model, by, value)


def _row(view: Any, method: str, arguments: dict[str, Any]) -> tuple[type[Any] | None, str, Any, str | None]:
    for name, value in arguments.items():
        target = targets.of(view, method, name)
        if not isinstance(target, Row):
            continue
        if target.by == "id":
            text = str(value)
            value = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else -1
            value = value if value <= INT_MAX else -1
        return target.model, target.by, value, target.act
    return None, "id", None, None
