"""The evidence beside each claim, and what was typed made canonical: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.plugins.applications import evidence, wellformed
from app.plugins.applications.evidence import Evidence
from app.plugins.applications.fields import FIELDS, PUBLIC
from app.plugins.applications.rules import Filing
from app.plugins.applications.wellformed import Reading
from app.plugins.names.rules import Standing
from tests.plugins.applications.test_rules import GOOD, INSTITUTION, LIMITS, ORGAN, SCHOOL, filed

PUNYCODE = Standing("xn--dkrw3svrh8ig6y3a7j1a.xn--zfr164b", "valid", date(2015, 6, 30))
HERE = replace(
    GOOD,
    chinese=PUNYCODE,
    unit=replace(ORGAN, supervisor_name="武陵区人民政府", approval_no="武编〔2010〕12号"),
)


def lines(filing: Filing, number: int) -> list[Evidence]:
    return list(evidence.claims(filing, LIMITS)[number - 1].lines)


def test_the_five_claims_in_the_order_of_the_article() -> None:
    """C-art.7."""
    titles = [str(claim.title) for claim in evidence.claims(HERE, LIMITS)]
    assert titles == [
        "开办主体的性质", "经法定程序批准设立和变更", "名称经机构编制部门批准", "网上名称规范", "其他需要审核的事项",
    ]  # fmt: skip


def test_what_agrees_with_the_register_is_marked() -> None:
    for number in range(1, 6):
        assert [line.fits for line in lines(HERE, number)].count(False) == 0, number
    assert "武编〔2010〕12号" in lines(HERE, 1)[0].text
    chinese = lines(HERE, 4)[0]
    assert PUNYCODE.ascii in chinese.text
    assert "2015-06-30" in str(chinese.verdict)


@pytest.mark.parametrize(
    ("name", "filing", "number", "source"),
    [
        ("another nature", replace(HERE, unit=replace(SCHOOL)), 1, "办法第七条第一项"),
        ("no proof", INSTITUTION, 1, "办法第五条第二项"),
        (
            "no administration",
            replace(
                INSTITUTION,
                unit=replace(SCHOOL, administrative=False),
                materials=frozenset({"identity", "proof"}),
            ),
            1,
            "办法第三条",
        ),
        ("another supervisor", filed(HERE, supervisor_name="别的单位"), 2, ""),
        ("not the approved name", filed(HERE, organ_name="武陵教育"), 3, "办法第七条第三项"),
        ("expired", replace(HERE, chinese=replace(PUNYCODE, status="expired")), 4, "通知第三条"),
        ("not working", replace(HERE, chinese=replace(PUNYCODE, status="not-working")), 4, "通知第三条"),
        (
            "unregistered",
            replace(HERE, chinese=replace(PUNYCODE, status="unregistered", expires_on=None)),
            4,
            "通知第三条",
        ),
        ("wrong suffix", filed(HERE, english_domain="wljy.com"), 4, "办法第六条"),
        ("no identity", replace(HERE, materials=frozenset()), 5, "办法第五条第三项"),
    ],
)
def test_what_does_not_agree_is_marked_with_its_source(
    name: str, filing: Filing, number: int, source: str
) -> None:
    against = [line for line in lines(filing, number) if line.fits is False]
    assert [line.source for line in against] == [source], name
    assert all(line.verdict for line in against)


def test_reform_is_told_and_weighs_nothing() -> None:
    """S13."""
    (told,) = [line for line in lines(replace(HERE, unit=replace(HERE.unit, reform=True)), 2) if line.source]
    assert (told.fits, told.source) == (None, "通知第二条")


def test_an_english_name_in_the_register_shows_until_when() -> None:
    filing = replace(HERE, english=Standing("wljy.gov.cn", "expired", date(2014, 1, 1)))
    english = next(line for line in lines(filing, 4) if str(line.label) == "英文域名")
    assert (english.fits, "2014-01-01" in str(english.verdict)) == (False, True)


def test_exceptions_stand_at_the_fifth_item_only() -> None:
    claims = evidence.claims(replace(HERE, unit=replace(ORGAN, level="county", rank="section")), LIMITS)
    assert [bool(claim.exceptions) for claim in claims] == [False, False, False, False, True]


def test_changes_since_the_return_in_the_forms_order() -> None:
    before = {name: GOOD.values[name] for name in PUBLIC}
    after = {**GOOD.values, "site_name": "新名", "organ_name": "新单位", "leader_name": "别人"}
    found = [(str(one.label), one.before, one.after) for one in evidence.changes(before, after)]
    assert found == [("开办主体名称", "武陵区教育局", "新单位"), ("网站名称", "武陵教育网", "新名")]


KNOWN = Reading(LIMITS, "organ", "0736", date(2014, 11, 24))


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("organ_name", "  武陵区　教育局 ", "武陵区 教育局"),
        ("functions", "一、管理\r\n二、监督  \r\n", "一、管理\n二、监督"),
        ("postcode", "４１５０００", "415000"),
        ("leader_phone", "7786510", "0736-7786510"),
        ("leader_phone", "0736-7786510转8012", "0736-7786510转8012"),
        ("leader_mobile", "138 0013 8000", "13800138000"),
        ("leader_email", "Leader@WLJY.gov.cn", "Leader@wljy.gov.cn"),
        ("chinese_domain", "武陵区教育局。政务", "武陵区教育局.政务"),
        ("english_domain", "WLJY.com", "wljy.com"),
        ("site_name", "ＷＬ教育网", "WL教育网"),
        ("handler_id_number", "11010519491231002x", "11010519491231002X"),
        ("ip", "203.0.113.5", "203.0.113.5"),
    ],
)
def test_what_is_typed_becomes_canonical(name: str, typed: str, kept: str) -> None:
    clean, findings = wellformed.read({name: typed}, KNOWN)
    assert (clean[name], findings) == (kept, [])


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("postcode", "41500"), ("organ_type", "公司"), ("organ_type", "事业单位"), ("site_name", "http://a.cn"), ("site_name", "网"),
        ("chinese_domain", "wljy.gov.cn"), ("chinese_domain", "а.政务"), ("english_domain", "武陵.cn"), ("english_domain", "a/b"),
        ("ip", "192.168.0.1"), ("ip", "203.0.113.5:80"), ("leader_phone", "13800138000"), ("leader_mobile", "7786510"),
        ("leader_email", "leader"), ("handler_id_number", "110105194912310021"), ("handler_id_number", "11010520200101002X"),
        ("organ_name", "长" * 121), ("functions", "长" * 2001), ("leader_name", "长" * 41),
    ],
)  # fmt: skip
def test_what_is_malformed_is_said_at_its_field(name: str, typed: str) -> None:
    _clean, findings = wellformed.read({name: typed}, KNOWN)
    assert [finding.field for finding in findings] == [name]


@pytest.mark.parametrize("name", [field.name for field in FIELDS])
def test_empty_is_well_formed(name: str) -> None:
    assert wellformed.read({name: ""}, KNOWN) == ({name: ""}, [])
