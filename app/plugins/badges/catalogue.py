"""Grounds, reasons and channels of ``policies/badges.yaml``, read strictly when the platform starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from flask import Flask, current_app

from app.foundation import strict_yaml
from app.foundation.strict_yaml import Section, ShapeError

_KEY = "bianban.badges"
GROUND_CODES = ("1", "2", "3", "4", "5", "6")


@dataclass(frozen=True)
class Ground:
    """Why a badge is revoked or suspended, in words fit for the public, and where it is written."""

    code: str
    label: str
    source: str


@dataclass(frozen=True)
class Channel:
    """Where a counterfeit is reported, and how (C-art.21)."""

    name: str
    how: str


@dataclass(frozen=True)
class Catalogue:
    """Everything the file says."""

    revocation: Mapping[str, Ground]
    suspension: Mapping[str, Ground]
    channels: tuple[Channel, ...]
    channels_source: str


def _grounds(section: Section) -> Mapping[str, Ground]:
    found = {}
    for code, one in section.sections():
        one.only("label", "source")
        found[code] = Ground(code, one.text("label"), one.text("source"))
    return MappingProxyType(found)


def load(path: Path) -> Catalogue:
    """Read the file.

    Raises:
        ShapeError: unknown, missing or mistyped keys, or other grounds than the six of C-art.19.
    """
    root = strict_yaml.read(path).only("revocation", "suspension", "counterfeit")
    counterfeit = root.section("counterfeit").only("source", "channels")
    revocation = root.section("revocation").only(*GROUND_CODES)
    if tuple(sorted(revocation.keys())) != GROUND_CODES:
        raise ShapeError(f"{path.name}: revocation must list the grounds {', '.join(GROUND_CODES)}")
    return Catalogue(
        revocation=_grounds(revocation),
        suspension=_grounds(root.section("suspension")),
        channels=tuple(
            Channel(one.only("name", "how").text("name"), one.text("how"))
            for _key, one in counterfeit.section("channels").sections()
        ),
        channels_source=counterfeit.text("source"),
    )


def init_app(app: Flask) -> None:
    """Read the catalogue; a wrong word in it stops the start."""
    app.extensions[_KEY] = load(Path(app.config["POLICIES_DIR"]) / "badges.yaml")


def catalogue() -> Catalogue:
    """The catalogue of this app."""
    found: Catalogue = current_app.extensions[_KEY]
    return found
