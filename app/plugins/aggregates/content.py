"""What a version holds: the sheets of an office's own level, who is missing, and the lower versions it takes in.

Pure. No person is named in it: whoever needs the contacts opens the sheets. Lower offices' sheets are not copied:
their locked version stands in it by its digest, so that nothing below can change unnoticed either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from app.plugins.aggregates.totals import Totals

FORMAT = 1


@dataclass(frozen=True, slots=True)
class SiteLine:
    """One website on a sheet; ``badged``: it has its badge already."""

    number: int
    name: str
    chinese_domain: str
    english_domain: str
    ip: str
    badged: bool = False


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One sheet that was handed in; ``desk`` filed it where the unit did not (S8)."""

    account: str
    unit_name: str
    supervisor_name: str
    group: str
    nature: str
    rank: str
    state: str
    site_count: int
    no_website: bool
    submitted_on: str
    desk: str = ""
    sites: tuple[SiteLine, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What a sheet is known by from one version to the next."""
        return self.account, self.desk


@dataclass(frozen=True, slots=True)
class MissingLine:
    """One sheet that is expected and not in: ``state`` is missing or returned; ``due`` is empty where none is set."""

    account: str
    unit_name: str
    group: str
    nature: str
    rank: str
    state: str
    due: str = ""
    source: str = ""
    desk: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """As of a sheet."""
        return self.account, self.desk


Row = SheetLine | MissingLine


@dataclass(frozen=True, slots=True)
class LowerLine:
    """A lower office: with the version of it that is taken in, or without one and then ``state`` says why."""

    office: str
    name: str
    state: str
    version_id: int | None = None
    number: int | None = None
    digest: str = ""
    totals: Totals = field(default_factory=Totals)

    @property
    def taken(self) -> bool:
        """Whether a version of it is in."""
        return self.version_id is not None


@dataclass(frozen=True, slots=True)
class Content:
    """One version's whole content. ``taken_at`` is the business moment, ``groups`` the words for group keys."""

    office: str
    office_name: str
    short_name: str
    document: str
    number: int
    taken_at: str
    groups: Mapping[str, str] = field(default_factory=dict)
    sheets: tuple[SheetLine, ...] = ()
    missing: tuple[MissingLine, ...] = ()
    lower: tuple[LowerLine, ...] = ()

    @property
    def rows(self) -> Iterator[Row]:
        """The sheets, then those that are missing."""
        yield from self.sheets
        yield from self.missing

    @property
    def own(self) -> Totals:
        """The office's own level."""
        return total([*map(of_sheet, self.sheets), *(Totals(expected=1) for _one in self.missing)])

    @property
    def totals(self) -> Totals:
        """With the lower versions taken in."""
        return total([self.own, *(line.totals for line in self.lower)])

    def plain(self) -> dict[str, Any]:
        """As it is stored."""
        return {"format": FORMAT, **asdict(self)}

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text."""
        return digest(self.plain())


def of_sheet(sheet: SheetLine) -> Totals:
    """What one sheet adds."""
    return Totals(
        expected=1,
        received=1,
        accepted=int(sheet.state == "accepted"),
        sites=len(sheet.sites),
        without=int(sheet.no_website),
    )


def total(parts: Iterable[Totals]) -> Totals:
    """The sum."""
    found = Totals()
    for part in parts:
        found = found.plus(part)
    return found


def digest(plain: Mapping[str, Any]) -> str:
    """SHA-256 of a stored content, whichever database gave it back."""
    canonical = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def read(plain: Mapping[str, Any]) -> Content:
    """A stored content.

    Raises:
        ValueError: written by another program.
    """
    if plain.get("format") != FORMAT:
        raise ValueError(plain.get("format"))
    rest = {key: value for key, value in plain.items() if key != "format"}
    return Content(
        **{
            **rest,
            "sheets": tuple(
                SheetLine(**{**one, "sites": tuple(SiteLine(**site) for site in one["sites"])})
                for one in rest["sheets"]
            ),
            "missing": tuple(MissingLine(**one) for one in rest["missing"]),
            "lower": tuple(LowerLine(**{**one, "totals": Totals(**one["totals"])}) for one in rest["lower"]),
        }
    )
