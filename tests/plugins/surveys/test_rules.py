"""Is a sheet complete and right: every field of annex 5, and what the notice asks of a unit without a website."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.tenancy.models import RANKS
from app.kernel.errors import Invalid
from app.plugins.surveys import rules
from app.plugins.surveys.models import NATURES, SurveySheet, SurveySite
from app.plugins.surveys.rules import Circumstances, SheetEntry, SiteEntry

SITE = SiteEntry("财政网", "常德市财政局.政务", "czj.cddemo.gov.cn", "203.0.113.15")
OTHER = SiteEntry("国库网", "常德国库.政务", "gk.cddemo.gov.cn", "2001:db8::5")
SHEET = SheetEntry(
    unit_name="常德市财政局", supervisor_name="常德市人民政府", nature="organ", rank="division", leader="负责人甲",
    site_count=1, address="柳叶大道8号", contact="经办人甲", phone="7786510", email="CZJ@Example.CN", sites=(SITE,),
)  # fmt: skip
GIVEN = Circumstances(natures=NATURES, ranks=RANKS, area_code="0736")
NONE = replace(SHEET, no_website=True, site_count=None, sites=())


def wrong(entry: SheetEntry, given_: Circumstances = GIVEN) -> set[tuple[str, str]]:
    return {(one.field, one.code) for one in rules.examine(entry, given_)[0]}


def with_site(**changed: str) -> SheetEntry:
    return replace(SHEET, sites=(replace(SITE, **changed),))


def test_a_complete_sheet_is_right_and_comes_back_in_canonical_writing() -> None:
    clean = rules.ensure_complete(SHEET, GIVEN)
    assert (clean.phone, clean.email) == ("0736-7786510", "CZJ@example.cn")
    spoken = replace(
        SHEET, sites=(replace(SITE, chinese_domain="常德市财政局。政务", english_domain="CZJ.cddemo.gov.cn"),)
    )
    assert rules.ensure_complete(spoken, GIVEN).sites == (SITE,)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("unit_name", "", "empty"), ("unit_name", "　", "empty"), ("supervisor_name", "", "empty"),
        ("leader", "", "empty"), ("address", "", "empty"), ("contact", "", "empty"),
        ("phone", "", "landline-empty"), ("phone", "13900000000", "landline-mobile"), ("phone", "12", "landline-format"),
        ("email", "", "email-empty"), ("email", "甲乙", "email-format"),
        ("nature", "", "nature-missing"), ("nature", "enterprise", "nature-missing"), ("rank", "king", "rank-missing"),
        ("site_count", None, "count-missing"), ("site_count", 2, "count-differs"), ("site_count", 0, "count-differs"),
        ("site_count", -1, "count-range"), ("site_count", 10_001, "count-range"),
        ("unit_name", "长" * 121, "too-long"), ("leader", "长" * 41, "too-long"), ("email", "长" * 255, "too-long"),
    ],
)  # fmt: skip
def test_every_field_is_required(field: str, value: object, code: str) -> None:
    assert (field, code) in wrong(replace(SHEET, **{field: value}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "", "site-name-empty"), ("name", "czj.gov.cn", "site-name-address"), ("name", "长" * 61, "too-long"),
        ("chinese_domain", "", "domain-empty"), ("chinese_domain", "http://常德.政务", "domain-url"),
        ("chinese_domain", "czj.cn", "domain-no-han"), ("chinese_domain", "常徳市財政局.政务", "domain-characters"),
        ("chinese_domain", "常" * 40 + ".政务", "domain-long"),
        ("english_domain", "", "domain-empty"), ("english_domain", "常德.政务", "domain-not-ascii"),
        ("english_domain", "local", "domain-suffix"),
        ("ip", "", "ip-empty"), ("ip", "300.1.1.1", "ip-format"), ("ip", "192.168.1.1", "ip-private"), ("ip", "无", "ip-format"),
    ],
)  # fmt: skip
def test_every_column_of_a_row_is_required_and_named_by_its_row(field: str, value: str, code: str) -> None:
    entry = replace(SHEET, site_count=2, sites=(OTHER, replace(SITE, **{field: value})))
    assert (f"sites-1-{field}", code) in wrong(entry)
    assert not any(name.startswith("sites-0-") for name, _code in wrong(entry))


@pytest.mark.parametrize("said", ["无", "没有", " 无 ", "—", "-"])
def test_a_site_without_one_kind_of_domain_says_so(said: str) -> None:
    assert rules.ensure_complete(with_site(chinese_domain=said), GIVEN).sites[0].chinese_domain == "无"
    assert wrong(with_site(chinese_domain=said, english_domain=said)) == {
        ("sites-0-english_domain", "domains-none")
    }


def test_a_unit_without_a_superior_says_so() -> None:
    assert rules.ensure_complete(replace(SHEET, supervisor_name="没有"), GIVEN).supervisor_name == "无"


@pytest.mark.parametrize("suffix", ["公益", "中国", "政务.cn", "网络"])
def test_which_suffix_is_no_question_of_the_survey(suffix: str) -> None:
    assert wrong(with_site(chinese_domain=f"常德.{suffix}")) == set()


def test_punycode_is_read_as_what_it_means() -> None:
    clean = rules.ensure_complete(with_site(chinese_domain="xn--fiqs8s.xn--zfr164b"), GIVEN)
    assert clean.sites[0].chinese_domain == "中国.政务"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "财政网"), ("chinese_domain", "xn--czr694b.政务"), ("english_domain", "CZJ.cddemo.gov.cn")],
)
def test_the_same_twice_on_one_sheet(field: str, value: str) -> None:
    first = replace(SITE, chinese_domain="商标.政务")
    second = replace(OTHER, **{field: "商标.政务" if field == "chinese_domain" else value})
    entry = replace(SHEET, site_count=2, sites=(first, second))
    assert wrong(entry) == {(f"sites-1-{field}", "repeated")}


def test_two_sites_may_share_an_address_and_both_lack_a_chinese_domain() -> None:
    sites = tuple(replace(one, ip=SITE.ip, chinese_domain="无") for one in (SITE, OTHER))
    assert wrong(replace(SHEET, site_count=2, sites=sites)) == set()


def test_the_count_must_equal_the_rows_and_says_both() -> None:
    (finding,) = rules.examine(replace(SHEET, site_count=3), GIVEN)[0]
    assert str(finding) == "填写的网站个数是 3，下面填有 1 个网站，请核对一致。"


def test_no_rows_is_not_the_same_as_no_website() -> None:
    assert wrong(replace(SHEET, sites=(), site_count=0)) == {("sites", "sites-missing")}


@pytest.mark.parametrize(
    ("entry", "seal", "scanned", "expected"),
    [
        (NONE, "第二条", True, set()),
        (NONE, "第二条", False, {("scan", "scan-missing")}),
        (NONE, None, False, set()),
        (replace(NONE, site_count=0), None, False, set()),
        (replace(NONE, site_count=1), None, False, {("no_website", "no-website-with-sites")}),
        (replace(NONE, sites=(SITE,)), "第二条", True, {("no_website", "no-website-with-sites")}),
    ],
)
def test_a_unit_without_a_website(
    entry: SheetEntry, seal: str | None, scanned: bool, expected: set[tuple[str, str]]
) -> None:
    given_ = replace(GIVEN, seal_source=seal, scanned=scanned)
    assert wrong(entry, given_) == expected
    if not expected:
        assert rules.ensure_complete(entry, given_).site_count == 0
    assert all(one.source == "第二条" for one in rules.examine(entry, given_)[0] if one.field == "scan")


def test_a_desks_sheet_cannot_say_that_there_is_no_website() -> None:
    with pytest.raises(Invalid):
        rules.ensure_storable(NONE, replace(GIVEN, by_desk=True))


def test_a_draft_may_be_empty_but_not_past_what_a_column_holds() -> None:
    empty = SheetEntry("", "", "organ", "division", "", None, "", "", "", "", sites=(SiteEntry(name="甲"),))
    rules.ensure_storable(empty, GIVEN)
    many = replace(empty, sites=(SITE,) * (rules.MOST_SITES + 1))
    with pytest.raises(Invalid):
        rules.ensure_storable(many, GIVEN)


def test_what_a_draft_may_hold_fits_its_columns() -> None:
    for model, longest in ((SurveySheet, rules.LONGEST), (SurveySite, rules.SITE_LONGEST)):
        for name, most in longest.items():
            assert model.__table__.c[name].type.length >= most, name


@pytest.mark.parametrize("reason", ["", "  \n ", "长" * 501])
def test_a_return_needs_a_reason(reason: str) -> None:
    with pytest.raises(Invalid):
        rules.ensure_reason(reason)


def test_a_reason_is_trimmed() -> None:
    assert rules.ensure_reason(" 名称不全\n") == "名称不全"


@given(
    st.builds(
        SheetEntry,
        *(st.text(max_size=30) for _ in range(5)),
        st.none() | st.integers(-5, 5),
        *(st.text(max_size=30) for _ in range(4)),
        no_website=st.booleans(),
        sites=st.lists(st.builds(SiteEntry, *(st.text(max_size=20) for _ in range(4))), max_size=3).map(
            tuple
        ),
    )
)
def test_whatever_is_typed_gets_findings_and_never_a_fault(entry: SheetEntry) -> None:
    findings, clean = rules.examine(entry, GIVEN)
    assert all(one.field and str(one) for one in findings)
    if not findings:
        assert rules.examine(clean, GIVEN) == ([], clean)
