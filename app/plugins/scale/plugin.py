"""规模测试."""

from __future__ import annotations

from flask import Flask

from app.foundation.plugin import Plugin
from app.plugins.scale.cli import scale_cli


class ScalePlugin(Plugin):
    """A made-up national data set for measuring; it has no page of its own and no place in production."""

    name = "scale"
    title = "规模测试"
    requires = ("demo",)

    def init_app(self, app: Flask) -> None:
        if app.config["ENV_NAME"] == "production":
            raise RuntimeError("made-up data has no place in production")
        app.cli.add_command(scale_cli)
