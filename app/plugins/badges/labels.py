"""Words for how a badge stands and for what is done to it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STATE = {
    "issued": (_l("有效"), "ok"),
    "suspended": (_l("暂停"), "w"),
    "revoked": (_l("已撤销"), "r"),
}
VERBS = {
    "badge.issued": _l("核发标识"),
    "badge.amended": _l("按变更更新标识信息"),
    "badge.suspended": _l("暂停标识"),
    "badge.resumed": _l("恢复标识"),
    "badge.revocation-decided": _l("决定撤销标识"),
    "badge.revoked": _l("执行撤销"),
    "badge.hung": _l("报告已加挂"),
    "badge.recounted": _l("按放假安排重新计算加挂期限"),
}
