"""The demo: the municipal filing date is 25 November 2014, and its clock stands at the 24th."""

from __future__ import annotations

from tests.plugins.messages.conftest import seed, town

__all__ = ["seed", "town"]
