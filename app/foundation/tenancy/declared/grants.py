"""Dated exceptions: who reaches beyond the general lines, since when, by which document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from app.foundation.tenancy.declared.shapes import NATIONAL, GrantPlan, OfficePlan, inside
from app.foundation.tenancy.declared.sources import Place, Reader, Row
from app.foundation.tenancy.models import HOWS, RELATIONS
from app.kernel.errors import N_

COLUMNS = ("holder", "relation", "how", "where", "since", "until", "document")
NEEDED = ("holder", "relation", "how", "where", "since", "document")
DOCUMENT_LIMIT = 120


def read(reader: Reader, folder: Path, offices: Mapping[str, OfficePlan]) -> Iterator[GrantPlan]:
    """The exceptions of a folder; faults go to the reader."""
    path = folder / "grants.csv"
    seen: dict[tuple[str, ...], list[tuple[GrantPlan, Place]]] = {}
    for row in reader.table(path, COLUMNS, needed=NEEDED) if path.is_file() else ():
        grant = _grant(reader, row, folder.name, offices)
        if grant is None:
            continue
        before = seen.setdefault(grant.key, [])
        first = next((place for other, place in before if _together(grant, other)), None)
        if first is not None:
            reader.refuse(row.place, N_("该授权重复，已见于 %(first)s。"), first=first)
            continue
        before.append((grant, row.place))
        yield grant


def _together(one: GrantPlan, other: GrantPlan) -> bool:
    """Whether two exceptions of a kind have a day in common."""
    return (one.until or date.max) >= other.since and (other.until or date.max) >= one.since


def _grant(reader: Reader, row: Row, folder: str, offices: Mapping[str, OfficePlan]) -> GrantPlan | None:
    since, until = reader.day(row, "since"), reader.day(row, "until")
    if not _named(reader, row, folder, offices) or not _worded(reader, row) or since is None:
        return None
    if until is not None and until < since:
        reader.refuse(row.place, N_("截止日期早于起始日期。"))
        return None
    return GrantPlan(
        holder_path=offices[row["holder"]].path,
        relation=row["relation"],
        how=row["how"],
        where_path=offices[row["where"]].path,
        since=since,
        until=until,
        document=row["document"],
    )


def _named(reader: Reader, row: Row, folder: str, offices: Mapping[str, OfficePlan]) -> bool:
    fine = True
    for column in ("holder", "where"):
        code = row[column]
        if code not in offices:
            reader.refuse(row.place, N_("没有代码为 %(code)s 的机构。"), code=code or "—")
            fine = False
        elif folder != NATIONAL and not inside(folder, code, offices):
            reader.refuse(row.place, N_("%(code)s 不在本目录所辖范围内。"), code=code)
            fine = False
    return fine


def _worded(reader: Reader, row: Row) -> bool:
    for column, values in (("relation", RELATIONS), ("how", HOWS)):
        if row[column] not in values:
            reader.refuse(
                row.place, N_("不认识的 %(column)s：%(value)s。"), column=column, value=row[column] or "—"
            )
            return False
    if len(row["document"]) > DOCUMENT_LIMIT:
        message = N_("“%(column)s”超过 %(limit)s 字。")
        reader.refuse(row.place, message, column="document", limit=DOCUMENT_LIMIT)
        return False
    return bool(row["document"])
