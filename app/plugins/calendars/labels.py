"""Words of the calendar: what a year rests on, states of an arrangement, audit verbs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.foundation.clock.calendar import ESTIMATE, OWN, PACKAGE

BASES = {
    OWN: _l("按下列文件"),
    PACKAGE: _l("按历年国务院办公厅放假通知（随程序提供）"),
    ESTIMATE: _l("放假安排尚未公布，按节日推算"),
}
STATES = {
    "proposed": (_l("待确认"), "w"),
    "confirmed": (_l("已生效"), "ok"),
    "cancelled": (_l("已放弃"), "g"),
}
VERBS = {
    "calendar.proposed": _l("录入放假安排"),
    "calendar.confirmed": _l("确认放假安排"),
    "calendar.cancelled": _l("放弃放假安排"),
}
