"""登录日志 and 操作记录 as files: which columns they have, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import clock
from app.foundation.admin import labels as words
from app.foundation.audit.models import AuditEntry
from app.foundation.documents import csv_table, xlsx
from app.foundation.documents.xlsx import Column, Sheet, Value
from app.foundation.signing.models import SignInRecord
from app.plugins.account import labels

KINDS = ("xlsx", "csv")
SIGN_INS, DEEDS = "sign_ins", "deeds"
TITLES = {SIGN_INS: _l("登录日志"), DEEDS: _l("操作记录")}
_COLUMNS: dict[str, tuple[tuple[Any, int], ...]] = {
    SIGN_INS: (
        (_l("时间"), 18), (_l("结果"), 14), (_l("姓名"), 14), (_l("用户名"), 20), (_l("方式"), 8), (_l("网络地址"), 18),
        (_l("浏览器"), 40),
    ),
    DEEDS: (
        (_l("序号"), 8), (_l("时间"), 18), (_l("办理时间"), 18), (_l("人员"), 14), (_l("岗位"), 24), (_l("操作"), 20),
        (_l("对象"), 16), (_l("编号"), 8), (_l("理由"), 40),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """A file to take away."""

    name: str
    content_type: str
    content: bytes


def written(what: str, kind: str, rows: Iterable[Sequence[Value]]) -> File:
    """The rows of a log as ``kind`` (``xlsx`` or ``csv``)."""
    title, now = str(TITLES[what]), clock.localise(clock.wall())
    columns = [(str(heading), width) for heading, width in _COLUMNS[what]]
    name = f"{title}-{now:%Y%m%d}.{kind}"
    if kind == "csv":
        return File(name, csv_table.CONTENT_TYPE, csv_table.table([one for one, _width in columns], rows))
    sheet = Sheet(
        title,
        [Column(heading, width) for heading, width in columns],
        rows,
        title=title,
        footer=[_("导出时间：%(at)s。", at=f"{now:%Y-%m-%d %H:%M}")],
    )
    return File(name, xlsx.CONTENT_TYPE, xlsx.workbook([sheet]))


def sign_in(row: SignInRecord) -> tuple[Value, ...]:
    """One line of the sign-in log."""
    return (
        row.at, str(labels.OUTCOME[row.outcome][0]), row.name, row.username, str(labels.KIND[row.kind][0]),
        row.address, row.agent,
    )  # fmt: skip


def deed(row: AuditEntry) -> tuple[Value, ...]:
    """One line of the record."""
    return (
        row.seq, row.wall_at, row.business_at, row.person, row.post, words.verb(row.verb),
        str(labels.TABLES.get(row.obj, row.obj)), row.object_id, row.reason,
    )  # fmt: skip
