"""Words of an aggregate's versions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STATES = {
    "draft": (_l("准备中"), "g"),
    "locked": (_l("已锁定"), "b"),
    "reported": (_l("已上报"), "w"),
    "received": (_l("上级已接收"), "ok"),
    "returned": (_l("上级退回"), "r"),
}
# Of a lower office none of whose versions is taken in.
LOWER = {
    "none": (_l("未编制"), "r"),
    "draft": (_l("准备中"), "r"),
    "locked": (_l("已锁定，未上报"), "r"),
    "reported": (_l("已上报，待接收"), "w"),
    "received": (_l("已接收"), "ok"),
    "returned": (_l("已退回，待更正"), "r"),
}
TOTALS = {
    "expected": _l("应报"),
    "received": _l("已收"),
    "accepted": _l("其中已接收"),
    "missing": _l("未收"),
    "sites": _l("网站个数"),
    "without": _l("无网站单位"),
}
CHANGES = {
    "added": (_l("新增单位"), "b"),
    "late": (_l("补报"), "ok"),
    "changed": (_l("内容变化"), "w"),
    "open": (_l("改为未收"), "r"),
    "removed": (_l("不再列入"), "g"),
}
VERBS = {
    "aggregate.prepared": _l("编制新版"),
    "aggregate.locked": _l("锁定"),
    "aggregate.reported": _l("上报"),
    "aggregate.withdrawn": _l("撤回上报"),
    "aggregate.received": _l("接收"),
    "aggregate.returned": _l("退回"),
    "aggregate.shared": _l("共享"),
    "aggregate.unshared": _l("撤销共享"),
    "aggregate.version-exported": _l("导出汇总"),
}
