"""Words for campaigns."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KIND = {
    "survey": (_l("调查摸底"), "b"),
    "return": (_l("机构、人员信息和工作方案"), "b"),
    "filing": (_l("在线申请"), "b"),
    "review": (_l("在线初审"), "b"),
    "paper": (_l("报送书面材料"), "b"),
    "hanging": (_l("加挂网站标识"), "b"),
    "finish": (_l("完成资格复核"), "b"),
}
TRACK = [("any", _l("两类单位相同")), ("organ", _l("党政机关")), ("institution", _l("事业单位"))]
MODE = [
    ("fixed", _l("规定截止日期")),
    ("own", _l("由下级机构自定日期")),
    ("window", _l("集中办理时间，不作为期限")),
]
DRAFT = {
    "draft": (_l("起草中"), "w"),
    "issued": (_l("已印发"), "ok"),
    "withdrawn": (_l("已撤回"), "g"),
}
VERBS = {
    "campaign.drafted": _l("起草工作安排"),
    "campaign.draft-saved": _l("修改草稿"),
    "campaign.draft-withdrawn": _l("撤回草稿"),
    "campaign.changed": _l("变更工作安排"),
    "campaign.extended": _l("延长期限"),
    "campaign.read": _l("确认已阅"),
    "campaign.urged": _l("催办"),
    "campaign.urge-received": _l("确认收到催办"),
    "campaign.issued": _l("印发工作安排"),
    "campaign.amended": _l("更新工作安排"),
    "campaign.step-set": _l("自定时限"),
    "campaign.step-changed": _l("调整自定时限"),
}
