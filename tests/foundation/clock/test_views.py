"""How a clock is shown: words, tone and the sentence that says who set it."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from app.foundation.clock.calendar import OfficialCalendar
from app.foundation.clock.views import ClockView, view
from app.kernel import workdays

CALENDAR = OfficialCalendar(Path(__file__).resolve().parents[3] / "policies" / "calendar")
START = date(2014, 11, 17)


@pytest.fixture(autouse=True)
def chinese():
    app = Flask(__name__)
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    Babel(app)
    with app.app_context():
        yield


def review(start=START, days=5, firm=False, **more):
    return workdays.run(
        "first_review",
        start,
        days,
        CALENDAR,
        rule="收到在线申请后完成在线初审",
        source="办法第十二条",
        firm=firm,
        **more,
    )


def words(clock, today):
    shown = view(clock, today, CALENDAR)
    return shown.text, shown.tone


@pytest.mark.parametrize(
    ("today", "text", "tone"),
    [
        (date(2014, 11, 17), "剩 5 个工作日", "g"),
        (date(2014, 11, 19), "剩 3 个工作日", "g"),
        (date(2014, 11, 21), "剩 1 个工作日", "g"),
        (date(2014, 11, 24), "今天到期", "w"),
        (date(2014, 11, 25), "超期 1 个工作日", "r"),
        (date(2014, 12, 1), "超期 5 个工作日", "r"),
    ],
)
def test_a_clock_of_working_days(today, text, tone):
    assert words(review(), today) == (text, tone)


def test_a_weekend_after_the_due_day_is_overdue_but_not_by_a_working_day():
    friday = review(start=date(2014, 11, 14))
    assert friday.due == date(2014, 11, 21)
    assert words(friday, date(2014, 11, 22)) == ("已超期", "r")


def test_a_weekend_before_a_fixed_sunday_is_not_its_last_day():
    organs = workdays.fixed("organs", START, date(2014, 11, 30), rule="完成资格复核", source="通知第三条")
    assert words(organs, date(2014, 11, 27)) == ("剩 1 个工作日", "g")
    assert words(organs, date(2014, 11, 28)) == ("剩 2 天", "w")
    assert words(organs, date(2014, 11, 30)) == ("今天到期", "w")
    assert words(organs, date(2014, 12, 1)) == ("超期 1 个工作日", "r")


def test_a_clock_of_calendar_days():
    closed = review(days=30, unit="day")
    assert words(closed, date(2014, 12, 7)) == ("剩 10 天", "g")
    assert words(closed, date(2014, 12, 17)) == ("今天到期", "w")
    assert words(closed, date(2014, 12, 20)) == ("超期 3 天", "r")
    assert "次日起算 30 天，" in view(closed, START, CALENDAR).detail


def test_the_sentence_says_start_period_due_date_and_source():
    assert view(review(firm=True), START, CALENDAR) == ClockView(
        "剩 5 个工作日",
        "g",
        "2014年11月17日（周一）次日起算 5 个工作日，2014年11月24日（周一）到期。"
        "依据：办法第十二条，收到在线申请后完成在线初审。",
    )


def test_a_soft_limit_says_so():
    assert view(review(), START, CALENDAR).detail.endswith("该时限为“原则上”的要求。")


def test_a_fixed_deadline_says_until_when_it_counts():
    clock = workdays.fixed(
        "filing", START, date(2014, 11, 25), rule="在线提交资格复核申请", source="通知第三条"
    )
    assert view(clock, START, CALENDAR).detail == (
        "截止日期2014年11月25日（周二），当日24时前均为按期。依据：通知第三条，在线提交资格复核申请。"
    )


def test_a_stopped_clock_says_when_and_whether_it_was_late():
    in_time = view(review(firm=True).stopped(date(2014, 11, 24)), date(2014, 12, 31), CALENDAR)
    late = view(review(firm=True).stopped(date(2014, 11, 25)), date(2014, 12, 31), CALENDAR)
    assert (in_time.text, in_time.tone) == (late.text, late.tone) == ("已停止计时", "g")
    assert in_time.detail.endswith("2014年11月24日（周一）停止计时。")
    assert late.detail.endswith("2014年11月25日（周二）停止计时。停止时已超期。")


def test_an_estimated_due_date_is_called_provisional():
    assert "暂定" not in view(review(), START, CALENDAR).detail
    far = review(start=date(2040, 9, 28))
    assert "到期日暂定" in view(far, far.start, CALENDAR).detail
    fixed = workdays.fixed("far", date(2040, 1, 1), date(2040, 10, 1), rule="报告", source="通知第五条")
    assert "暂定" not in view(fixed, fixed.start, CALENDAR).detail, "a date somebody set needs no calendar"


def test_parameters_in_the_rule_are_shown_as_they_stand():
    odd = dataclasses.replace(review(), rule="完成 100%(x)s", source="某办")
    assert "完成 100%(x)s" in view(odd, START, CALENDAR).detail


def test_sentences_stand_apart_in_a_language_that_spaces_them():
    app = Flask(__name__)
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app)
    with app.app_context():
        assert view(review(), START, CALENDAR).detail.count("。 ") == 2
