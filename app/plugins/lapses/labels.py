"""Words of lapses: states and audit verbs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STATES = {
    "candidate": (_l("待确认"), "w"),
    "confirmed": (_l("视为资格复核未通过"), "r"),
    "dismissed": (_l("不予认定"), "g"),
    "filed": (_l("已逾期补报"), "b"),
    "lifted": (_l("期限已延长"), "g"),
}
VERBS = {
    "lapse.listed": _l("列为候选"),
    "lapse.relisted": _l("重新列为候选"),
    "lapse.filed": _l("逾期补报，不再列为候选"),
    "lapse.lifted": _l("期限延长，不再列为候选"),
    "lapse.confirmed": _l("确认视为资格复核未通过"),
    "lapse.dismissed": _l("不予认定"),
}
