"""The national tree, with somebody who keeps the calendar."""

from __future__ import annotations

from tests.plugins.messages.conftest import seed, town

__all__ = ["seed", "town"]
