"""党政机关网站审核管理平台."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from app import config as settings
from app.foundation import host, plugin


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Configure, load the plugins, bind Flask-AppBuilder. Nothing else wires.

    Args:
        config: overrides on top of the environment's settings.

    Raises:
        ConfigError, PolicyError, PluginError, ViewRefused: the start stops and says what is wrong.
    """
    app = Flask(__name__)
    app.config.from_mapping(settings.load())
    app.config.from_mapping(config or {})
    host.prepare(app)
    plugins = plugin.start(app, app.config["PLUGINS"])
    host.bind(app, plugins)
    return app
