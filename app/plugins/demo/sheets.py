"""Reading ``tenants/demo``."""

from __future__ import annotations

import csv
from pathlib import Path

from flask import current_app

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """The rows of ``tenants/demo/<name>.csv``."""
    path = Path(current_app.config["TENANTS_DIR"]) / "demo" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def yes(text: str) -> bool:
    """``yes`` or ``no`` as the files write it.

    Raises:
        ValueError: anything else.
    """
    if text not in {"yes", "no"}:
        raise ValueError(text)
    return text == "yes"
