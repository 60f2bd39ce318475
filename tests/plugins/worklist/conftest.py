"""The country of the applications' tests."""

from __future__ import annotations

from tests.plugins.applications.conftest import app, browse, built, country

__all__ = ["app", "browse", "built", "country"]
