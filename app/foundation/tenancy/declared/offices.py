"""Offices as the files write them: generated from divisions, added by overlays, renamed, given settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.foundation.limits import Limits
from app.foundation.tenancy import settings
from app.foundation.tenancy.declared.naming import Division, read_divisions, read_naming
from app.foundation.tenancy.declared.shapes import NATIONAL, OfficePlan, inside
from app.foundation.tenancy.declared.sources import Place, Reader, Row
from app.foundation.tenancy.models import DESK_KINDS, LEVELS, OFFICE_KINDS
from app.kernel.errors import N_

COLUMNS = ("code", "parent", "segment", "name", "short_name", "kind", "level", "desk_kind", "source")
NAME_COLUMNS = ("code", "name", "short_name")
LEVELS_OF_OFFICES = frozenset(LEVELS) - {"desk", "registry", "central"}
LENGTHS = {"code": 32, "name": 120, "short_name": 60}


def collect(reader: Reader, folders: list[Path]) -> dict[str, OfficePlan]:
    """Every office by code, in file order, without paths yet; faults go to the reader."""
    offices: dict[str, OfficePlan] = {}
    for folder in folders:
        for office in _offices(reader, folder):
            _add(reader, offices, office)
    return offices


def dress(reader: Reader, folders: list[Path], offices: dict[str, OfficePlan], limits: Limits) -> None:
    """Give the offices the names and settings their folders hold for them."""
    for folder in folders:
        _rename(reader, folder, offices)
        _settle(reader, folder, offices, limits)


def _offices(reader: Reader, folder: Path) -> Iterator[OfficePlan]:
    if folder.name == NATIONAL:
        naming = read_naming(reader, folder / "naming.yaml")
        for division in read_divisions(reader, folder / "divisions.csv", naming):
            yield _generated(division)
    path = folder / "offices.csv"
    if path.is_file():
        needed = ("code", "parent", "segment", "name", "short_name", "kind", "level")
        for row in reader.table(path, COLUMNS, needed=needed):
            if all(row[column] for column in needed) and _fits(reader, row):
                yield _written(row, folder.name)


def _generated(division: Division) -> OfficePlan:
    return OfficePlan(
        place=division.place,
        code=division.code,
        parent=division.parent,
        name=division.office_name,
        short_name=division.office_short_name,
        kind="office",
        level=division.level,
        division_code=division.code,
    )


def _fits(reader: Reader, row: Row) -> bool:
    kind, level, desk_kind = row["kind"], row["level"], row["desk_kind"]
    known = {"kind": OFFICE_KINDS, "level": LEVELS, "desk_kind": (*DESK_KINDS, "")}
    for column, values in known.items():
        if row[column] not in values:
            reader.refuse(row.place, N_("不认识的 %(column)s：%(value)s。"), column=column, value=row[column])
            return False
    shape = {"desk": level == "desk", "registry": level == "registry"}.get(kind, level in LEVELS_OF_OFFICES)
    if not shape or (kind == "desk") != bool(desk_kind):
        reader.refuse(
            row.place,
            N_("kind、level、desk_kind 不相配：%(kind)s、%(level)s、%(desk)s。"),
            kind=kind,
            level=level,
            desk=desk_kind or "—",
        )
        return False
    if not re.fullmatch(r"[0-9a-z]+", row["segment"]):
        reader.refuse(row.place, N_("segment 只用小写字母和数字：%(segment)s。"), segment=row["segment"])
        return False
    if not re.fullmatch(r"[0-9A-Z][0-9A-Z-]*", row["code"]):
        reader.refuse(row.place, N_("code 只用大写字母、数字和连字符：%(code)s。"), code=row["code"])
        return False
    return True


def _written(row: Row, folder: str) -> OfficePlan:
    return OfficePlan(
        place=row.place,
        code=row["code"],
        parent=row["parent"],
        segment=row["segment"],
        name=row["name"],
        short_name=row["short_name"],
        kind=row["kind"],
        level=row["level"],
        desk_kind=row["desk_kind"] or None,
        settings={"source": row["source"]} if row["source"] else {},
        folder=folder,
    )


def _add(reader: Reader, offices: dict[str, OfficePlan], office: OfficePlan) -> None:
    first = offices.setdefault(office.code, office)
    if first is not office:
        reader.refuse(
            office.place, N_("代码 %(code)s 重复，已见于 %(first)s。"), code=office.code, first=first.place
        )
    for column, limit in LENGTHS.items():
        if len(getattr(office, column)) > limit:
            reader.refuse(office.place, N_("“%(column)s”超过 %(limit)s 字。"), column=column, limit=limit)


def _rename(reader: Reader, folder: Path, offices: dict[str, OfficePlan]) -> None:
    """Names an overlay gives to generated offices."""
    path = folder / "names.csv"
    seen: dict[str, Place] = {}
    for row in reader.table(path, NAME_COLUMNS, needed=NAME_COLUMNS) if path.is_file() else ():
        code = row["code"]
        if code in seen:
            reader.refuse(
                row.place, N_("代码 %(code)s 重复，已见于 %(first)s。"), code=code, first=seen[code]
            )
        elif code not in offices:
            reader.refuse(row.place, N_("没有代码为 %(code)s 的机构。"), code=code)
        elif not inside(folder.name, code, offices):
            reader.refuse(row.place, N_("%(code)s 不在本目录所辖范围内。"), code=code)
        elif len(row["name"]) > LENGTHS["name"] or len(row["short_name"]) > LENGTHS["short_name"]:
            reader.refuse(row.place, N_("机构名称过长。"))
        else:
            offices[code] = replace(offices[code], name=row["name"], short_name=row["short_name"])
        seen.setdefault(code, row.place)


def _settle(reader: Reader, folder: Path, offices: dict[str, OfficePlan], limits: Limits) -> None:
    """Settings of a folder's own offices."""
    path = folder / "settings.yaml"
    for entry in reader.mapping(path) if path.is_file() else ():
        if entry.key not in offices:
            reader.refuse(entry.place, N_("没有代码为 %(code)s 的机构。"), code=entry.key)
            continue
        if not inside(folder.name, entry.key, offices):
            reader.refuse(entry.place, N_("%(code)s 不在本目录所辖范围内。"), code=entry.key)
            continue
        wrong = list(settings.faults(entry.value, limits))
        for message, params in wrong:
            reader.refuse(entry.place, message, **params)
        if not wrong:
            office = offices[entry.key]
            offices[entry.key] = replace(office, settings={**office.settings, **entry.value})
