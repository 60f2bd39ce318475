"""``/``: where somebody lands."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, redirect, url_for
from flask_appbuilder import IndexView, expose

from app.foundation import access

LANDING = "bianban.landing"


class HomeView(IndexView):
    """Signed in: the desk. Otherwise the public home, or the sign-in page while no portal is enabled."""

    public = True

    @expose("/")
    def index(self) -> Any:
        signed_in = access.current_actor().person_id is not None
        landing = current_app.extensions.get(LANDING, {})
        endpoint = landing.get("desk" if signed_in else "public")
        if endpoint is None and signed_in:
            abort(404)
        return redirect(url_for(endpoint or "SignInView.login"))


def land(app: Any, who: str, endpoint: str) -> None:
    """Let a plugin say where ``desk`` (signed in) or ``public`` visitors land."""
    app.extensions.setdefault(LANDING, {})[who] = endpoint
