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
VERBS = {
    "domain.added": _l("登记网上名称"),
    "domain.edited": _l("修改网上名称登记"),
}
