"""文书."""

from __future__ import annotations

from app.foundation.plugin import Plugin


class LettersPlugin(Plugin):
    """Official documents: set from data, stored with their hash, made again on demand."""

    name = "letters"
    title = "文书"
    requires = ("applications", "exchange", "registry", "results", "badges")
