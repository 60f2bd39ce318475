"""Which materials an application needs: ``policies/materials.yaml``, and an office's own settings over it.

An office may say whether it asks for paper by track, how many copies of each item, and what it wants besides
(C-art.5, A4.注1; practice differs from office to office). It never takes a material away.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from flask import current_app, has_app_context

from app.foundation import strict_yaml
from app.foundation.limits.model import TRACKS, LimitsError
from app.foundation.strict_yaml import Section, ShapeError

ALWAYS, SUFFIX, CHANGED, NEVER = "always", "suffix", "changed", "never"
REQUIRED = (ALWAYS, SUFFIX, CHANGED, NEVER)
KINDS = ("opening", "requalification", "change")
MOST_COPIES = 20
_OWN = Path(__file__).resolve().parents[3] / "policies"
MOST_EXTRA = 8
_EXTRA_KEY = re.compile(r"x_[a-z0-9_]{1,20}", re.ASCII)


@dataclass(frozen=True)
class Item:
    """One material: whom it concerns, when it is required, how many sealed copies on paper.

    ``label`` is an office's own wording, empty for the national items; ``fields`` are the form's fields whose change
    requires it.
    """

    key: str
    kinds: tuple[str, ...]
    tracks: tuple[str, ...]
    required: str
    online: bool
    copies: int
    source: str
    fields: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Materials:
    """Every item in the order shown, and whether paper is asked for, by track."""

    items: tuple[Item, ...]
    paper: Mapping[str, bool]
    paper_source: str

    def overridden(self, own: object) -> Materials:
        """With an office's settings over it: ``{paper?, copies?, extra?, source}``.

        Raises:
            LimitsError: an unknown key, item, track or kind, or another shape.
        """
        try:
            return _override(self, Section(own, "materials"))
        except ShapeError as error:
            raise LimitsError(str(error)) from error


def _one_of(section: Section, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    found = section.texts(key)
    unknown = [one for one in found if one not in known]
    if unknown:
        raise ShapeError(f"{section.where}: {key} holds unknown {', '.join(unknown)}")
    return found


def _copies(section: Section, key: str, default: int | None = None) -> int:
    copies = section.whole(key, default)
    if copies > MOST_COPIES:
        raise ShapeError(f"{section.where}: {key} is more than {MOST_COPIES}")
    return copies


def _item(key: str, section: Section) -> Item:
    section.only("kinds", "tracks", "required", "fields", "online", "copies", "source")
    required = section.text("required")
    if required not in REQUIRED:
        raise ShapeError(f"{section.where}: unknown required {required!r}")
    if (required == CHANGED) is not ("fields" in section):
        raise ShapeError(f"{section.where}: fields go with required: changed, and only with it")
    return Item(
        key=key,
        kinds=_one_of(section, "kinds", KINDS),
        tracks=_one_of(section, "tracks", TRACKS),
        required=required,
        online=section.flag("online"),
        copies=_copies(section, "copies"),
        source=section.text("source"),
        fields=section.texts("fields") if required == CHANGED else (),
    )


def _override(national: Materials, own: Section) -> Materials:
    own.only("paper", "copies", "extra", "source")
    source = own.text("source")
    paper = dict(national.paper)
    if "paper" in own:
        asked = own.section("paper").only(*TRACKS)
        paper |= {track: asked.flag(track) for track in asked}
    items = {item.key: item for item in national.items}
    if "copies" in own:
        wanted = own.section("copies").only(*items)
        for key in wanted:
            items[key] = dataclasses.replace(items[key], copies=_copies(wanted, key), source=source)
    listed = own.listed("extra") if "extra" in own else ()
    if len(listed) > MOST_EXTRA:
        raise ShapeError(f"{own.where}: extra holds more than {MOST_EXTRA}")
    for one in listed:
        item = _extra(one, source)
        if item.key in items:
            raise ShapeError(f"{one.where}: {item.key} is given twice")
        items[item.key] = item
    return Materials(
        tuple(items.values()),
        MappingProxyType(paper),
        source if paper != dict(national.paper) else national.paper_source,
    )


def _extra(section: Section, source: str) -> Item:
    section.only("key", "label", "kinds", "tracks", "required", "online", "copies", "source")
    key = section.text("key")
    if not _EXTRA_KEY.fullmatch(key):
        raise ShapeError(f"{section.where}: key must look like x_safety_plan, not {key!r}")
    return Item(
        key=key,
        kinds=_one_of(section, "kinds", KINDS) if "kinds" in section else KINDS,
        tracks=_one_of(section, "tracks", TRACKS) if "tracks" in section else TRACKS,
        required=ALWAYS if section.flag("required", default=True) else NEVER,
        online=section.flag("online", default=True),
        copies=_copies(section, "copies", 1),
        source=section.text("source", default=source),
        label=section.text("label"),
    )


def load_materials(path: Path) -> Materials:
    """Read ``materials.yaml``.

    Raises:
        LimitsError: anything unknown, missing, doubled or of the wrong kind.
    """
    try:
        root = strict_yaml.read(path).only("paper", "items")
        paper = root.section("paper").only(*TRACKS, "source")
        return Materials(
            tuple(_item(key, section) for key, section in root.section("items").sections()),
            MappingProxyType({track: paper.flag(track) for track in TRACKS}),
            paper.text("source"),
        )
    except ShapeError as error:
        raise LimitsError(str(error)) from error


@lru_cache(maxsize=4)
def _kept(path: Path) -> Materials:
    return load_materials(path)


def national_materials() -> Materials:
    """The materials of ``policies/materials.yaml``, read once; outside an app, of the file the program came with."""
    folder = Path(current_app.config["POLICIES_DIR"]) if has_app_context() else _OWN
    return _kept(folder / "materials.yaml")


def materials_for(settings: Mapping[str, object]) -> Materials:
    """The materials as an office asks for them: its settings' ``materials`` over the national ones.

    Raises:
        LimitsError: the settings have another shape.
    """
    own = settings.get("materials")
    return national_materials() if own is None else national_materials().overridden(own)
