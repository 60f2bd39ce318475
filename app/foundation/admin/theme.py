"""The look: templates that stand before Flask-AppBuilder's own, static files, filters and error pages."""

from __future__ import annotations

from flask import Blueprint, Flask

from app.foundation.admin import errors, filters

blueprint = Blueprint(
    "bianban",
    __name__,
    template_folder="templates",
    static_folder="static/bianban",
    static_url_path="/static/bianban",
)


def register(app: Flask) -> None:
    """Call before ``AppBuilder(…)``: Flask asks blueprints for a template in the order they came."""
    app.register_blueprint(blueprint)
    filters.register(app)
    errors.register(app)
