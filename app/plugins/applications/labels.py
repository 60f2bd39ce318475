"""Words of applications: kinds, clocks, findings, means, audit verbs, tasks of a desk."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

STATE = {
    "draft": (_l("草稿"), "g"),
    "submitted": (_l("待初审"), "b"),
    "returned": (_l("退回补正"), "r"),
    "awaiting_paper": (_l("待书面材料"), "w"),
    "paper_review": (_l("书面审核"), "b"),
    "approved": (_l("审核通过"), "ok"),
    "reported": (_l("已报注册管理中心"), "b"),
    "badged": (_l("已核发标识"), "ok"),
    "refused": (_l("审核未通过"), "r"),
    "ineligible": (_l("不具备开办资格"), "r"),
    "withdrawn": (_l("已撤回"), "g"),
}
KIND = {
    "opening": (_l("开办审核"), "b"),
    "requalification": (_l("资格复核"), "g"),
    "change": (_l("网站变更"), "w"),
}
# What begins from a website; a change begins from its badge.
KIND_OFFERED = {"opening": _l("新开办网站申请"), "requalification": _l("已开办网站复核")}
KIND_BOX = {**KIND_OFFERED, "change": _l("网站变更申请")}
TRACK = {"organ": (_l("党政机关"), "b"), "institution": (_l("事业单位"), "g")}
CLOCK = {
    "first_review": _l("在线初审"),
    "applicant_paper": _l("报送书面材料"),
    "paper_review": _l("书面审核"),
}
FINDING = {"open": (_l("未判定"), "g"), "ok": (_l("符合"), "ok"), "bad": (_l("不符合"), "r")}
MEANS = {"exchange": _l("机要交换"), "hand": _l("当面递交"), "post": _l("邮寄")}


class Materials(dict[str, Any]):
    """What an office asks for besides bears the office's own words in the form; elsewhere it is 补充材料."""

    def __missing__(self, kind: str) -> Any:
        return _l("补充材料")


MATERIAL = Materials(
    sealed_form=_l("盖章的申请表（扫描件）"),
    identity=_l("身份证明材料"),
    proof=_l("具有行政管理职能的证明材料"),
    change_basis=_l("变更依据"),
    other=_l("其他材料"),
)
OUTCOME = {
    "passed": (_l("初审通过"), "ok"),
    "returned": (_l("退回补正"), "r"),
    "ineligible": (_l("不具备开办资格"), "r"),
    "approved": (_l("审核通过"), "ok"),
    "refused": (_l("审核未通过"), "r"),
    "sent_back": (_l("注册管理中心退回"), "r"),
}
TASK = {
    "fix": (_l("按退回意见补正后再次提交"), "r"),
    "send-paper": (_l("报送盖章的书面材料"), "r"),
    "finish": (_l("完成草稿并提交"), "g"),
    "first-review": (_l("在线初审"), "r"),
    "paper-review": (_l("书面审核"), "r"),
    "report": (_l("报送注册管理中心"), "r"),
    "await-paper": (_l("等待书面材料，收到后登记"), "w"),
}
VERBS = {
    "application.started": _l("新建申请"),
    "application.edited": _l("填写"),
    "application.attached": _l("上传材料"),
    "application.detached": _l("删除材料"),
    "application.replaced": _l("替换材料"),
    "application.handler_changed": _l("更换经办人"),
    "application.submitted": _l("提交"),
    "application.resubmitted": _l("补正后提交"),
    "application.withdrawn": _l("撤回"),
    "application.checked": _l("核对事项"),
    "application.exception_allowed": _l("同意“原则上”的例外"),
    "application.exception_disallowed": _l("取消对例外的同意"),
    "application.evidence_attached": _l("上传核对佐证"),
    "application.evidence_discarded": _l("删除核对佐证"),
    "application.claimed": _l("认领"),
    "application.reassigned": _l("改派"),
    "application.released": _l("退回待办"),
    "application.passed": _l("初审通过"),
    "application.returned": _l("退回补正"),
    "application.ineligible": _l("认定不具备开办资格"),
    "application.paper_received": _l("收到书面材料"),
    "application.approved": _l("审核通过"),
    "application.refused": _l("审核未通过"),
    "application.reported": _l("报送注册管理中心"),
    "application.sent_back": _l("注册管理中心退回"),
    "application.reopened": _l("注册管理中心退回后退回补正"),
    "application.badged": _l("核发网站标识"),
    "application.revealed": _l("查看个人信息"),
    "application.handed_over": _l("转交接手人"),
    "application.recounted": _l("按放假安排重新计算期限"),
    "checkpoint.written": _l("补充核对要点"),
    "checkpoint.undone": _l("撤销对核对要点的修改"),
}
# What the timeline leaves out: steps of work that change nothing for anybody else.
QUIET = frozenset(
    {
        "application.edited",
        "application.attached",
        "application.detached",
        "application.replaced",
        "application.checked",
        "application.evidence_attached",
        "application.evidence_discarded",
    }
)
# What only the office's side reads: who had it in hand, and why it was handed on.
INNER = frozenset({"application.claimed", "application.reassigned", "application.released"})
