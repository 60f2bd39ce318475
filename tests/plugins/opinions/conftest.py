"""The applications' country, with the city's and the county's consulted desks."""

from __future__ import annotations

from tests.plugins.applications.conftest import app, browse, built, country

__all__ = ["app", "browse", "built", "country"]
