"""What ``policies/exports.yaml`` says: how many rows are answered at once, how many at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app

from app.foundation import strict_yaml
from app.foundation.strict_yaml import ShapeError

FILE = "exports.yaml"
_KEY = "bianban.exports"


@dataclass(frozen=True)
class Limit:
    """Rows answered at once, and rows a file may have at all."""

    direct: int
    most: int


@dataclass(frozen=True)
class Limits:
    """The whole file; ``open_at_once``: exports of one person waiting or running at the same time."""

    open_at_once: int
    exports: dict[str, Limit]


def load(folder: Path) -> Limits:
    """Read the file.

    Raises:
        ShapeError: a key is unknown, missing or mistyped, or more rows are answered at once than at all.
    """
    file = strict_yaml.read(folder / FILE).only("open_at_once", "exports")
    found = {}
    for name, section in file.section("exports").sections():
        section.only("direct", "most")
        found[name] = Limit(section.whole("direct"), section.whole("most"))
        if found[name].direct > found[name].most:
            raise ShapeError(f"{section.where}: direct is more than most")
    return Limits(file.whole("open_at_once"), found)


def init_app(app: Flask) -> None:
    """Read the limits of this app."""
    app.extensions[_KEY] = load(Path(app.config["POLICIES_DIR"]))


def limits() -> Limits:
    """The limits this app was started with."""
    found: Limits = current_app.extensions[_KEY]
    return found


def limit(name: str) -> Limit:
    """The limit of one export."""
    return limits().exports[name]
