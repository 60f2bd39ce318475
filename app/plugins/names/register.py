"""The port: where the platform asks how a name stands. Another register can take the in-house one's place."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from flask import Flask, current_app

from app.plugins.names.rules import Standing

_KEY = "bianban.names.register"


class NameRegister(Protocol):
    """Answers for any unit and name; never raises for a name it does not know."""

    def standing(self, unit_id: int, ascii_name: str, day: date) -> Standing:
        """How ``ascii_name`` stands for the unit on ``day``; another unit's name is unregistered."""

    def standings(self, unit_id: int, ascii_names: tuple[str, ...], day: date) -> dict[str, Standing]:
        """Several names of one unit at once, each by its ASCII form."""


def use(app: Flask, register: NameRegister) -> None:
    """Let ``register`` answer from now on."""
    app.extensions[_KEY] = register


def register() -> NameRegister:
    """The register in use."""
    found: NameRegister = current_app.extensions[_KEY]
    return found
