"""The ground of campaigns and surveys, and sheets on it."""

from __future__ import annotations

from tests.plugins.surveys.collated import browse, city, hall, person, statements
from tests.plugins.surveys.ground import acting, app, ground, shared_app, sign_in

__all__ = [
    "acting",
    "app",
    "browse",
    "city",
    "ground",
    "hall",
    "person",
    "shared_app",
    "sign_in",
    "statements",
]
