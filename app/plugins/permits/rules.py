"""Which exceptions may be granted and how they stand in time: facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from app.kernel import paths
from app.kernel.errors import N_, Finding, Refusal

SERVES = "serves"
FILED = "filed"
DOCUMENT_LIMIT = 120
REASON_LIMIT = 200


class Dated(Protocol):
    """A row in force from a day to a day, both included."""

    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date | None: ...


class Stoppable(Dated, Protocol):
    """A dated row that may have been stopped at once, or be kept by the tenants' files."""

    @property
    def stopped_on(self) -> date | None: ...
    @property
    def declared(self) -> bool: ...
    @property
    def document(self) -> str: ...


@dataclass(frozen=True)
class Wanted:
    """An exception asked for; offices by path and kind (office, desk, registry)."""

    holder_path: str
    holder_kind: str
    where_path: str
    where_kind: str
    relation: str
    how: str
    since: date
    until: date
    document: str


def standing(row: Dated, today: date) -> str:
    """Where a dated row stands on a day: current, future or past."""
    if row.since > today:
        return "future"
    return "current" if row.until is None or row.until >= today else "past"


def standing_of(grant: Stoppable, today: date) -> str:
    """The same of a grant, which may also have been stopped."""
    return "stopped" if grant.stopped_on is not None else standing(grant, today)


def together(one: Dated, other: Dated) -> bool:
    """Whether two periods have a day in common."""
    return (one.until or date.max) >= other.since and (other.until or date.max) >= one.since


def findings(wanted: Wanted, today: date) -> Iterator[Finding]:
    """What is wrong with an exception asked for, each beside its field."""
    if wanted.holder_path == wanted.where_path:
        yield Finding("holder", N_("被授权方和开放方不能是同一机构：对本机构的权限由岗位决定。"))
    if (wanted.where_kind == "desk") != (wanted.how == FILED):
        yield Finding(
            "how",
            N_("岗（科室）不审核单位，只能开放由其协调落实的单位和网站。")
            if wanted.where_kind == "desk"
            else N_("“由该岗协调落实的单位和网站”只能从岗（科室）开放，请改选开放方或者范围。"),
        )
    if (wanted.relation == SERVES) != (wanted.holder_kind == "registry"):
        yield Finding(
            "relation", N_("“全国（注册管理中心服务范围）”只授予注册管理机构，注册管理机构也只有这一种。")
        )
    if wanted.since < today:
        yield Finding("since", N_("起始日期不得早于今天。"))
    if wanted.until < wanted.since:
        yield Finding("until", N_("截止日期不得早于起始日期。"))
    if not wanted.document.strip():
        yield Finding("document", N_("请填写授权文件的名称或者文号。"))
    elif len(wanted.document) > DOCUMENT_LIMIT:
        yield Finding("document", N_("不超过 %(limit)s 个字。"), params={"limit": DOCUMENT_LIMIT})


def ensure_no_overlap(wanted: Wanted, others: Iterable[Stoppable]) -> None:
    """Refuse a second exception of the same kind for a day that has one.

    Raises:
        Refusal: with the period and the document of the one that stands.
    """
    for other in others:
        if other.stopped_on is None and together(wanted, other):
            raise Refusal(
                "grant-overlap",
                N_(
                    "已有相同授权（%(since)s 至 %(until)s，%(document)s）。请先终止该授权，或者改选不重叠的日期。"
                ),
                field="since",
                since=f"{other.since}",
                until=f"{other.until or '—'}",
                document=other.document,
            )


def ensure_endable(grant: Stoppable, today: date) -> None:
    """Raises:
    Refusal: the grant is kept in the tenants' files, was stopped, or is over.
    """
    if grant.declared:
        raise Refusal(
            "grant-declared",
            N_("此授权由租户数据维护，请在机构数据的 grants.csv 中填写截止日期，再同步。"),
        )
    if standing_of(grant, today) in {"past", "stopped"}:
        raise Refusal("grant-over", N_("此授权已经终止，不需要再办理。"))


def ensure_end(grant: Stoppable, last: date | None, reason: str, today: date) -> None:
    """Check how a grant is to end: at once (``last`` None), or after its ``last`` day.

    Raises:
        Refusal: the day is past, before the grant begins or not earlier than planned; or no reason is given.
    """
    if last is not None and last < max(today, grant.since):
        raise Refusal(
            "grant-end-early",
            N_("最后一天不得早于今天和起始日期；要即刻停止的，请选“立即终止”。"),
            field="last",
        )
    if last is not None and grant.until is not None and last >= grant.until:
        raise Refusal(
            "grant-end-late", N_("所选日期不早于原截止日期：延长授权须凭文件另行办理。"), field="last"
        )
    if not reason.strip():
        raise Refusal("reason-missing", N_("请填写提前终止的理由。"), field="reason")
    if len(reason) > REASON_LIMIT:
        raise Refusal("reason-long", N_("不超过 %(limit)s 个字。"), field="reason", limit=REASON_LIMIT)


def counted_from(how: str, where_path: str) -> str:
    """The path whose rows must be read to count what is opened: a desk's rows are reviewed one step above it."""
    return paths.parent(where_path) if how == FILED else where_path
