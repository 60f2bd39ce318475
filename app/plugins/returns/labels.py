"""Words of a return."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

FIELDS = {
    "leader": _l("分管负责同志"),
    "leader_post": _l("职务"),
    "leader_phone": _l("联系电话"),
    "section": _l("承办内设机构"),
    "section_phone": _l("机构电话"),
    "training": _l("业务培训情况"),
    "funding": _l("经费保障情况"),
}
STAFF_FIELDS = {"name": _l("姓名"), "post": _l("职务"), "phone": _l("联系电话")}
STATES = {
    "draft": (_l("草稿"), "g"),
    "submitted": (_l("已报送"), "b"),
    "returned": (_l("退回补正"), "r"),
    "received": (_l("已签收"), "ok"),
    "replaced": (_l("已由新报送替代"), "g"),
}
COPY_STATES = {
    "sent": (_l("待签收"), "r"),
    "signed": (_l("已签收"), "ok"),
    "recalled": (_l("已收回"), "g"),
}
VERBS = {
    "return.opened": _l("开始填写"),
    "return.saved": _l("保存"),
    "return.plan-attached": _l("上传工作方案"),
    "return.submitted": _l("报送"),
    "return.withdrawn": _l("撤回修改"),
    "return.received": _l("签收"),
    "return.sent-back": _l("退回补正"),
    "return.replaced": _l("由新报送替代"),
    "return.corrected": _l("更正后重新报送"),
    "return.revealed": _l("查看联系电话"),
    "return.urged": _l("催报机构、人员信息和工作方案"),
    "return.copied": _l("抄报"),
    "return.copy-signed": _l("签收抄报件"),
    "return.copy-recalled": _l("收回抄报件"),
    "return.copy-revealed": _l("查看抄报件中的联系电话"),
}
