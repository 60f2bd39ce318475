"""Who asks: one account for each role × level of the demo, the public, somebody without posts."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.matrix.cases import FULL
from tests.matrix.plant import CAC, NOBODY

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = ROOT / "tenants" / "demo" / "people.csv"
ANYBODY = "anonymous"
# Of several levels the one with most above, beside and below it goes first.
FIRST = ("city", "county", "province", "central", "zone", "desk", "unit")


def _level(line: dict[str, str]) -> str:
    """The level of the holder as its code shows it; all desks and all units count as one."""
    code = line["office"]
    if line["unit"]:
        return "unit"
    if "Z" in code.split("-")[0][4:]:
        return "zone"
    if "-" in code or not code.isdigit():
        return "desk"
    return "central" if code == "000000" else "province" if code.endswith("0000") else (
        "city" if code.endswith("00") else "county"
    )  # fmt: skip


def accounts(kind: str) -> list[str]:
    """The accounts to walk with on a database: on PostgreSQL one for each role (the levels differ in paths alone)."""
    with PEOPLE.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    chosen: dict[tuple[str, str], str] = {}
    for line in sorted(lines, key=lambda line: FIRST.index(_level(line))):
        chosen.setdefault((line["role"], _level(line) if kind == "sqlite" else ""), line["username"])
    named = [line["username"] for line in lines] if FULL else list(chosen.values())
    return [ANYBODY, NOBODY, CAC, *dict.fromkeys(named)]
