"""演示数据."""

from __future__ import annotations

from flask import Flask

from app.foundation.plugin import Plugin
from app.plugins.demo.cli import demo_cli


class DemoPlugin(Plugin):
    """Demo data of the notice; a production start refuses its accounts."""

    name = "demo"
    title = "演示"
    requires = ("portal", "desk", "messages", "letters")

    def init_app(self, app: Flask) -> None:
        if app.config["ENV_NAME"] == "production":
            raise RuntimeError("demo data has no place in production")
        app.cli.add_command(demo_cli)
