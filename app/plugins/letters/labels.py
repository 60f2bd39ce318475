"""Words of documents: verbs of the record, and what of a document may have changed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

VERBS = {
    "letter.issued": _l("生成文书"),
    "letter.taken": _l("下载文书"),
    "letter.batch": _l("批量生成文书"),
}
# What a document says, by the name of its part; what is not here changed without being shown by name.
PARTS = {
    "account": _l("用户帐号"),
    "applications": _l("所列网站"),
    "sites": _l("所列网站"),
    "types": _l("申请类型"),
    "organ_name": _l("开办主体名称"),
    "organ": _l("开办主体名称"),
    "supervisor_name": _l("上级主管单位"),
    "functions": _l("开办主体职能"),
    "organ_type": _l("组织机构类型"),
    "address": _l("通讯地址"),
    "postcode": _l("邮编"),
    "site_name": _l("网站名称"),
    "site": _l("网站名称"),
    "site_intro": _l("网站简介"),
    "chinese_domain": _l("中文域名"),
    "english_domain": _l("英文域名"),
    "ip": _l("网站IP地址"),
    "leader": _l("网站主要负责人信息"),
    "handler": _l("网站申请经办人信息"),
    "id_number": _l("网站申请经办人信息"),
    "contact": _l("联系人信息"),
    "phone": _l("联系人信息"),
    "opinion": _l("机构编制部门意见"),
    "copies": _l("份数"),
    "reasons": _l("原因"),
    "words": _l("具体情况"),
    "facts": _l("网站标识的登记信息"),
    "hang": _l("加挂期限"),
    "rows": _l("所列网站"),
    "to": _l("主送机关"),
    "office": _l("发文机关"),
    "day": _l("日期"),
}
