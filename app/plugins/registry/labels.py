"""Words for the states of a reported item and for what was done."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

ITEM = {
    "pending": (_l("待核发"), "b"),
    "returned": (_l("已退回"), "r"),
    "issued": (_l("已核发"), "ok"),
}
VERBS = {
    "facts.frozen": _l("固定审核通过的信息"),
    "batch.sent": _l("报送并申请发放标识"),
    "item.returned": _l("退回报送机构"),
    "item.issued": _l("核发标识"),
}
