"""结果通报和停止解析."""

from __future__ import annotations

from app.foundation.plugin import Plugin


class ResultsPlugin(Plugin):
    """What the registries are told of each result, and orders to stop resolution (C-art.9, C-art.11, P-3.4)."""

    name = "results"
    title = "结果通报和停止解析"
    requires = ("applications", "registry", "lapses")
