"""What ``policies/imports.yaml`` says: how large a workbook may be."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app

from app.foundation import strict_yaml

FILE = "imports.yaml"
_KEY = "bianban.imports"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The whole file."""

    files: int
    file_mb: int
    total_mb: int
    rows: int
    tabs: int
    lines: int
    columns: int
    unpacked_mb: int
    ratio: int


def load(folder: Path) -> Limits:
    """Read the file.

    Raises:
        ShapeError: a key is unknown, missing or mistyped.
    """
    names = [field.name for field in dataclasses.fields(Limits)]
    file = strict_yaml.read(folder / FILE).only(*names)
    return Limits(**{name: file.whole(name) for name in names})


def init_app(app: Flask) -> None:
    """Read the limits of this app."""
    app.extensions[_KEY] = load(Path(app.config["POLICIES_DIR"]))


def limits() -> Limits:
    """The limits this app was started with."""
    found: Limits = current_app.extensions[_KEY]
    return found
