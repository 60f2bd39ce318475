"""The applications room's country: it holds units, offices and registered names."""

from tests.plugins.applications.conftest import app, browse, built, country

__all__ = ["app", "browse", "built", "country"]
