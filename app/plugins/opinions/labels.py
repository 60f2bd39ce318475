"""Words of opinions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

ANSWER = {
    "agree": (_l("同意"), "ok"),
    "object": (_l("有不同意见"), "r"),
    "none": (_l("无意见"), "g"),
}
STATE = {
    "open": (_l("待反馈"), "w"),
    "withdrawn": (_l("已撤回"), "g"),
    "lapsed": (_l("未反馈"), "g"),
    **ANSWER,
}
VERBS = {
    "opinion.asked": _l("征求意见"),
    "opinion.answered": _l("反馈意见"),
    "opinion.withdrawn": _l("撤回征求意见"),
    "opinion.reminded": _l("催办反馈意见"),
}
