"""The ground that campaigns share with surveys."""

from __future__ import annotations

from tests.plugins.surveys.ground import acting, app, ground, shared_app, sign_in

__all__ = ["acting", "app", "ground", "shared_app", "sign_in"]
