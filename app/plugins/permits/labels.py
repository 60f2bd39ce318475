"""Words for dated exceptions: what they cover, where they stand in time, what was done to them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

HOW = {
    "at": _l("该机构审核的单位"),
    "below": _l("该机构下级审核的单位"),
    "under": _l("该机构及其下级审核的单位"),
    "filed": _l("由该岗协调落实的单位和网站"),
}
# What a reach of policy.csv covers, from the holder's own node.
REACH = {
    "unit": _l("本单位"),
    "filed": _l("记在本机构或者本岗名下的"),
    "at": _l("本级"),
    "below": _l("下级，不含本级"),
    "under": _l("本级及下级"),
    "host": _l("所在层级"),
    "above": _l("本级及上级"),
}
GRANT_STATES = {
    "current": (_l("生效中"), "b"),
    "future": (_l("未开始"), "w"),
    "stopped": (_l("已提前终止"), "g"),
    "past": (_l("已到期"), "g"),
}
EVERYWHERE = _l("全国")
POST_STATES = {
    "current": (_l("在岗"), "b"),
    "aside": (_l("因职责冲突暂停"), "r"),
    "ended": (_l("已终止"), "g"),
    "future": (_l("未开始"), "w"),
    "past": (_l("已到期"), "g"),
    "closed": (_l("机构已停用"), "g"),
}
SIDES = {
    "all": _l("全部"),
    "given": _l("由本机构及下级开放的"),
    "held": _l("授予本机构及所属岗的"),
}
VERBS = {
    "grant.given": _l("办理授权"),
    "grant.ended": _l("提前终止授权"),
    "policy.exported": _l("导出权限矩阵"),
}
