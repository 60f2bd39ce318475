"""Cross-site request forgery: whatever a cookie authenticates needs the page's token; a bearer token does not.

A browser adds a cookie by itself, but never an ``Authorization: Bearer`` header: only a program that holds the token
sends one. Where both come, the cookie would count, so the page's token is asked for.
"""

from __future__ import annotations

from flask import Flask, request, session
from flask_wtf.csrf import CSRFProtect


class Protection(CSRFProtect):
    """Flask-WTF's check over every unsafe method, APIs included; nothing is exempt by being an API."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Check this request.

        Raises:
            CSRFError: the token is missing, not this session's, or the page came from elsewhere.
        """
        if apply_exemptions and by_token_alone():
            return
        super().protect(apply_exemptions=apply_exemptions)


def by_token_alone() -> bool:
    """Whether the request carries a bearer token and no signed-in session."""
    held = request.authorization
    return held is not None and held.type == "bearer" and "_user_id" not in session


def register(app: Flask) -> None:
    """Protect the whole application."""
    Protection(app)
