"""Words of the register."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KIND = {"chinese": (_l("中文域名"), "b"), "english": (_l("英文域名"), "g")}
STANDING = {
    "valid": (_l("有效"), "ok"),
    "expired": (_l("已过期"), "r"),
    "not-working": (_l("不能正常使用"), "w"),
    "unregistered": (_l("未注册"), "r"),
}
TASK_KIND = {
    "register": (_l("注册中文域名"), "r"),
    "renew": (_l("中文域名续费"), "r"),
    "repair": (_l("恢复域名解析"), "w"),
}
TASK_STATE = {
    "open": (_l("待办理"), "r"),
    "reported": (_l("已办理，待更新登记"), "w"),
    "valid": (_l("已有效"), "ok"),
    "dropped": (_l("不再使用"), "g"),
}
TASK_STEPS = {
    "register": _l("向域名注册服务机构注册该中文域名，注册单位须为本单位。"),
    "renew": _l("向域名注册服务机构为该中文域名续费，续费后的到期日期须晚于今天。"),
    "repair": _l("与域名注册服务机构或者网站维护单位联系，恢复该域名的解析。"),
}
VERBS = {
    "domain_task.opened": _l("开列域名办理事项"),
    "domain_task.reported": _l("报告域名已办理"),
    "domain_task.closed": _l("域名已有效，事项办结"),
    "domain_task.dropped": _l("不再使用该域名"),
    "domain.added": _l("登记网上名称"),
    "domain.edited": _l("修改网上名称登记"),
}
