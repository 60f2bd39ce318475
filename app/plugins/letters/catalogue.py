"""``policies/letters.yaml``: whom letters go to, and the sentences whose wording is an article's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app

from app.foundation import strict_yaml
from app.foundation.strict_yaml import Section, ShapeError
from app.plugins.applications.models import KINDS
from app.plugins.results.models import CAUSES, RECIPIENTS

FILE = "letters.yaml"
_KEY = "bianban.letters"


@dataclass(frozen=True)
class Said:
    """A sentence (or a name) and what it rests on."""

    words: str
    source: str


@dataclass(frozen=True)
class Catalogue:
    """The whole file: recipients by registry, consequences by kind, grounds by cause, duties in order."""

    recipients: Mapping[str, Said]
    consequences: Mapping[str, Said]
    grounds: Mapping[str, Said]
    duties: tuple[Said, ...]


def load(folder: Path) -> Catalogue:
    """Read the file.

    Raises:
        ShapeError: a key is unknown, missing or mistyped.
    """
    top = strict_yaml.read(folder / FILE).only("recipients", "consequences", "grounds", "duties")
    for name, asked in (("recipients", RECIPIENTS), ("grounds", CAUSES)):
        if set(top.section(name)) != set(asked):
            raise ShapeError(f"{FILE}: {name} must be {', '.join(asked)}")
    return Catalogue(
        _said(top.section("recipients"), "name"),
        _said(top.section("consequences").only(*KINDS), "words"),
        _said(top.section("grounds"), "words"),
        tuple(_said(top.section("duties"), "words").values()),
    )


def _said(section: Section, key: str) -> dict[str, Said]:
    found = {}
    for name, one in section.sections():
        one.only(key, "source")
        found[name] = Said(one.text(key), one.text("source"))
    return found


def init_app(app: Flask) -> None:
    """Read the file; anything unexpected in it stops the start."""
    app.extensions[_KEY] = load(Path(app.config["POLICIES_DIR"]))


def catalogue() -> Catalogue:
    """What this app has read."""
    found: Catalogue = current_app.extensions[_KEY]
    return found
