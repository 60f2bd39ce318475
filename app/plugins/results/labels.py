"""Words of results and stop orders."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

RECIPIENT = {"conac": (_l("注册管理中心"), "b"), "cnnic": (_l("CNNIC"), "g")}
OUTCOME = {
    "passed": (_l("审核通过"), "ok"),
    "refused": (_l("审核未通过"), "r"),
    "lapsed": (_l("视为资格复核未通过"), "r"),
    "recalled": (_l("撤回审核通过的通报"), "w"),
}
NOTICE = {"waiting": (_l("待通报"), "w"), "sent": (_l("已通报"), "ok"), "void": (_l("不再通报"), "g")}
CAUSE = {
    "refused": (_l("资格复核未通过"), "r"),
    "lapse": (_l("视为资格复核未通过"), "r"),
    "opening": (_l("开办审核未通过"), "w"),
}
ORDER = {
    "proposed": (_l("待确认"), "w"),
    "confirmed": (_l("待发出"), "b"),
    "sent": (_l("已发出"), "b"),
    "done": (_l("已停止解析"), "ok"),
    "dismissed": (_l("不予停止"), "g"),
}
VERBS = {
    "notice.made": _l("列入结果通报"),
    "notice.sent": _l("通报审核结果"),
    "notice.void": _l("不再通报"),
    "stop.proposed": _l("提出停止解析"),
    "stop.confirmed": _l("确认停止解析"),
    "stop.dismissed": _l("决定不予停止解析"),
    "stop.sent": _l("发出停止解析函"),
    "stop.done": _l("登记已停止解析"),
}
