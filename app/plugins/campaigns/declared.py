"""Reading ``notice.yaml``: a campaign as its office's data declares it, strictly; codes become paths on loading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.foundation.strict_yaml import Section, ShapeError, read
from app.plugins.campaigns.models import ANY, KINDS, TRACKS

FILE = "notice.yaml"
NATIONAL = "national"  # the centre's folder; the others bear their office's code


@dataclass(frozen=True)
class DeclaredGroup:
    """A group of addressees by office codes."""

    key: str
    label: str
    homes: tuple[str, ...]
    offices: tuple[str, ...]


@dataclass(frozen=True)
class DeclaredStep:
    """A step; ``due`` is None for one left to the offices addressed."""

    key: str
    kind: str
    track: str
    label: str
    groups: tuple[str, ...]
    due: date | None
    within: str
    binding: bool
    deliver_to: str
    copy_to: str
    source: str
    ledger: str


@dataclass(frozen=True)
class Declared:
    """A whole campaign as declared; ``folder`` is the office's folder of data."""

    folder: Path
    office: str
    document: str
    title: str
    short_title: str
    issued_on: date
    body: str
    annexes: tuple[dict[str, Any], ...]
    based_on: tuple[dict[str, Any], ...]
    addressees: tuple[dict[str, Any], ...]
    tracks: tuple[dict[str, Any], ...]
    groups: tuple[DeclaredGroup, ...]
    steps: tuple[DeclaredStep, ...]
    sealed_groups: tuple[str, ...] = ()
    sealed_source: str = ""
    carries_out: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """Every office code that is named."""
        named = {self.office}
        for group in self.groups:
            named |= {*group.homes, *group.offices}
        for one in self.addressees:
            named |= {*one["homes"], *one["offices"]}
        return frozenset(named)


def find(tenants: Path) -> list[Declared]:
    """Every campaign declared below ``tenants/``, by the day of issue: an upper office's before what carries it out.

    Raises:
        ShapeError: a file is not as it should be; nothing is returned half-read.
    """
    offices = [*tenants.glob(f"[0-9]*/{FILE}"), *tenants.glob(f"{NATIONAL}/{FILE}")]
    found = [load(path) for path in sorted(offices)]
    return sorted(found, key=lambda one: one.issued_on)


def load(path: Path) -> Declared:
    """One ``notice.yaml``.

    Raises:
        ShapeError: unknown, missing or mistyped keys, an unknown group or step, or a text file that is not there.
    """
    top = read(path).only(
        "document", "title", "short_title", "office", "issued", "based_on", "tracks", "groups", "steps",
        "no_website", "addressees", "body", "annexes", "carries_out",
    )  # fmt: skip
    groups = tuple(_group(key, one) for key, one in top.section("groups").sections())
    steps = tuple(_step(one, {group.key for group in groups}) for one in top.listed("steps"))
    _check_steps(steps, path)
    sealed_groups, sealed_source = _sealed(top, {group.key for group in groups})
    return Declared(
        folder=path.parent,
        office=top.text("office"),
        document=top.text("document"),
        title=top.text("title"),
        short_title=top.text("short_title"),
        issued_on=_day(top, "issued"),
        body=_file(path.parent, top, "body"),
        annexes=tuple(_annex(path.parent, one) for one in _optional(top, "annexes")),
        based_on=tuple(_based_on(one) for one in _optional(top, "based_on")),
        addressees=tuple(_addressee(one) for one in top.listed("addressees")),
        tracks=tuple(_track(key, one) for key, one in top.section("tracks").sections()),
        groups=groups,
        steps=steps,
        sealed_groups=sealed_groups,
        sealed_source=sealed_source,
        carries_out=top.text("carries_out", default=""),
    )


def _optional(top: Section, key: str) -> tuple[Section, ...]:
    return top.listed(key) if key in top.keys() else ()  # noqa: SIM118 - a method of Section, not a dict


def _based_on(one: Section) -> dict[str, str]:
    """A document and its date; empty where only the number is known."""
    one.only("document", "issued")
    dated = "issued" in one.keys()  # noqa: SIM118 - a method of Section, not a dict
    return {"document": one.text("document"), "issued": _day(one, "issued").isoformat() if dated else ""}


def _day(section: Section, key: str) -> date:
    day = section.day(key)
    if day is None:
        raise ShapeError(f"{section.where}: {key} is missing")
    return day


def _sealed(top: Section, groups: set[str]) -> tuple[tuple[str, ...], str]:
    """Whose sheets without a website must be sealed, and who says so (S12)."""
    if "no_website" not in top.keys():  # noqa: SIM118 - a method of Section, not a dict
        return (), ""
    one = top.section("no_website").only("groups", "source", "ledger")
    if unknown := set(one.texts("groups")) - groups:
        raise ShapeError(f"{one.where}: unknown group {', '.join(sorted(unknown))}")
    return one.texts("groups"), one.text("source")


def _codes(section: Section, key: str) -> tuple[str, ...]:
    return section.texts(key) if key in section.keys() else ()  # noqa: SIM118 - a method of Section, not a dict


def _group(key: str, one: Section) -> DeclaredGroup:
    one.only("label", "homes", "offices")
    found = DeclaredGroup(key, one.text("label"), _codes(one, "homes"), _codes(one, "offices"))
    if not found.homes and not found.offices:
        raise ShapeError(f"{one.where}: neither homes nor offices")
    return found


def _addressee(one: Section) -> dict[str, Any]:
    one.only("label", "homes", "offices")
    return {
        "label": one.text("label"),
        "homes": list(_codes(one, "homes")),
        "offices": list(_codes(one, "offices")),
    }


def _track(key: str, one: Section) -> dict[str, Any]:
    one.only("label", "natures", "finish", "source", "ledger")
    if key not in TRACKS or key == ANY:
        raise ShapeError(f"{one.where}: unknown track")
    return {"key": key, "label": one.text("label"), "natures": list(one.texts("natures"))}


def _annex(folder: Path, one: Section) -> dict[str, Any]:
    one.only("number", "title", "file")
    return {"number": one.whole("number"), "title": one.text("title"), "file": _file(folder, one, "file")}


def _file(folder: Path, section: Section, key: str) -> str:
    """A text file of the folder itself, by its path in it."""
    name = section.text(key)
    path = (folder / name).resolve()
    if path.suffix != ".md" or not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise ShapeError(f"{section.where}: {key}: no Markdown file {name!r} in {folder.name}/")
    return name


def _step(one: Section, groups: set[str]) -> DeclaredStep:
    one.only(
        "key", "kind", "label", "groups", "tracks", "due", "within", "set_by", "binding", "to", "copy_to",
        "source", "ledger",
    )  # fmt: skip
    step = DeclaredStep(
        key=one.text("key"),
        kind=one.text("kind"),
        track=_one_track(one),
        label=one.text("label"),
        groups=one.texts("groups"),
        due=one.day("due", optional=True),
        within=one.text("within", default=""),
        binding=one.flag("binding"),
        deliver_to=one.text("to", default=""),
        copy_to=one.text("copy_to", default=""),
        source=one.text("source"),
        ledger=one.text("ledger", default=""),
    )
    if step.kind not in KINDS:
        raise ShapeError(f"{one.where}: unknown kind {step.kind!r}")
    if unknown := set(step.groups) - groups:
        raise ShapeError(f"{one.where}: unknown group {', '.join(sorted(unknown))}")
    if (step.due is None) != (one.text("set_by", default="") == "group"):
        raise ShapeError(f"{one.where}: a step has a date, or `set_by: group`, and never both")
    return step


def _one_track(one: Section) -> str:
    """Both lines, or none named: any."""
    named = one.strings("tracks")
    if set(named) - set(TRACKS):
        raise ShapeError(f"{one.where}: unknown track")
    return named[0] if len(named) == 1 else ANY


def _check_steps(steps: tuple[DeclaredStep, ...], path: Path) -> None:
    keys = [step.key for step in steps]
    if len(set(keys)) != len(keys):
        raise ShapeError(f"{path.name}: a step's key is given twice")
    kinds = {step.kind for step in steps}
    for step in steps:
        if step.within and step.within not in kinds:
            raise ShapeError(f"{path.name}: step {step.key}: no step of kind {step.within!r} to keep within")
