"""审核办理."""

from __future__ import annotations

from app.foundation.plugin import Plugin


class WorklistPlugin(Plugin):
    """An office's queue: what waits, what is done, what one has had in hand; late cases seen from above."""

    name = "worklist"
    title = "审核办理"
    requires = ("applications", "exchange")
