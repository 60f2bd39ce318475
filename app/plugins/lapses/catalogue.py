"""``policies/lapses.yaml``: when owners are warned, and of what; an office's own wording goes before it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app

from app.foundation import strict_yaml
from app.foundation.strict_yaml import ShapeError
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.settings import setting

FILE = "lapses.yaml"
_KEY = "bianban.lapses"


@dataclass(frozen=True)
class Consequence:
    """What follows for a website that lapsed, and who says so."""

    words: str
    source: str


@dataclass(frozen=True)
class Catalogue:
    """``warn``: working days before the date on which owners are warned."""

    warn: tuple[int, ...]
    consequence: Consequence


def load(folder: Path) -> Catalogue:
    """Read the file.

    Raises:
        ShapeError: a key is unknown, missing or mistyped.
    """
    top = strict_yaml.read(folder / FILE).only("warn", "consequence")
    warn = top.wholes("warn")
    if tuple(sorted(set(warn), reverse=True)) != warn:
        raise ShapeError(f"{FILE}: warn must be falling numbers of working days")
    said = top.section("consequence").only("words", "source")
    return Catalogue(warn, Consequence(said.text("words"), said.text("source")))


def init_app(app: Flask) -> None:
    """Read the file; anything unexpected in it stops the start."""
    app.extensions[_KEY] = load(Path(app.config["POLICIES_DIR"]))


def catalogue() -> Catalogue:
    """What this app has read."""
    found: Catalogue = current_app.extensions[_KEY]
    return found


def consequence(office: Office | None) -> Consequence:
    """The sentence as the office's own notice says it, else the national one."""
    own = setting(office, "lapse") if office is not None else None
    return Consequence(own["words"], own["source"]) if own else catalogue().consequence
