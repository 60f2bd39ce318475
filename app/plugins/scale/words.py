"""What made-up units and people are called, from ``tenants/demo/kinds.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from app.foundation.tenancy.models import RANKS

PERSONS = "甲乙丙丁戊己庚辛壬癸"
_RANK = {"central": "ministry", "province": "bureau", "city": "division", "county": "section"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of unit; ``rank_below`` is how many ranks it stands below its level's own."""

    name: str
    nature: str
    rank_below: int
    management: str
    functions: str

    def rank(self, level: str) -> str:
        """The rank of such a unit at a level."""
        return RANKS[min(RANKS.index(_RANK[level]) + self.rank_below, len(RANKS) - 1)]


def kinds() -> list[Kind]:
    """Every kind, in the file's order."""
    path = Path(current_app.config["TENANTS_DIR"]) / "demo" / "kinds.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [
        Kind(row["name"], row["nature"], int(row["rank_below"]), row["management"], row["functions"])
        for row in rows
    ]


def regions() -> dict[str, str]:
    """What the place of a division code is called."""
    path = Path(current_app.config["TENANTS_DIR"]) / "national" / "divisions.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return {row["code"]: row["name"] for row in csv.DictReader(handle)}


def ordinal(number: int) -> str:
    """What tells the second unit of one kind in one place from the first: nothing, then 第二, 第三 …"""
    return "" if number == 1 else f"第{number}"


def person(number: int) -> str:
    """甲, 乙 … 癸, 甲2 …"""
    turn, place = divmod(number, len(PERSONS))
    return PERSONS[place] + (str(turn + 1) if turn else "")
