"""机要交换登记."""

from __future__ import annotations

from app.foundation.plugin import Plugin


class ExchangePlugin(Plugin):
    """The register of sealed paper that came in and went out (C-art.8, C-art.9)."""

    name = "exchange"
    title = "机要交换登记"
    requires = ("applications",)
