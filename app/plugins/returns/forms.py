"""The form of a return: what was typed, kept as typed, and the entry it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from app.plugins.returns.rules import LONGEST, MOST_STAFF, STAFF_LONGEST, ReturnEntry, StaffEntry

TYPED_LONGEST = 2000
_ROW = re.compile(r"staff-([0-9]{1,3})-(name|post|phone)\Z")
_REMOVE = re.compile(r"remove-([0-9]{1,3})\Z")

Row = dict[str, str]


@dataclass
class Typed:
    """What stands in the fields: raw text for showing again, whatever it is worth."""

    values: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    version: int | None = None

    def entry(self) -> ReturnEntry:
        """The return this makes; rows in which nothing is written do not count."""
        staff = tuple(
            StaffEntry(**{name: row[name].strip() for name in STAFF_LONGEST})
            for row in self.rows
            if any(row[name].strip() for name in STAFF_LONGEST)
        )
        return ReturnEntry(**{name: self.values.get(name, "").strip() for name in LONGEST}, staff=staff)


def read(form: MultiDict[str, str]) -> Typed:
    """What a browser posted."""
    rows: dict[int, Row] = {}
    for name, value in form.items():
        match = _ROW.match(name)
        if match:
            rows.setdefault(int(match[1]), blank())[match[2]] = value[:TYPED_LONGEST]
    version = form.get("version", "")
    return Typed(
        {name: form.get(name, "")[:TYPED_LONGEST].replace("\r\n", "\n") for name in LONGEST},
        [rows[number] for number in sorted(rows)][: MOST_STAFF + 1],
        int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
    )


def of(entry: ReturnEntry, version: int) -> Typed:
    """The fields of a return as they are kept."""
    rows = [{name: getattr(one, name) for name in STAFF_LONGEST} for one in entry.staff]
    return Typed({name: getattr(entry, name) for name in LONGEST}, rows or [blank()], version)


def blank() -> Row:
    """An empty row of people."""
    return dict.fromkeys(STAFF_LONGEST, "")


def reshape(typed: Typed, do: str) -> bool:
    """Add or remove a row of people where a button asked for it; whether one did."""
    if do == "add":
        typed.rows.append(blank())
        return True
    if (match := _REMOVE.match(do)) is not None:
        if int(match[1]) < len(typed.rows):
            del typed.rows[int(match[1])]
        return True
    return False


def said(rows: list[Row]) -> str:
    """The people as one text, for two versions side by side."""
    lines = (" ".join(row[name].strip() for name in STAFF_LONGEST).strip() for row in rows)
    return "；".join(line for line in lines if line)
