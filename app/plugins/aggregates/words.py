"""Words for what is counted: tables and their lines, what looks wrong, what is missing."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.plugins.aggregates.figures import CHINESE, COUNT, OUTSIDE, REPEATED, Line
from app.plugins.establishment.labels import RANK
from app.plugins.surveys.labels import FIELDS, NATURE, SITE_FIELDS

TABLES = {"county": _l("按机构"), "group": _l("按组别"), "nature": _l("按单位性质"), "rank": _l("按单位规格")}
MISSING_STATES = {"missing": _l("未报送"), "returned": _l("退回补正")}
ANOMALIES = {
    COUNT: _l("网站个数与列出的不一致"),
    CHINESE: _l("没有中文域名"),
    OUTSIDE: _l("IP地址不在预期范围"),
    REPEATED: _l("域名重复"),
}
# What a number of a table leads to.
WHAT = {
    "expected": _l("应报单位"),
    "received": _l("已收单位"),
    "missing": _l("未收单位"),
    "without": _l("无网站单位"),
}
_YES = {"True": _l("是"), "False": _l("否")}


def anomaly_word(kind: str) -> Any:
    """What is wrong, in words."""
    return ANOMALIES[kind]


def label_of_line(by: str, line: Line) -> str:
    """A table's line in words."""
    if by == "nature":
        return str(NATURE[line.label])
    if by == "rank":
        return str(RANK[line.label])
    return line.label or str(_("未分组"))


def field_word(name: str) -> str:
    """A field of a sheet, or of one of its websites (``site.2.ip``)."""
    if name.startswith("site."):
        _site, number, field = name.split(".")
        return str(_("网站%(n)s的%(field)s", n=number, field=SITE_FIELDS[field]))
    own = {"state": _("状态"), "no_website": _("无网站")}
    return str(own.get(name) or FIELDS[name])


def value_word(name: str, value: str) -> str:
    """What stood in such a field."""
    words: dict[str, Any] = {"nature": NATURE, "rank": RANK, "no_website": _YES}.get(name, {})
    if name == "state":
        return str({"submitted": _("已提交"), "accepted": _("已接收")}.get(value, value))
    return str(words.get(value, value))
