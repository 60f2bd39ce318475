"""Words of the queue."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

TAB = {"todo": _l("待办"), "done": _l("已办"), "mine": _l("我经手")}
TAB_SAID = {
    "todo": _l("本机构待办的申请，超期的在前，其余按剩余工作日排列。"),
    "done": _l("本机构已经审核或者办结、现在不需要办理的申请，最近办理的在前。"),
    "mine": _l("您承办、核对、收件或者作出过审核决定的申请，最近提交的在前。"),
}
TASK = {
    "first-review": _l("在线初审"),
    "await-paper": _l("收书面材料"),
    "paper-review": _l("书面审核"),
    "report": _l("报送标识"),
}
WHOSE = {"mine": _l("我承办的"), "nobody": _l("未认领的"), "others": _l("他人承办的")}
TIME = {"late": _l("已超期"), "soon": _l("3 个工作日内到期")}
BELOW = {
    "late": _l("审核超期"),
    "soon": _l("3 个工作日内到期"),
    "paper": _l("申请单位逾期未报书面材料"),
    "all": _l("全部在办"),
}
GUIDANCE = {"urge": (_l("催办"), "r"), "guide": (_l("指导"), "b")}
VERBS = {
    "guidance.urge": _l("上级催办"),
    "guidance.guide": _l("上级指导"),
    "guidance.read": _l("阅知上级催办、指导"),
}
