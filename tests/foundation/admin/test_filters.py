"""How values read on a page."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from app.foundation.admin import filters
from app.kernel.errors import Finding, Invalid, Refusal

MORNING = datetime(2014, 11, 24, 1, 0, tzinfo=UTC)
LATE = datetime(2014, 11, 30, 16, 30, tzinfo=UTC)  # already 1 December in Beijing


def shown(app: Flask, template: str, **values: object) -> str:
    with app.test_request_context("/somewhere?a=1&a=2&page=3"):
        return app.jinja_env.from_string(template).render(**values)


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("{{ v | cndate }}", date(2014, 11, 24), "2014年11月24日（周一）"),
        ("{{ v | cndate }}", LATE, "2014年12月1日（周一）"),
        ("{{ v | cntime }}", MORNING, "2014年11月24日（周一）09:00"),
        ("{{ v | shortdate }}", date(2014, 3, 5), "03-05"),
        ("{{ v | shorttime }}", LATE, "12-01 00:30"),
        ("{{ v | isodate }}", date(2014, 11, 24), "2014-11-24"),
        ("{{ v | isodate }}", MORNING, "2014-11-24T09:00+08:00"),
        ("{{ v | isodate }}", None, ""),
        ("{{ v | cndate }}{{ v | cntime }}{{ v | shortdate }}{{ v | shorttime }}", None, "————"),
        ("{{ v | nothing }}", "", "—"),
        ("{{ v | nothing }}", 0, "0"),
        ("{{ v | size }}", 900, "900 字节"),
        ("{{ v | size }}", 20_480, "20 KB"),
        ("{{ v | size }}", 1_300_000, "1.2 MB"),
        ("{{ v | total }}", 320, "共 320 条"),
        ("{{ v | total }}", 10_000, "共 10000 条"),
        ("{{ v | total }}", 10_001, "共 10000+ 条"),
    ],
)
def test_values_read_as_people_write_them(app: Flask, template: str, value: object, text: str) -> None:
    assert shown(app, template, v=value) == text


def test_a_finding_is_a_sentence_with_its_numbers_and_its_source(app: Flask) -> None:
    said = [
        Finding("name", "名称不得超过 %(n)s 个字。", "办法第六条", params={"n": 31}),
        Finding("name", "名称须含汉字。"),
        Finding("ip", "IP 地址格式不对。"),
    ]
    assert shown(app, "{{ v | about('name') }}", v=said) == "名称不得超过 31 个字（办法第六条）；名称须含汉字"
    assert shown(app, "{{ v | about('host') }}", v=said) == ""
    assert shown(app, "{{ v | map('words') | join('|') }}", v=said[1:]) == "名称须含汉字。|IP 地址格式不对。"


def test_a_percent_sign_without_parameters_stands_as_it_is(app: Flask) -> None:
    assert (
        shown(app, "{{ v | words }}", v=Refusal("x", "完成 90% 以上方可汇总。")) == "完成 90% 以上方可汇总。"
    )


def test_pairs_of_field_and_text_count_as_findings(app: Flask) -> None:
    assert (
        shown(app, "{{ v | about('name') }}|{{ v[0] | field_of }}", v=[("name", "请填写")]) == "请填写|name"
    )


def test_what_a_refusal_of_a_form_says_is_counted(app: Flask) -> None:
    invalid = Invalid([Finding("a", "甲"), Finding("b", "乙")])
    assert shown(app, "{{ v | words }}", v=invalid) == "填报内容有 2 处需要更正。"


def test_the_page_says_which_language_it_is_in(app: Flask) -> None:
    with app.test_request_context("/?_l_=en"):
        assert filters.page_lang() == "en"
    with app.test_request_context("/"):
        assert filters.page_lang() == "zh-CN"
