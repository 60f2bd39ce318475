"""How a clock is shown: a few words, a tone, and a sentence that says who set the period and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import flask_babel
from flask_babel import gettext as _
from flask_babel import ngettext

from app.foundation.clock import service
from app.kernel import workdays
from app.kernel.workdays import DAY, FIXED, Calendar, Clock

CALM = "g"
DUE = "w"
LATE = "r"


@dataclass(frozen=True)
class ClockView:
    """``text`` for the chip, ``tone`` g, w or r, ``detail`` for the sentence behind it."""

    text: str
    tone: str
    detail: str


def view(clock: Clock, today: date, cal: Calendar | None = None) -> ClockView:
    """Show a clock as of ``today``; without ``cal`` by the official calendar (needs the application)."""
    cal = service.calendar() if cal is None else cal
    text, tone = _words(clock, today, cal)
    return ClockView(text, tone, _sentences(clock, cal))


def _words(clock: Clock, today: date, cal: Calendar) -> tuple[str, str]:
    if clock.stopped_on is not None:
        return str(_("已停止计时")), CALM
    if today == clock.due:
        return str(_("今天到期")), DUE
    days = abs((clock.due - today).days if clock.unit == DAY else workdays.left(today, clock.due, cal))
    if today > clock.due:
        return _overdue(clock.unit, days), LATE
    if days == 0:
        # Only days off lie between: a count of working days would read as if today were the last.
        return _days_left((clock.due - today).days), DUE
    return (_days_left(days) if clock.unit == DAY else _workdays_left(days)), CALM


def _workdays_left(count: int) -> str:
    return str(ngettext("剩 %(num)d 个工作日", "剩 %(num)d 个工作日", count))


def _days_left(count: int) -> str:
    return str(ngettext("剩 %(num)d 天", "剩 %(num)d 天", count))


def _overdue(unit: str, count: int) -> str:
    if unit == DAY:
        return str(ngettext("超期 %(num)d 天", "超期 %(num)d 天", count))
    if count == 0:
        return str(_("已超期"))
    return str(ngettext("超期 %(num)d 个工作日", "超期 %(num)d 个工作日", count))


def _day(day: date) -> str:
    return str(flask_babel.format_date(day, _("yyyy年M月d日（EEE）")))


def _counted(unit: str, days: int) -> str:
    if unit == DAY:
        return str(ngettext("%(num)d 天", "%(num)d 天", days))
    return str(ngettext("%(num)d 个工作日", "%(num)d 个工作日", days))


def _period(clock: Clock) -> str:
    due = _day(clock.due)
    if clock.unit == FIXED:
        return str(_("截止日期%(due)s，当日24时前均为按期。", due=due))
    return str(
        _(
            "%(start)s次日起算 %(period)s，%(due)s到期。",
            start=_day(clock.start),
            period=_counted(clock.unit, clock.days),
            due=due,
        )
    )


def _sentences(clock: Clock, cal: Calendar) -> str:
    said = [_period(clock), _("依据：%(source)s，%(rule)s。", source=clock.source, rule=clock.rule)]
    if not clock.firm:
        said.append(_("该时限为“原则上”的要求。"))
    if clock.unit == workdays.WORKDAY and not workdays.certain(clock.start, clock.due, cal):
        said.append(_("所跨日期的放假安排尚未公布，到期日暂定，公布后重新计算。"))
    if clock.stopped_on is not None:
        said.append(_("%(day)s停止计时。", day=_day(clock.stopped_on)))
        if clock.overdue(clock.stopped_on):
            said.append(_("停止时已超期。"))
    locale = flask_babel.get_locale()
    return ("" if locale is None or locale.language == "zh" else " ").join(said)
