"""The tables over contents, and what looks wrong: pure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.plugins.aggregates import charts, figures
from app.plugins.aggregates.content import Content
from app.plugins.aggregates.figures import Numbers, Survey
from tests.plugins.aggregates.test_rules import CONTENT, NET, SHEET

BELOW = Content(
    "430702", "中共常德市武陵区委机构编制委员会办公室", "武陵区编委办", "常编办发〔2014〕9号", 1, "2014-11-24T09:00:00+08:00", {"county": "区县"},
    (
        replace(
            SHEET, account="41840040", group="county", nature="institution", rank="section", site_count=3,
            sites=(replace(NET, chinese_domain="无", english_domain="wl.cddemo.gov.cn", ip="198.51.100.9", badged=True),
                   replace(NET, number=2, chinese_domain="武陵.政务", english_domain="CZJ.cddemo.gov.cn")),
        ),
        replace(SHEET, account="41840041", group="county", no_website=True, site_count=0, sites=()),
    ),
)  # fmt: skip
RANGES = {"430702": figures.networks(["203.0.113.0/24", "2001:db8::/32"])}
SURVEY = Survey([CONTENT, BELOW], RANGES)


def test_the_whole_counts_every_sheet_and_website() -> None:
    assert SURVEY.whole() == Numbers(
        expected=4, received=3, without=1, sites=3, chinese=2, english=3, badged=1, outside=1, repeated=2
    )
    assert (SURVEY.whole().missing, SURVEY.whole().no_chinese) == (1, 1)


@pytest.mark.parametrize(
    ("by", "lines"),
    [
        ("county", {"430700": (2, 1), "430702": (2, 2)}),
        ("group", {"市直各单位": (2, 1), "区县": (2, 2)}),
        ("nature", {"organ": (3, 2), "institution": (1, 1)}),
        ("rank", {"division": (3, 2), "section": (1, 1)}),
    ],
)
def test_each_table_adds_up_to_the_whole(by: str, lines: dict[str, tuple[int, int]]) -> None:
    table = SURVEY.table(by)
    assert {line.key: (line.numbers.expected, line.numbers.received) for line in table} == lines
    assert figures.added(line.numbers for line in table) == SURVEY.whole()
    for line in table:
        assert len(list(SURVEY.rows(by, line.key))) == line.numbers.expected


def test_an_address_is_judged_only_where_an_office_has_said_what_it_expects() -> None:
    assert not SURVEY.judged(CONTENT)
    assert SURVEY.judged(BELOW)
    assert not SURVEY.outside(CONTENT, replace(NET, ip="198.51.100.9"))
    assert SURVEY.outside(BELOW, replace(NET, ip="198.51.100.9"))
    assert not SURVEY.outside(BELOW, replace(NET, ip="2001:db8::1"))
    assert not SURVEY.outside(BELOW, replace(NET, ip="不详")), "no address is judged elsewhere"


def test_what_looks_wrong_is_named() -> None:
    found = [(one.kind, one.content.office, one.value) for one in SURVEY.anomalies()]
    assert found == [
        ("repeated", "430700", "czj.cddemo.gov.cn"),
        ("count", "430702", "3 / 2"),
        ("chinese", "430702", "wl.cddemo.gov.cn"),
        ("outside", "430702", "198.51.100.9"),
        ("repeated", "430702", "czj.cddemo.gov.cn"),
    ]


@pytest.mark.parametrize("chart", charts.CHARTS)
def test_a_chart_runs_nothing_and_says_its_numbers(chart: str, app: object) -> None:
    drawn = charts.svg(chart, "county", SURVEY.table("county"))
    assert drawn == charts.svg(chart, "county", SURVEY.table("county")), (
        "the same figures give the same bytes"
    )
    text = drawn.decode()
    assert "<script" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "").replace("http://pygal.org", "").replace(
        "http://github.com/Kozea/pygal", ""
    )
    assert "武陵区编委办" in text


def test_a_chart_of_nothing_says_so(app: object) -> None:
    assert "还没有数据" in charts.svg("sheets", "county", []).decode()
