"""Offices generated from divisions, named by the patterns in ``tenants/national/naming.yaml``."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.foundation.tenancy.declared.sources import Entry, Place, Reader, Row
from app.kernel.errors import N_

SHAPES = {
    "central": "000000",
    "province": "(?!00)[0-9]{2}0000",
    "city": "[0-9]{2}(?!00)[0-9]{2}00",
    "county": "[0-9]{4}(?!00)[0-9]{2}",
}
DIVISION_LEVELS = tuple(SHAPES)
DIVISION_COLUMNS = ("code", "name", "level", "parent")
PLACEHOLDERS = frozenset({"division", "stem", "parent"})
ROOT_CODE = "000000"


@dataclass(frozen=True)
class NamePattern:
    """How offices of one level (and, with ``ending``, of divisions so ending) are called."""

    level: str
    name: str
    short_name: str
    ending: str = ""


@dataclass(frozen=True)
class Naming:
    """The whole file: prefixes without offices, and patterns of which the first that fits is used."""

    excluded: tuple[str, ...]
    patterns: tuple[NamePattern, ...]

    def skips(self, code: str) -> bool:
        """Whether no office is made for this division."""
        return code.startswith(self.excluded) if self.excluded else False

    def names(self, level: str, division: str, parent: str) -> tuple[str, str] | None:
        """Full and short name of the office of a division; None when no pattern fits."""
        for pattern in self.patterns:
            if pattern.level == level and division.endswith(pattern.ending):
                stem = division.removesuffix(pattern.ending)
                words = {"division": division, "stem": stem, "parent": parent}
                return pattern.name.format(**words), pattern.short_name.format(**words)
        return None


@dataclass(frozen=True)
class Division:
    """One row of ``divisions.csv`` for which there is an office."""

    place: Place
    code: str
    name: str
    level: str
    parent: str
    office_name: str
    office_short_name: str


def read_naming(reader: Reader, path: Path) -> Naming:
    """The naming file; faults go to the reader."""
    excluded: list[str] = []
    patterns: list[NamePattern] = []
    for entry in reader.mapping(path):
        if entry.key not in {"exclude", "names"} or not isinstance(entry.value, list):
            reader.refuse(entry.place, N_("不认识的设定：%(key)s。"), key=entry.key)
        elif entry.key == "exclude":
            excluded += [_prefix(reader, entry, item) for item in entry.value]
        else:
            patterns += [pattern for item in entry.value if (pattern := _pattern(reader, entry, item))]
    return Naming(tuple(filter(None, excluded)), tuple(patterns))


def _prefix(reader: Reader, entry: Entry, item: Any) -> str:
    prefix = item.get("prefix") if isinstance(item, Mapping) else None
    if isinstance(prefix, str) and re.fullmatch(r"[0-9]{2,6}", prefix) and item.get("reason"):
        return prefix
    reader.refuse(entry.place, N_("exclude 的每一项应写明 prefix（带引号的数字）和 reason。"))
    return ""


def _pattern(reader: Reader, entry: Entry, item: Any) -> NamePattern | None:
    fields = item if isinstance(item, Mapping) else {}
    known = {"level", "name", "short_name", "ending"}
    texts = all(isinstance(value, str) for value in fields.values())
    if not texts or not {"level", "name", "short_name"} <= set(fields) <= known:
        reader.refuse(entry.place, N_("names 的每一项应写明 level、name、short_name（可加 ending）。"))
        return None
    if fields["level"] not in DIVISION_LEVELS:
        reader.refuse(entry.place, N_("不认识的层级：%(level)s。"), level=fields["level"])
        return None
    try:
        used = {
            part[1]
            for text in (fields["name"], fields["short_name"])
            for part in string.Formatter().parse(text)
        }
    except ValueError:
        used = {"?"}
    if not used <= PLACEHOLDERS | {None}:
        reader.refuse(entry.place, N_("名称样式只能用 {division}、{stem}、{parent}。"))
        return None
    return NamePattern(**fields)


def read_divisions(reader: Reader, path: Path, naming: Naming) -> list[Division]:
    """Every division that has an office; faults in the file go to the reader."""
    rows = reader.table(path, DIVISION_COLUMNS, needed=("code", "name", "level"))
    by_code: dict[str, Row] = {}
    for row in rows:
        by_code.setdefault(row["code"], row)
    found = []
    for row in rows:
        if not _sound(reader, row, by_code) or naming.skips(row["code"]):
            continue
        parent = by_code[row["parent"]]["name"] if row["parent"] else ""
        names = naming.names(row["level"], row["name"], parent)
        if names is None:
            reader.refuse(row.place, N_("没有适用于“%(level)s”的机构名称样式。"), level=row["level"])
            continue
        found.append(Division(row.place, row["code"], row["name"], row["level"], row["parent"], *names))
    return found


def _sound(reader: Reader, row: Row, by_code: Mapping[str, Row]) -> bool:
    code, level, parent = row["code"], row["level"], row["parent"]
    if not re.fullmatch(r"[0-9]{6}", code):
        reader.refuse(row.place, N_("行政区划代码应为 6 位数字：%(code)s。"), code=code)
        return False
    if level not in DIVISION_LEVELS:
        reader.refuse(row.place, N_("不认识的层级：%(level)s。"), level=level)
        return False
    if (level == "central") != (not parent):
        reader.refuse(row.place, N_("除中央一级外都应写明上级代码。"))
        return False
    if parent and parent not in by_code:
        reader.refuse(row.place, N_("上级代码不存在：%(parent)s。"), parent=parent)
        return False
    if not re.fullmatch(SHAPES[level], code):
        reader.refuse(row.place, N_("代码 %(code)s 不是“%(level)s”一级的代码。"), code=code, level=level)
        return False
    shared = {"province": 2, "city": 4}.get(by_code[parent]["level"], 0) if parent else 0
    if code[:shared] != parent[:shared]:
        reader.refuse(row.place, N_("代码 %(code)s 与上级代码 %(parent)s 不相符。"), code=code, parent=parent)
        return False
    return True
