"""The rules of changes, twins, names, handlers and withdrawals: facts in, findings out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.plugins.applications import rules
from app.plugins.applications.changing import MaterialChange, material_changes
from app.plugins.applications.rules import Filing, Twin, UnitFacts
from app.plugins.names.naming import NamingFacts
from tests.plugins.applications.test_rules import GOOD, LIMITS, ORGAN, SCHOOL, VALUES, asked, filed

FORMER = {**VALUES, "site_intro": "旧简介。"}
CHANGE = replace(GOOD, kind="change", former=FORMER, badge="CB43007000200000007001")
BARE = NamingFacts(unit_name="武陵区教育局", division="武陵区", upper_division="常德市")


def codes(filing: Filing) -> set[tuple[str, str]]:
    """Code and article of everything in the way."""
    return {(one.code, one.source) for one in rules.submission(asked(filing), LIMITS)}


@pytest.mark.parametrize(
    ("filing", "expected"),
    [
        (CHANGE, set()),
        (replace(CHANGE, former=VALUES), {("unchanged", "办法第十七条")}),
        (replace(CHANGE, badge=""), {("no-badge", "办法第十七条")}),
        (
            replace(CHANGE, former={**FORMER, "site_name": "武陵教育旧网"}),
            {("change_basis-missing", "办法第五条第四项")},
        ),
        (replace(GOOD, badge="CB43007000200000007001"), {("badged", "办法第十七条")}),
        (replace(GOOD, twins=(Twin("english_domain"),)), {("taken", "办法第七条第四项")}),
        (replace(filed(site_name="政务服务网"), naming=BARE), {("name-unidentified", "办法第七条第四项")}),
        (replace(GOOD, naming=BARE), set()),
    ],
)
def test_what_stands_in_the_way(filing: Filing, expected: set[tuple[str, str]]) -> None:
    assert codes(filing) == expected


def test_a_name_that_has_its_badge_is_not_asked_again() -> None:
    """Other facts can be changed although the name was given before the rule."""
    odd = replace(filed(CHANGE, site_name="政务服务网"), naming=BARE)
    assert ("name-unidentified", "办法第七条第四项") in codes(odd)
    kept = replace(odd, former={**FORMER, "site_name": "政务服务网"})
    assert codes(kept) == set()


def test_two_people_more_or_less_are_no_public_fact() -> None:
    assert rules.differing(VALUES, {**VALUES, "handler_name": "别人"}) == ()
    assert rules.differing(VALUES, {**VALUES, "ip": "203.0.113.6", "site_name": "别名"}) == (
        "site_name",
        "ip",
    )


@pytest.mark.parametrize("badged", [False, True])
def test_one_finding_a_field_and_whose_it_is_only_where_it_is_named(badged: bool) -> None:
    twins = (Twin("site_name", badged=badged), Twin("site_name", "CD-2014-0001", badged=badged))
    found = list(rules.unique(replace(GOOD, twins=twins)))
    assert len(found) == 1
    assert "其他单位" in str(found[0]) and "CD-2014-0001" not in str(found[0])
    named = list(rules.unique(replace(GOOD, twins=twins[1:])))
    assert "CD-2014-0001" in str(named[0]) and "其他单位" not in str(named[0])


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (ORGAN, []),
        (replace(ORGAN, level="county", rank="section"), ["use-upper-site"]),
        (replace(ORGAN, level="zone", rank="deputy_division"), ["use-upper-site"]),
        (replace(ORGAN, level="county", rank="division"), []),
        (SCHOOL, []),
        (replace(SCHOOL, administrative=False), ["no-administration"]),
        (replace(SCHOOL, administrative=False, level="county", rank="section"), ["no-administration"]),
    ],
)
def test_pointing_is_no_refusal(unit: UnitFacts, expected: list[str]) -> None:
    """C-art.3, C-art.15."""
    found = rules.pointers(unit)
    assert [one.code for one in found] == expected
    assert all(one.source == "办法第三条" for one in found)


def test_an_ordinary_institution_under_gongyi_needs_no_exception() -> None:
    """C-art.3 speaks of 党政机关网站; a .公益 site of an ordinary institution is none."""
    library = replace(SCHOOL, administrative=False, level="county", rank="section")
    own = filed(
        replace(GOOD, track="institution", unit=library),
        chinese_domain="武陵区图书馆.公益",
        english_domain="wltsg.com",
    )
    assert rules.exceptions(asked(own)) == []
    public = asked(filed(own, english_domain="wltsg.gov.cn"))
    assert {one.code for one in rules.exceptions(public)} == {"no-administration", "use-upper-site"}


def test_the_same_file_taken_back_and_added_again_is_no_change() -> None:
    assert list(material_changes("identity:a other:b", ["identity:a", "other:b"])) == []
    assert list(material_changes("identity:a", ["identity:b", "other:c", "other:c"])) == [
        MaterialChange("identity", 1, 1),
        MaterialChange("other", 2, 0),
    ]


@pytest.mark.parametrize(
    ("reason", "submitted", "found"),
    [
        ("", False, []),
        ("", True, ["reason-missing"]),
        ("改版", True, []),
        ("长" * 501, False, ["too-long"]),
    ],
)
def test_a_withdrawal_says_why(reason: str, submitted: bool, found: list[str]) -> None:
    assert [one.code for one in rules.withdrawal(reason, submitted=submitted)] == found
