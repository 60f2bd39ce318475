"""Words for campaigns."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KIND = {
    "survey": (_l("调查摸底"), "b"),
    "return": (_l("机构、人员信息和工作方案"), "b"),
    "filing": (_l("在线申请"), "b"),
    "finish": (_l("完成资格复核"), "b"),
}
VERBS = {
    "campaign.issued": _l("印发工作安排"),
    "campaign.amended": _l("更新工作安排"),
    "campaign.step-set": _l("自定时限"),
    "campaign.step-changed": _l("调整自定时限"),
}
