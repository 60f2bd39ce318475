"""The ground of campaigns and surveys, and sheets on it."""

from __future__ import annotations

from tests.plugins.surveys.collated import _collated, browse, city, person, statements
from tests.plugins.surveys.ground import acting, app, ground, shared_app, sign_in

__all__ = ["_collated", "acting", "app", "browse", "city", "ground", "person", "shared_app", "sign_in", "statements"]
