"""Words for responsible persons."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

FIELDS = {
    "name": _l("责任人姓名"),
    "section": _l("所在科室"),
    "post": _l("职务"),
    "phone": _l("办公电话"),
    "mobile": _l("手机"),
    "email": _l("电子邮箱"),
}
VERBS = {
    "liaison.named": _l("明确责任人"),
    "liaison.handed-over": _l("交接责任人"),
    "liaison.ended": _l("责任人交出"),
    "liaison.updated": _l("更新责任人联系方式"),
    "liaison.revealed": _l("查看责任人联系方式"),
    "liaison.urged": _l("催报责任人"),
}
