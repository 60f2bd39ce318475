"""The rules as a table: what is filed, which articles stand in the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.foundation.limits import Limits, Materials, load, load_materials
from app.foundation.tenancy.models import RANKS
from app.kernel.errors import Invalid
from app.plugins.applications import reasons, rules
from app.plugins.applications.checklist import MaterialSettings, checklist
from app.plugins.applications.fields import FIELDS
from app.plugins.applications.rules import Filing, UnitFacts
from app.plugins.names.rules import Standing
from tests.plugins.applications.country import REST

POLICIES = Path(__file__).resolve().parents[3] / "policies"
LIMITS: Limits = load(POLICIES / "limits.yaml")
MATERIALS: Materials = load_materials(POLICIES / "materials.yaml")
ORGAN = UnitFacts("武陵区教育局", "organ", rank="division", level="city")
SCHOOL = UnitFacts("武陵区图书馆", "institution", rank="division", level="city", administrative=True)
VALID = Standing("xn--a", "valid", date(2015, 6, 30))
VALUES = {
    "organ_name": "武陵区教育局", "supervisor_name": "武陵区人民政府", "functions": "主管教育", "organ_type": "党政机关",
    "address": "某路1号", "postcode": "415000", "site_name": "武陵教育网", "chinese_domain": "武陵区教育局.政务",
    "english_domain": "wljy.gov.cn", "ip": "203.0.113.5", **REST,
}  # fmt: skip
GOOD = Filing("organ", VALUES, ORGAN, VALID, None, frozenset({"identity"}), declared=True)
INSTITUTION = replace(GOOD, track="institution", unit=SCHOOL)


def filed(base: Filing = GOOD, /, **values: str) -> Filing:
    """The same with some boxes filled in otherwise."""
    return replace(base, values={**base.values, **values})


def asked(filing: Filing) -> Filing:
    """With what the facts say it needs, as the dossier puts it together."""
    names = (filing.values.get("chinese_domain", ""), filing.values.get("english_domain", ""))
    differing = None if filing.former is None else rules.differing(filing.former, filing.values)
    settings = MaterialSettings(MATERIALS, LIMITS)
    return replace(
        filing,
        needed=checklist(filing.track, filing.kind, names, settings, differing),
        asks_proof=LIMITS.needs_proof("institution", *names),
    )


def standing(status: str, until: date | None = None) -> Filing:
    return replace(GOOD, chinese=Standing("xn--a", status, until))


@dataclass(frozen=True)
class Case:
    ledger: str
    filing: Filing
    expected: set[tuple[str, str]]


CASES = {
    "a complete organ may go": Case("C-art.5", GOOD, set()),
    "a complete institution with proof may go": Case(
        "C-art.5(2)", replace(INSTITUTION, materials=frozenset({"identity", "proof"})), set()
    ),
    "an institution under .公益 needs no proof": Case(
        "C-art.5(2)", filed(INSTITUTION, chinese_domain="武陵区图书馆.公益", english_domain="wltsg.com"), set()
    ),
    "an institution under .政务 needs proof": Case("C-art.5(2)", INSTITUTION, {("proof", "办法第五条第二项")}),
    "an institution under .政务.cn needs proof": Case(
        "C-art.5(2)",
        filed(INSTITUTION, chinese_domain="图书馆.政务.cn", english_domain="wltsg.com"),
        {("proof", "办法第五条第二项")},
    ),
    "an institution under .gov.cn needs proof": Case(
        "C-art.5(2)", filed(INSTITUTION, chinese_domain="武陵区图书馆.公益"), {("proof", "办法第五条第二项")}
    ),
    "an organ needs no proof": Case("C-art.5(2)", GOOD, set()),
    "no identity": Case("C-art.5(3)", replace(GOOD, materials=frozenset()), {("identity", "办法第五条第三项")}),
    "only other materials": Case(
        "C-art.5(3)", replace(GOOD, materials=frozenset({"other"})), {("identity", "办法第五条第三项")}
    ),
    "not declared true": Case("C-art.5", replace(GOOD, declared=False), {("declared", "办法第五条")}),
    "an organ's Chinese domain under .公益": Case(
        "C-art.6", filed(chinese_domain="武陵区教育局.公益"), {("chinese_domain", "办法第六条")}
    ),
    "an organ's Chinese domain under .政务.cn": Case("C-art.6", filed(chinese_domain="武陵区教育局.政务.cn"), set()),
    "an organ's English domain under .com": Case(
        "C-art.6", filed(english_domain="wljy.com"), {("english_domain", "办法第六条")}
    ),
    "an organ's English domain under .cn": Case(
        "C-art.6", filed(english_domain="wljy.cn"), {("english_domain", "办法第六条")}
    ),
    "a look-alike of .gov.cn": Case(
        "C-art.6", filed(english_domain="wljy.xgov.cn"), {("english_domain", "办法第六条")}
    ),
    "a Chinese domain in the English box": Case(
        "C-art.6", filed(english_domain="武陵.政务"), {("english_domain", "")}
    ),
    "an institution under an unlisted suffix": Case(
        "C-art.6", filed(INSTITUTION, chinese_domain="图书馆.公益", english_domain="wltsg.info"),
        {("english_domain", "办法第五条第二项")},
    ),
    "the name is nobody's": Case("S21", standing("unregistered"), {("chinese_domain", "通知第三条")}),
    "the name has expired": Case("S21", standing("expired", date(2014, 10, 31)), {("chinese_domain", "通知第三条")}),
    "the name does not work": Case("S20", standing("not-working", date(2015, 1, 1)), {("chinese_domain", "通知第三条")}),
    "the site has a live application": Case("A4.注1", replace(GOOD, rival="CD-2014-0001"), {("site_name", "申请表注1")}),
    "a company": Case("C-art.3", replace(GOOD, unit=replace(ORGAN, nature="enterprise")), {("organ_name", "办法第三条")}),
    "a society": Case("C-art.3", replace(GOOD, unit=replace(ORGAN, nature="society")), {("organ_name", "办法第三条")}),
    "an individual": Case("C-art.3", replace(GOOD, unit=replace(ORGAN, nature="individual")), {("organ_name", "办法第三条")}),
    "a company with nothing filled in hears only that": Case(
        "C-art.3",
        replace(GOOD, values={}, declared=False, unit=replace(ORGAN, nature="enterprise")),
        {("organ_name", "办法第三条")},
    ),
    "an institution without administration is no refusal": Case(
        "C-art.3",
        replace(INSTITUTION, unit=replace(SCHOOL, administrative=False), materials=frozenset({"identity", "proof"})),
        set(),
    ),
    "a county department is no refusal": Case(
        "C-art.3", replace(GOOD, unit=replace(ORGAN, level="county", rank="section")), set()
    ),
    "reform never blocks": Case("S13", replace(GOOD, unit=replace(ORGAN, reform=True)), set()),
    "several things at once": Case(
        "P-3.1",
        replace(filed(ip="", english_domain="a.com"), declared=False),
        {("ip", "办法第六条"), ("english_domain", "办法第六条"), ("declared", "办法第五条")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_stands_in_the_way(name: str) -> None:
    case = CASES[name]
    found = {(finding.field, finding.source) for finding in rules.submission(asked(case.filing), LIMITS)}
    assert found == case.expected, case.ledger


@pytest.mark.parametrize("field", [field.name for field in FIELDS])
def test_every_box_of_annex_4_must_be_filled_in(field: str) -> None:
    """A4.b–A4.d, P-3.1."""
    found = [
        finding for finding in rules.submission(filed(**{field: ""}), LIMITS) if finding.code == "missing"
    ]
    assert [finding.field for finding in found] == [field]
    assert found[0].source in {"办法第五条", "办法第六条"}
    assert str(next(one.label for one in FIELDS if one.name == field)) in str(found[0])


@pytest.mark.parametrize(
    ("status", "until", "says"),
    [
        ("unregistered", None, "先完成中文域名注册或续费"),
        ("expired", date(2014, 10, 31), "2014-10-31"),
        ("not-working", date(2015, 1, 1), "恢复解析"),
    ],
)
def test_s21_says_what_to_do_and_that_the_draft_is_kept(status: str, until: date | None, says: str) -> None:
    (finding,) = rules.registered(standing(status, until))
    assert says in str(finding)
    assert "先完成中文域名注册或续费" in str(finding)
    assert "草稿" in str(finding)
    assert "武陵区教育局.政务" in str(finding)


def test_a_name_expires_after_its_last_day_not_on_it() -> None:
    """S21; the register's own rule is tested with the register."""
    assert not list(rules.registered(standing("valid", date(2014, 11, 24))))


EXCEPTIONS = [
    ("an organ of the city", ORGAN, set()),
    ("a county department", replace(ORGAN, level="county", rank="section"), {"use-upper-site"}),
    ("a zone's department", replace(ORGAN, level="zone", rank="section"), {"use-upper-site"}),
    (
        "a deputy-division organ of a county",
        replace(ORGAN, level="county", rank="deputy_division"),
        {"use-upper-site"},
    ),
    ("the county government itself", replace(ORGAN, level="county", rank="division"), set()),
    ("an institution with administration", SCHOOL, set()),
    ("an institution without, under .政务", replace(SCHOOL, administrative=False), {"no-administration"}),
    (
        "a county institution without",
        replace(SCHOOL, administrative=False, level="county", rank="section"),
        {"no-administration", "use-upper-site"},
    ),
]


@pytest.mark.parametrize(("name", "unit", "expected"), EXCEPTIONS, ids=[one[0] for one in EXCEPTIONS])
def test_where_the_measures_say_in_principle(name: str, unit: UnitFacts, expected: set[str]) -> None:
    """C-art.3: 原则上, so the office may let one pass and gives its reason."""
    found = rules.exceptions(asked(replace(GOOD, unit=unit, track=unit.nature)))
    assert {finding.code for finding in found} == expected
    assert all(finding.source == "办法第三条" and finding.field == "5" for finding in found)


def test_every_rank_is_weighed() -> None:
    units = [replace(ORGAN, level="county", rank=rank) for rank in RANKS]
    excepted = [bool(rules.exceptions(replace(GOOD, unit=unit))) for unit in units]
    assert excepted == [False, False, False, False, True, True]


COUNTY = replace(GOOD, unit=replace(ORGAN, level="county", rank="section"))


@pytest.mark.parametrize(
    ("number", "finding", "note", "filing", "code"),
    [
        (1, "ok", "", GOOD, None),
        (1, "bad", "", GOOD, "note-missing"),
        (1, "bad", "类型不符", GOOD, None),
        (1, "open", "", GOOD, None),
        (5, "ok", "", GOOD, None),
        (5, "ok", "", COUNTY, "exception-unsaid"),
        (5, "ok", "同意单独建设", COUNTY, None),
        (4, "ok", "", COUNTY, None),
        (2, "ok", "长" * 1001, GOOD, "too-long"),
    ],
)
def test_a_judgement_says_why(number: int, finding: str, note: str, filing: Filing, code: str | None) -> None:
    """C-art.7, C-art.8: what is found wanting has its reason; an exception too (C-art.3)."""
    found = rules.judgement(number, finding, note, filing)
    assert [one.code for one in found] == ([code] if code else [])
    assert all(one.field == f"note-{number}" for one in found)


def items(*findings: str) -> list[Any]:
    return [SimpleNamespace(number=n, finding=finding, note="") for n, finding in enumerate(findings, 1)]


@pytest.mark.parametrize(
    ("findings", "codes"),
    [
        (("ok", "ok", "ok", "ok", "ok"), []),
        (("ok", "ok", "open", "ok", "ok"), ["item-open"]),
        (("ok", "ok", "ok", "bad", "ok"), ["item-bad"]),
        (("open", "bad", "ok", "ok", "ok"), ["item-open", "item-bad"]),
        ((), ["item-open"]),
    ],
)
def test_no_pass_with_an_item_open_or_wanting(findings: tuple[str, ...], codes: list[str]) -> None:
    """P-5.3, C-art.8."""
    assert [one.code for one in rules.standing_in_the_way(items(*findings))] == codes
    if codes:
        with pytest.raises(Invalid):
            rules.ensure_checked(items(*findings))
    else:
        rules.ensure_checked(items(*findings))


def test_the_open_item_names_the_article() -> None:
    (found,) = rules.standing_in_the_way(items("ok", "ok", "ok", "ok", "open"))
    assert found.source == "办法第七条"
    assert "1 项未判定" in str(found)


@pytest.mark.parametrize("outcome", ["returned", "ineligible", "refused"])
@pytest.mark.parametrize(
    ("codes", "words", "wrong"),
    [
        (["other"], "写明", []),
        ([], "写明", ["reason-missing"]),
        (["other"], "", ["words-missing"]),
        (["made-up"], "写明", ["reason-unknown"]),
        (["other", "made-up"], "写明", ["reason-unknown"]),
        ([], "", ["reason-missing", "words-missing"]),
        (["other"], "长" * 2001, ["too-long"]),
    ],
)
def test_a_no_has_reasons_and_words(outcome: str, codes: list[str], words: str, wrong: list[str]) -> None:
    """C-art.8, C-art.9."""
    assert [one.code for one in reasons.findings(outcome, codes, words)] == wrong


def test_every_reason_names_its_article() -> None:
    for catalogue in reasons.BY_OUTCOME.values():
        assert len({one.code for one in catalogue}) == len(catalogue)
        assert all(one.source for one in catalogue)
