"""Words of this room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STATE = {
    "active": (_l("在用"), "ok"),
    "invited": (_l("待启用"), "w"),
    "disabled": (_l("停用"), "g"),
    "locked": (_l("已锁定"), "r"),
}
INVITATION = {
    "open": (_l("待使用"), "w"),
    "used": (_l("已使用"), "ok"),
    "revoked": (_l("已作废"), "g"),
    "expired": (_l("已过期"), "g"),
    "spent": (_l("输错次数过多，已失效"), "r"),
}
PURPOSE = {"open": _l("首次启用"), "renew": _l("重新设置密码")}
WAY = {"print": _l("打印启用通知单，当面交本人"), "email": _l("电子邮件")}
POST = {
    "held": (_l("在任"), "ok"),
    "ahead": (_l("未到任"), "w"),
    "over": (_l("已终止"), "g"),
}
VERBS = {
    "person.added": _l("建立账号"),
    "person.invited": _l("签发启用码"),
    "person.invitation_revoked": _l("作废启用码"),
    "person.accepted": _l("凭启用码设置密码"),
    "person.closed": _l("原登录方式失效"),
    "person.disabled": _l("停用账号"),
    "person.enabled": _l("恢复启用账号"),
    "person.handed_over": _l("离岗交接"),
    "post.given": _l("设置岗位"),
    "post.extended": _l("岗位延期"),
    "post.ended": _l("终止岗位"),
}
