"""Words of the register."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

DIRECTION = {"in": (_l("收"), "b"), "out": (_l("发"), "g")}
BOOK = {"in": _l("收件登记"), "out": _l("寄发登记")}
THING = {
    "letter": _l("申请函"),
    "form": _l("申请表"),
    "proof": _l("证明材料复印件"),
    "identity": _l("身份证明复印件"),
    "refusal": _l("审核未通过告知函"),
    "badge_notice": _l("网站标识发放通知"),
    "stop": _l("停止解析函"),
    "other": _l("其他"),
}
COUNTERPART = {
    "unit": _l("申请单位"),
    "conac": _l("注册管理中心"),
    "cnnic": _l("中国互联网络信息中心"),
    "named": _l("其他单位"),
}
VERBS = {
    "exchange.registered": _l("登记机要交换"),
    "exchange.received": _l("收到补送的书面材料"),
    "exchange.sent": _l("寄发书面材料"),
    "exchange.mismatch": _l("书面材料不符"),
    "exchange.scanned": _l("存入盖章申请表的扫描件"),
    "exchange.scan_removed": _l("删除盖章申请表的扫描件"),
}


def number_of(direction: str, year: int, serial: int) -> str:
    """The running number as the book says it: 收〔2014〕12号."""
    return f"{'收' if direction == 'in' else '发'}〔{year}〕{serial}号"
