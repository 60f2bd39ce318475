"""Before any page: what a session still owes (a new password, a second factor) comes first."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.foundation import access, clock
from app.foundation.admin.errors import wants_json
from app.foundation.database import transaction
from app.foundation.signing import entry, factors, sessions
from app.foundation.signing.rules import rules_of

PAGES = {"password": "SignInView.change", "factor": "SignInView.enrol"}
OPEN = frozenset(
    {
        *PAGES.values(),
        "SignInView.login",
        "SignInView.logout",
        "SignInView.stay",
        "LocaleView.index",
        "health.healthz",
        "metrics.metrics",
        "static",
    }
)
QUIET = "X-Bianban-Quiet"


def held() -> sessions.Held | None:
    """The session this request came in, when it counts; asking for the person is what looks it up."""
    return known() if current_user.is_authenticated else None


def known() -> sessions.Held | None:
    """The session, where the person was asked for already; a public page does not ask."""
    found: sessions.Held | None = g.get("sign_in_session")
    return found


def is_use() -> bool:
    """Whether a request is somebody using the system, not a page saving or asking by itself."""
    return QUIET not in request.headers


def screen(app: Flask) -> Any:
    """Send a session that owes something to the page where it is done; other systems are told."""
    endpoint = request.endpoint or "static"
    if (
        endpoint in OPEN
        or endpoint.endswith(".static")
        or app.config["SESSION_COOKIE_NAME"] not in request.cookies
    ):
        return None
    session = held()
    if session is None:
        return None
    pending = session.pending
    actor = access.current_actor()
    if factors.office_posts(actor) != session.posts:
        pending = _look_again(session.id)
    if pending is None:
        return None
    if wants_json():
        response = jsonify(
            message=_("请先在网页上完成登录设置，再继续办理。"), code=f"owed-{pending}", field=None
        )
        response.status_code = 403
        return response
    return redirect(url_for(PAGES[pending]))


def _look_again(session_id: int) -> str | None:
    """Posts changed since the session was opened: does one of them ask for a second factor?"""
    actor = access.current_actor()
    with transaction(aside=True):
        pending = entry.owed(g.user, actor)
        sessions.settle(session_id, pending=pending, posts=factors.office_posts(actor))
    return pending


def lacks_factor(session: sessions.Held) -> bool:
    """Whether a post given since a token was handed out asks for a second factor that it was not given with."""
    actor = access.current_actor()
    changed = factors.office_posts(actor) != session.posts
    return changed and not session.two_factor and factors.required(actor)


def session_clock() -> dict[str, Any] | None:
    """When this page's session ends: for the footer, and for the script that warns (times in seconds from now)."""
    session = known()
    if session is None or session.kind != "browser":
        return None
    now = clock.wall()
    return {
        "idle_end": session.expires_at,
        "ends_at": session.ends_at,
        "idle_minutes": session.idle_minutes,
        "seconds": max(0, int((session.expires_at - now).total_seconds())),
        "last": max(0, int((session.ends_at - now).total_seconds())),
    }


def register(app: Flask) -> None:
    """Call after ``AppBuilder(…)``: it must know who asks."""
    app.before_request(lambda: screen(app))
    app.context_processor(
        lambda: {"session_clock": session_clock(), "warn_minutes": rules_of(app).session.warn_minutes}
    )
