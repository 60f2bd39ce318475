"""What a database holds, read in one transaction: revision, rows of every table, head of the record, uploads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import String, and_, column, func, inspect, select, table
from sqlalchemy.engine import Connection

from app.foundation.audit.models import AuditEntry, AuditHead
from app.foundation.backup.manifest import Holdings
from app.foundation.backup.progress import Progress
from app.foundation.files.models import StoredFile
from app.foundation.files.office_files import OfficeFile

SHOWN = 10


@dataclass(frozen=True)
class Upload:
    """What the database says of an uploaded file."""

    stored_name: str
    size: int
    sha256: str


def tables(connection: Connection) -> list[str]:
    """The names of all tables."""
    return sorted(inspect(connection).get_table_names())


def holdings(connection: Connection, progress: Progress) -> Holdings:
    """Count everything."""
    names = tables(connection)
    rows = {}
    for number, name in enumerate(names):
        progress.note("清点数据表", number, len(names))
        rows[name] = int(connection.execute(select(func.count()).select_from(table(name))).scalar_one())
    count, head = audit_head(connection)
    revisions = sorted(MigrationContext.configure(connection).get_current_heads())
    return Holdings(",".join(revisions), rows, count, head)


def audit_head(connection: Connection) -> tuple[int, str]:
    """How many entries the record has, and the last one's MAC."""
    found = connection.execute(select(AuditHead.count, AuditHead.mac)).one_or_none()
    return (int(found[0]), str(found[1])) if found else (0, "")


def uploads(connection: Connection) -> list[Upload]:
    """Every uploaded file the database knows."""
    known = inspect(connection).get_table_names()
    found: list[Upload] = []
    for kind in (StoredFile, OfficeFile):
        if kind.__tablename__ in known:  # an older backup has no files of offices
            query = select(kind.stored_name, kind.size, kind.sha256).order_by(kind.id)
            found += [Upload(*row) for row in connection.execute(query)]
    return found


def results(connection: Connection) -> list[str]:
    """The files that jobs left for whoever waits, by stored name."""
    if "job" not in inspect(connection).get_table_names():
        return []
    name = column("result_file", String)
    query = select(name).select_from(table("job")).where(name.is_not(None), name != "")
    return [str(one) for one in connection.execute(query).scalars()]


def audit_faults(connection: Connection, outside: bytes | None) -> Iterator[str]:
    """Where the head outside the database, read before, contradicts the record."""
    if not outside:
        return
    try:
        kept: dict[str, Any] = json.loads(outside)
        count, mac = int(kept["count"]), str(kept["mac"])
    except (ValueError, KeyError, TypeError):
        yield "库外链头文件 audit.head 无法读取，请运行 flask audit verify。"
        return
    there = connection.execute(select(AuditEntry.mac).where(AuditEntry.seq == count)).scalar_one_or_none()
    if count and there != mac:
        yield f"操作记录第 {count} 条与库外链头不符，请运行 flask audit verify。"


def orphans(connection: Connection, progress: Progress) -> Iterator[str]:
    """Rows that point to nothing, a line for each foreign key."""
    found = inspect(connection)
    names = found.get_table_names()
    for number, name in enumerate(names):
        progress.note("核对外键", number, len(names))
        for key in found.get_foreign_keys(name):
            lost = _pointing_nowhere(connection, name, key)
            if lost:
                yield f"数据表 {name} 有 {lost} 行指向 {key['referred_table']} 中不存在的行。"


def _pointing_nowhere(connection: Connection, name: str, key: Any) -> int:
    own, there = key["constrained_columns"], key["referred_columns"]
    child = table(name, *(column(one) for one in own)).alias("child")
    parent = table(key["referred_table"], *(column(one) for one in there)).alias("parent")
    pairs = [child.c[mine] == parent.c[theirs] for mine, theirs in zip(own, there, strict=True)]
    query = (
        select(func.count())
        .select_from(child.outerjoin(parent, and_(*pairs)))
        .where(*(child.c[one].is_not(None) for one in own), parent.c[there[0]].is_(None))
    )
    return int(connection.execute(query).scalar_one())


def compare(found: Holdings, promised: Holdings) -> Iterator[str]:
    """Where a database differs from what a manifest says."""
    if found.revision != promised.revision:
        yield f"结构版本为 {found.revision or '无'}，清单记载为 {promised.revision or '无'}。"
    differing = [
        f"{name}（清单 {promised.rows.get(name, '无')}，实有 {found.rows.get(name, '无')}）"
        for name in sorted({*found.rows, *promised.rows})
        if found.rows.get(name) != promised.rows.get(name)
    ]
    if differing:
        more = f" 等 {len(differing)} 张表" if len(differing) > SHOWN else ""
        yield f"行数与清单不符：{'、'.join(differing[:SHOWN])}{more}。"
    if (found.audit_count, found.audit_head) != (promised.audit_count, promised.audit_head):
        yield f"操作记录的链头与清单不符：清单记到第 {promised.audit_count} 条，实有 {found.audit_count} 条。"
