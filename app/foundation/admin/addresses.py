"""Addresses a template asks for: this page with something changed, the menu entry it stands under, signing in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request, url_for

# Arguments of ``url_for`` itself: in an address they mean nothing, and must not reach it.
MEANT_FOR_URL_FOR = frozenset({"endpoint", "_anchor", "_method", "_scheme", "_external"})


def query_kept() -> dict[str, list[str]]:
    """The query arguments of the present address, as ``url_for`` takes them."""
    given = request.args.to_dict(flat=False)
    return {name: value for name, value in given.items() if name not in MEANT_FOR_URL_FOR}


def url_with(**changes: object) -> str:
    """The address of this page with some query arguments changed; None removes one."""
    query: dict[str, Any] = {**query_kept(), **changes}
    kept = {name: value for name, value in query.items() if value is not None}
    return url_for(str(request.endpoint), **{**kept, **(request.view_args or {})})


def fab() -> Any:
    """The AppBuilder of this application."""
    return current_app.extensions["appbuilder"]


def current_view() -> Any:
    """The view that answers this request, or None on pages of nobody's."""
    return next(
        (view for view in fab().baseviews if getattr(view, "endpoint", None) == request.blueprint), None
    )


def menu_urls(items: Iterable[Any]) -> list[str]:
    """Every address in FAB's menu data, in order."""
    found: list[str] = []
    for item in items:
        if isinstance(item, Mapping):
            found.extend(menu_urls(item["childs"]) if "childs" in item else [str(item.get("url", ""))])
    return found


def closest(urls: Iterable[str]) -> str:
    """Of all menu addresses the one that stands for this page: the longest that leads here, or none."""
    return max((url for url in urls if _leads_here(url)), key=len, default="")


def _leads_here(url: str) -> bool:
    """The page itself, or one below the list it belongs to (``/units/list/`` stands for ``/units/show/3``)."""
    base = url.split("?", 1)[0]
    stem = base.removesuffix("list/").rstrip("/")
    return bool(base) and (base == request.path or (bool(stem) and request.path.startswith(stem + "/")))


def accepts_post(url: str) -> bool:
    """Whether an address answers POST: signing out is a form where it may be, a link where it must be."""
    return "POST" in current_app.url_map.bind("").allowed_methods(url.split("?", 1)[0])


def sign_in_url() -> str:
    """The sign-in page, which brings the person back here."""
    return f"{fab().get_url_for_login}?{urlencode({'next': request.full_path.rstrip('?')})}"


GLOBALS: dict[str, Callable[..., Any]] = {
    "url_with": url_with,
    "fab": fab,
    "current_view": current_view,
    "closest": closest,
    "menu_urls": menu_urls,
    "accepts_post": accepts_post,
    "sign_in_url": sign_in_url,
}
