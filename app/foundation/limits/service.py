"""The limits that bind the nation and those that bind one office."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from flask import current_app

from app.foundation.limits.model import Limits, LimitsError
from app.foundation.limits.reading import load


@lru_cache(maxsize=4)
def _kept(path: Path) -> Limits:
    return load(path)


def national() -> Limits:
    """The limits of ``policies/limits.yaml``, read once."""
    return _kept(Path(current_app.config["POLICIES_DIR"]) / "limits.yaml")


def for_settings(settings: Mapping[str, object]) -> Limits:
    """The limits as they bind an office: its settings' ``clocks`` laid over the national ones (S25).

    Raises:
        LimitsError: the settings name an unknown limit or have another shape.
    """
    own = settings.get("clocks", {})
    if not isinstance(own, Mapping):
        raise LimitsError(f"clocks must be a mapping, not {own!r}")
    return national().overridden(own)
