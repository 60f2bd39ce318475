"""Words for the states of jobs, and for what people do with them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels
from app.foundation.jobs.models import CANCELLED, DEAD, DONE, HANDED, RUNNING, WAITING

STATE = {
    WAITING: (_l("等待中"), "w"),
    HANDED: (_l("已分派"), "b"),
    RUNNING: (_l("执行中"), "b"),
    DONE: (_l("已完成"), "ok"),
    DEAD: (_l("失败"), "r"),
    CANCELLED: (_l("已取消"), "g"),
}
VERBS = {"job.cancelled": _l("取消任务"), "job.retried": _l("重试任务")}

labels.add("job", STATE)
labels.add(labels.VERB, VERBS)
