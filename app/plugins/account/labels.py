"""Words for sessions, outcomes and devices."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l

KIND = {"browser": (_l("网页"), "b"), "api": (_l("接口"), "g")}
OUTCOME = {
    "success": (_l("登录成功"), "ok"),
    "wrong_password": (_l("密码不正确"), "w"),
    "wrong_code": (_l("验证码不正确"), "w"),
    "locked": (_l("登录暂停中"), "r"),
    "unknown_account": (_l("账号不存在"), "r"),
    "disabled": (_l("账号已停用"), "r"),
    "signed_out": (_l("退出"), "g"),
    "forced": (_l("强制下线"), "r"),
    "timed_out": (_l("超时退出"), "g"),
}
VERBS = {
    "session.ended": _l("结束会话"),
    "person.password_set": _l("修改密码"),
    "person.unlocked": _l("解除锁定"),
    "factor.enrolled": _l("启用两步验证"),
    "factor.removed": _l("停用两步验证"),
    "factor.reset": _l("重置两步验证"),
    "factor.codes_renewed": _l("更换恢复码"),
    # of the foundation's own, which no plugin names
    "file.stored": _l("上传文件"),
    "file.discarded": _l("删除文件"),
    "file.infected": _l("拒收带病毒的文件"),
    "backup.created": _l("制作备份"),
    "backup.restored": _l("从备份恢复"),
    "keys.rotated": _l("更换加密密钥"),
    "office.changed": _l("机构信息变动"),
    "office.closed": _l("机构停用"),
    "tenants.synced": _l("同步机构数据"),
    "unit.reassigned": _l("单位转由其他机构审核"),
    "demo.loaded": _l("载入演示数据"),
    "item.issued": _l("核发标识"),
    "item.returned": _l("退回报送机构"),
}
# What the record names its objects by: tables.
TABLES = {
    "ab_user": _l("人员"),
    "aggregate_version": _l("汇总"),
    "announcement": _l("通知公告"),
    "application": _l("申请"),
    "approved_facts": _l("审核通过的信息"),
    "badge": _l("网站标识"),
    "batch": _l("报送批次"),
    "batch_item": _l("报送的网站"),
    "bylaw": _l("细则"),
    "campaign": _l("工作安排"),
    "campaign_change": _l("工作安排的变更"),
    "campaign_draft": _l("工作安排的草稿"),
    "campaign_receipt": _l("工作安排的阅读"),
    "campaign_step": _l("工作安排的时限"),
    "campaign_urge": _l("催办"),
    "delivery": _l("邮件和短信"),
    "domain_record": _l("网上名称"),
    "domain_task": _l("域名办理事项"),
    "holiday_arrangement": _l("放假安排"),
    "import_batch": _l("导入批次"),
    "invitation": _l("启用通知"),
    "job": _l("后台任务"),
    "jurisdiction_grant": _l("授权与共享"),
    "liaison": _l("网站责任人"),
    "lapse": _l("逾期未申请的网站"),
    "notice_template": _l("通知模板"),
    "office": _l("机构"),
    "office_file": _l("机构文件"),
    "office_return": _l("机构、人员信息和工作方案"),
    "post": _l("岗位"),
    "result_notice": _l("审核结果通报"),
    "return_copy": _l("抄报件"),
    "revocation": _l("撤销决定"),
    "sign_in_session": _l("会话"),
    "site": _l("网站"),
    "stop_order": _l("停止解析"),
    "stored_file": _l("文件"),
    "survey_sheet": _l("摸底调查表"),
    "unit": _l("单位"),
}
# The first that is named in what a browser calls itself; order matters, most also name their relatives.
_BROWSERS = (
    ("Edg/", "Edge"), ("QQBrowser/", "QQ 浏览器"), ("MicroMessenger/", "微信"), ("OPR/", "Opera"),
    ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("UOS", "统信 UOS"), ("Kylin", "麒麟"), ("Linux", "Linux"),
)  # fmt: skip


def device(agent: str) -> str:
    """``Chrome 140 · Windows``; what is not recognised stands as it came, cut short."""
    browser = next(
        (f"{name} {_version(agent, mark)}".strip() for mark, name in _BROWSERS if mark in agent), ""
    )
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(filter(None, (browser, system))) or agent[:40]


def _version(agent: str, mark: str) -> str:
    found = re.search(re.escape(mark) + r"([0-9]{1,4})", agent)
    return found[1] if found else ""
