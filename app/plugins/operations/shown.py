"""How a job reads to whoever waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import clock, jobs
from app.foundation.jobs import Job

# Queues by the words people know them by; a plugin's own stand under the name it gave them.
QUEUES = {
    "work": _l("导出和批量办理"),
    "mail": _l("邮件"),
    "sms": _l("短信"),
    "schedule": _l("定时任务"),
}
REFRESHED = timedelta(minutes=30)  # a page without JavaScript asks again by itself for so long


@dataclass(frozen=True)
class Shown:
    """One job of one's own.

    Attributes:
        state: words and tone of its chip.
        share: percent done, or None where nobody can say.
        said: how far it is, in words.
        reason: why it came to nothing.
        ready: its file can be fetched, until ``until``.
    """

    pk: int
    title: str
    state: tuple[str, str]
    share: int | None
    said: str
    reason: str
    open: bool
    stopping: bool
    ready: bool
    file: str
    until: datetime | None
    asked_at: datetime
    ended_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """What the live page needs to know."""
        return {"state": self.state[0], "share": self.share, "said": self.said, "open": self.open}


def shown(job: Job) -> Shown:
    """A job as its owner reads it."""
    ready = job.state == "done" and bool(job.result_file) and _kept(job)
    return Shown(
        pk=job.id,
        title=title_of(job.kind),
        state=_state(job, ready=ready),
        share=_share(job),
        said=_said(job),
        reason=told(job.error) if job.state == "dead" else "",
        open=job.open,
        stopping=job.open and job.cancel_asked_at is not None,
        ready=ready,
        file=job.result_name if ready else "",
        until=job.result_until if ready else None,
        asked_at=job.created_at,
        ended_at=job.done_at,
    )


def title_of(kind: str) -> str:
    """What people call a kind of job; one this program does not know keeps its stored name."""
    known = jobs.catalogue().get(kind)
    return str(known.title) if known is not None else kind


def queue_name(queue: str) -> str:
    """What people call a queue."""
    return str(QUEUES.get(queue, queue))


def waited(seconds: float | None) -> str:
    """How long something has been due, in the unit people would say it in."""
    if seconds is None:
        return ""
    for size, unit in ((86_400, _("%(n)s 天")), (3600, _("%(n)s 小时")), (60, _("%(n)s 分钟"))):
        if seconds >= size:
            return str(unit) % {"n": int(seconds // size)}
    return str(_("不到 1 分钟"))


def told(error: str) -> str:
    """The reason kept with a job, in the reader's language where it is one of our own sentences."""
    return str(_(error)) if error else ""


def asks_again(found: list[Shown]) -> bool:
    """Whether a page without JavaScript should ask again by itself: something goes on, and not for ever."""
    return any(one.open and one.asked_at > clock.wall() - REFRESHED for one in found)


def _kept(job: Job) -> bool:
    return job.result_until is not None and job.result_until > clock.wall()


def _state(job: Job, *, ready: bool) -> tuple[str, str]:
    if job.open and job.cancel_asked_at is not None:
        return str(_("正在取消")), "g"
    if job.state in {"waiting", "handed"}:
        return (str(_("等待重试")), "w") if job.attempts else (str(_("排队中")), "w")
    if job.state == "running":
        return str(_("正在办理")), "b"
    if job.state == "done":
        if ready:
            return str(_("可以下载")), "ok"
        return (str(_("文件已清除")), "g") if job.result_name else (str(_("已办完")), "ok")
    return (str(_("未办成")), "r") if job.state == "dead" else (str(_("已取消")), "g")


def _share(job: Job) -> int | None:
    if not job.total_count:
        return None
    return min(100, 100 * job.done_count // job.total_count)


def _said(job: Job) -> str:
    if not job.open:
        return ""
    note = told(job.note)
    if job.total_count:
        counted = _("已完成 %(done)s / %(total)s", done=job.done_count, total=job.total_count)
        return f"{counted}{'，' if note else ''}{note}"
    return note
