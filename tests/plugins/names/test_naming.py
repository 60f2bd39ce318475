"""Website names: whose they are, whose place, what stands before a shared one (C-art.4, C-art.7(4), P-3.2)."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plugins.names.naming import NamingFacts, examples, model, stem, website_name_findings

COUNTY = NamingFacts("武陵区教育局", ("区教育局",), "武陵区", False, "常德市")
SHARED = NamingFacts("鼓楼区教育局", (), "鼓楼区", True, "南京市")
CITY = NamingFacts("常德市财政局", ("市财政局", "常德财政"), "常德市", False, "湖南省")
CENTRE = NamingFacts("国家市场监督管理总局", ("市场监管总局",))
ALL = (COUNTY, SHARED, CITY, CENTRE)


def codes(name: str, facts: NamingFacts) -> list[str]:
    return [finding.code for finding in website_name_findings(name, facts)]


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("武陵区教育局", COUNTY),
        ("武陵教育网", COUNTY),
        ("常德市武陵区教育局门户网站", COUNTY),
        ("南京市鼓楼区教育局网站", SHARED),
        ("南京鼓楼教育网", SHARED),
        ("常德财政网", CITY),
        ("常德市政府采购网", CITY),
        ("市场监管总局网", CENTRE),
        ("全国市场监督信息网", CENTRE),
        ("", COUNTY),
        ("  ", COUNTY),
    ],
)
def test_names_that_may_stand(name: str, facts: NamingFacts) -> None:
    assert codes(name, facts) == []


@pytest.mark.parametrize(
    ("name", "facts", "code"),
    [
        ("教育网", COUNTY, "name-unidentified"),
        ("鼎城教育网", COUNTY, "name-unidentified"),
        ("区教育局网站", COUNTY, "name-bare"),
        ("常德教育网", COUNTY, "name-above"),
        ("鼓楼区教育局网站", SHARED, "name-division"),
        ("鼓楼教育网", SHARED, "name-division"),
        ("鼓楼教育网（南京）", SHARED, "name-division"),
        ("南京教育网", SHARED, "name-above"),
        ("市财政局网站", CITY, "name-bare"),
        ("便民服务网", CENTRE, "name-unidentified"),
        ("常德<网>", CITY, "site-name-characters"),
        ("常", CITY, "site-name-length"),
        ("常德" * 40, CITY, "site-name-length"),
        ("www.changde.gov.cn", CITY, "site-name-address"),
    ],
)
def test_names_that_may_not_and_why(name: str, facts: NamingFacts, code: str) -> None:
    assert codes(name, facts) == [code]


def test_a_refusal_names_the_article_and_a_name_that_would_do() -> None:
    (finding,) = website_name_findings("鼓楼区教育局网站", SHARED)
    assert (finding.field, finding.source) == ("site_name", "办法第七条第四项")
    assert str(finding) == (
        "全国不止一个“鼓楼区”，同名的行政区划须冠以上级区划名称。请在前面写明“南京市”，例如“南京市鼓楼区教育局网站”。"
    )


def test_the_same_name_is_fine_where_no_other_division_bears_it() -> None:
    assert codes("鼓楼区教育局网站", dataclasses.replace(SHARED, division_shared=False)) == []


def test_lengths_are_the_caller_s() -> None:
    assert codes("武陵区教育局网站", dataclasses.replace(COUNTY, longest=7)) == ["site-name-length"]


@pytest.mark.parametrize(
    ("division", "short"),
    [
        ("常德市", "常德"), ("武陵区", "武陵"), ("澧县", "澧县"), ("津市市", "津市"), ("城区", "城区"), ("", ""),
        ("湘西土家族苗族自治州", "湘西"), ("新晃侗族自治县", "新晃"), ("隆林各族自治县", "隆林"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江"), ("新疆维吾尔自治区", "新疆"), ("内蒙古自治区", "内蒙古"),
        ("鄂温克族自治旗", "鄂温克"), ("东乡族自治县", "东乡"), ("克孜勒苏柯尔克孜自治州", "克孜勒苏"),
        ("大兴安岭地区", "大兴安岭"), ("柳叶湖旅游度假区", "柳叶湖"), ("西洞庭管理区", "西洞庭"),
    ],
)  # fmt: skip
def test_how_people_shorten_a_division(division: str, short: str) -> None:
    assert stem(division) == short


@pytest.mark.parametrize("facts", ALL)
def test_examples_show_both_sides_and_agree_with_the_rules(facts: NamingFacts) -> None:
    shown = examples(facts)
    assert {one.good for one in shown} == {True, False}
    assert len({one.name for one in shown}) == len(shown)
    for one in shown:
        assert one.good is (codes(one.name, facts) == []) and one.reason


@given(
    st.builds(
        NamingFacts,
        unit_name=st.text("常德武陵教育局市区省州县", min_size=2, max_size=20),
        short_names=st.lists(st.text("常德武陵教育局市区", max_size=6), max_size=3).map(tuple),
        division=st.sampled_from(["", "武陵区", "常德市", "澧县", "湘西土家族苗族自治州"]),
        division_shared=st.booleans(),
        upper_division=st.sampled_from(["", "常德市", "湖南省"]),
    )
)
def test_the_model_name_always_passes_its_own_rules(facts: NamingFacts) -> None:
    assert codes(model(facts), facts) == []
    for one in examples(facts):
        assert one.good is (codes(one.name, facts) == [])
