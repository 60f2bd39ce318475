"""Words of messages, deliveries and announcements."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

CHANNEL = {"inbox": (_l("站内消息"), "g"), "email": (_l("电子邮件"), "b"), "sms": (_l("短信"), "b")}
STATE = {
    "queued": (_l("待发送"), "w"),
    "sent": (_l("已发出"), "b"),
    "delivered": (_l("已送达"), "ok"),
    "bounced": (_l("退回"), "r"),
    "refused": (_l("未发出"), "r"),
    "stored": (_l("未发出（离线）"), "g"),
}
OUTCOME = {
    "sent": (_l("对方已接收"), "b"),
    "delivered": (_l("已送达"), "ok"),
    "bounced": (_l("退回"), "r"),
    "refused": (_l("不再重试"), "r"),
    "later": (_l("稍后重试"), "w"),
}
REASON = {
    "": "",
    "address": _l("地址或者号码不存在"),
    "rejected": _l("对方拒收"),
    "unreachable": _l("连接不上"),
    "dropped": _l("发送中连接中断"),
    "busy": _l("对方暂时不受理"),
    "credentials": _l("账号或者密钥不正确"),
    "insecure": _l("不能建立加密连接"),
    "template": _l("没有已审核的短信模板"),
    "limit": _l("超过服务商的发送限制"),
    "unanswered": _l("对方没有答复"),
    "bounced": _l("对方退回"),
    "malformed": _l("答复不能识别"),
}
VERBS = {
    "delivery.resent": _l("重新发送通知"),
    "template.changed": _l("改写通知模板"),
    "template.given-up": _l("恢复全国统一用语"),
    "announcement.published": _l("发布公告"),
    "announcement.withdrawn": _l("撤回公告"),
}
