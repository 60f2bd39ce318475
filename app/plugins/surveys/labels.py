"""Words of a survey sheet: annex 5's own field names, verbs and stages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

FIELDS = {
    "unit_name": _l("单位名称"),
    "supervisor_name": _l("主管部门"),
    "nature": _l("单位性质"),
    "rank": _l("单位规格"),
    "leader": _l("单位负责人"),
    "site_count": _l("单位开办网站个数"),
    "address": _l("单位地址"),
    "contact": _l("网站联系人"),
    "phone": _l("联系电话"),
    "email": _l("电子邮箱"),
}
SITE_FIELDS = {
    "name": _l("网站名称"),
    "chinese_domain": _l("中文域名"),
    "english_domain": _l("英文域名"),
    "ip": _l("IP地址"),
}
NATURE = {"organ": _l("党政机关"), "institution": _l("事业单位")}
STATES = {
    "draft": (_l("草稿"), "g"),
    "submitted": (_l("已提交"), "b"),
    "returned": (_l("退回补正"), "r"),
    "accepted": (_l("已接收"), "ok"),
}
VERBS = {
    "survey.opened": _l("开始填写"),
    "survey.saved": _l("保存"),
    "survey.submitted": _l("提交"),
    "survey.withdrawn": _l("撤回修改"),
    "survey.returned": _l("退回补正"),
    "survey.accepted": _l("接收"),
    "survey.urged": _l("催报"),
    "survey.printed": _l("批量打印摸底调查表"),
    "survey.scan-attached": _l("上传盖章扫描件"),
    "survey.scan-removed": _l("移除盖章扫描件"),
    "unit.desk-reassigned": _l("调整填报科室"),
    "aggregate.report-made": _l("生成工作进展情况报告"),
    "aggregate.exported": _l("导出摸底汇总表"),
}
