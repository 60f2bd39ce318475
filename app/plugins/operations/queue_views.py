"""后台任务: the queues of one's own office and those below, and trying again what was given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import jobs
from app.foundation.access import current_actor
from app.foundation.admin.formatters import Cell
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.views import ScopedModelView, action, expose, has_access
from app.foundation.jobs import Job
from app.foundation.jobs.labels import STATE
from app.plugins.operations import queries, shown


class Kinds(Mapping[str, Any]):
    """Kind → title, of the kinds this program can do."""

    def __getitem__(self, name: str) -> Any:
        return jobs.catalogue()[name].title

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(jobs.catalogue()))

    def __len__(self) -> int:
        return len(jobs.catalogue())


class Queues(Mapping[str, Any]):
    """Queue → what people call it."""

    def __getitem__(self, name: str) -> Any:
        if name not in self._names():
            raise KeyError(name)
        return shown.queue_name(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    @staticmethod
    def _names() -> list[str]:
        return sorted({kind.queue for kind in jobs.catalogue().values()})


class JobView(ScopedModelView):
    """Jobs as they stand; whose they are and what they left is their owners' business."""

    route_base = "/jobs"
    datamodel = ScopedInterface(Job)
    obj = "job"
    acts = {"retry": "retry"}
    base_permissions = ["can_list", "can_show"]
    list_title = _l("后台任务")
    show_title = _l("任务")
    list_template = "operations/queue.html"
    show_template = "operations/job.html"
    list_columns = ["kind", "office", "state", "attempts", "created_at", "error"]
    show_columns = [
        "kind", "office", "queue", "state", "attempts", "created_at", "due_at", "started_at", "done_at", "done_count",
        "error",
    ]  # fmt: skip
    label_columns = {
        "kind": _l("任务"),
        "office": _l("机构"),
        "queue": _l("队列"),
        "state": _l("状态"),
        "attempts": _l("已试次数"),
        "created_at": _l("提出时间"),
        "due_at": _l("不早于"),
        "started_at": _l("最近开始"),
        "done_at": _l("结束时间"),
        "done_count": _l("进度"),
        "error": _l("最近一次失败的原因"),
    }
    search_columns = ["state", "queue", "kind", "created_at"]
    order_columns = ["created_at"]
    base_order = ("id", "desc")
    chips = {"state": STATE, "queue": Queues(), "kind": Kinds()}
    list_empty = _l("没有后台任务")
    list_hint = _l("导出、通知等在后台办理的事项，提出后在此列出；本机构和下级机构的都在内。")

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """The queues at a glance, then the jobs."""
        return self.render_template(
            self.list_template,
            title=self.list_title,
            widgets=self.list_page(),
            queues=queries.queues(),
            queue_name=shown.queue_name,
            pace=queries.pace(),
        )

    def cells(self, one: Job, columns: Any) -> tuple[Cell, ...]:
        """The row's own cells in words."""
        drawn = dict(zip(columns, super().cells(one, columns), strict=True))
        said = {
            "kind": shown.title_of(one.kind),
            "office": one.office.short_name,
            "queue": shown.queue_name(one.queue),
            "attempts": str(_("%(n)s 次", n=one.attempts)),
            "done_count": f"{one.done_count} / {one.total_count}" if one.total_count else "",
            "error": shown.told(one.error),
        }
        return tuple(Cell(said[name], name=name) if name in said else drawn[name] for name in columns)

    def offered_on(self, row: Job) -> Sequence[Any]:  # type: ignore[override]
        """Only what was given up can be tried again."""
        return super().offered_on(row) if row.state == "dead" else []

    @action("retry", _l("重试"), _l("重新排队办理，已试次数从头计算；已经办完或者正在办理的不受影响。"))
    def retry(self, rows: Any) -> None:
        """Try the ticked dead letters again, or the one that is shown.

        Raises:
            WrongState: the one shown is no dead letter.
        """
        ticked = not isinstance(rows, Job)
        chosen = [row for row in rows if row.state == "dead"] if ticked else [rows]
        for row in chosen:
            jobs.retry(row, actor=current_actor())
        if chosen:
            flash(_("已重新排队 %(n)s 项。", n=len(chosen)), "success")
        else:
            flash(_("所勾选的任务中没有失败的，没有重试。"), "warning")
