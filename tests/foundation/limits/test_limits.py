"""Limits are data: read strictly, and an office's own values over them answer for themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from flask import Flask

from app.foundation import limits
from app.foundation.limits import LimitsError
from app.kernel.errors import Refusal

POLICIES = Path(__file__).resolve().parents[3] / "policies"
NATIONAL = limits.load(POLICIES / "limits.yaml")


class EveryDay:
    def is_workday(self, day):
        return True

    def certain(self, day):
        return True


@pytest.mark.parametrize(
    ("key", "days", "unit", "firm", "source"),
    [
        ("first_review", 5, "workday", False, "办法第十二条"),
        ("paper_review", 10, "workday", False, "办法第十二条"),
        ("applicant_paper", 5, "workday", True, "通知第三条"),
        ("hanging", 5, "workday", True, "办法第十四条"),
        ("rectification", 10, "workday", True, "办法第十八条"),
        ("closed_site", 30, "day", True, "办法第十九条第三项"),
    ],
)
def test_the_national_periods(key, days, unit, firm, source):
    limit = NATIONAL.clock(key)
    assert (limit.key, limit.days, limit.unit, limit.firm, limit.source) == (key, days, unit, firm, source)
    assert limit.rule


def test_a_limit_starts_a_clock_that_carries_its_rule():
    clock = NATIONAL.clock(limits.FIRST_REVIEW).start(date(2014, 11, 25), EveryDay())
    assert (clock.kind, clock.due, clock.firm, clock.unit) == (
        "first_review",
        date(2014, 11, 30),
        False,
        "workday",
    )
    assert (clock.rule, clock.source) == ("收到在线申请后完成在线初审", "办法第十二条")
    closed = NATIONAL.clock(limits.CLOSED_SITE).start(date(2014, 11, 25), EveryDay())
    assert (closed.due, closed.unit) == (date(2014, 12, 25), "day")


def test_an_unknown_limit_is_a_mistake_of_the_caller():
    with pytest.raises(LimitsError, match="frist_review"):
        NATIONAL.clock("frist_review")


# domains and names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["常德.政务", "常德.政务.cn"])
def test_organs_and_institutions_may_use_the_government_suffixes(name):
    assert NATIONAL.chinese_domain(name, "organ").unicode == name
    assert NATIONAL.chinese_domain(name, "institution").unicode == name


@pytest.mark.parametrize("name", ["常德.公益", "常德.公益.cn"])
def test_the_public_benefit_suffixes_are_for_institutions(name):
    assert NATIONAL.chinese_domain(name, "institution").unicode == name
    with pytest.raises(Refusal) as caught:
        NATIONAL.chinese_domain(name, "organ")
    assert (caught.value.source, caught.value.field) == ("办法第六条", "chinese_domain")


@pytest.mark.parametrize("name", ["changde.com", "changde.cn", "changde.org.cn", "changde.hn.cn"])
def test_ordinary_english_domains_are_for_institutions(name):
    assert NATIONAL.english_domain(name, "institution").unicode == name
    with pytest.raises(Refusal) as caught:
        NATIONAL.english_domain(name, "organ")
    assert (caught.value.code, caught.value.source) == ("domain-suffix", "办法第六条")


def test_an_organ_s_english_domain():
    assert NATIONAL.english_domain("www.changde.gov.cn", "organ").suffix == "gov.cn"


@pytest.mark.parametrize("track", ["enterprise", "society", "individual", ""])
def test_nobody_else_may_open_a_site(track):
    for read in (NATIONAL.chinese_domain, NATIONAL.english_domain):
        with pytest.raises(Refusal) as caught:
            read("常德.政务", track)
        assert (caught.value.source, caught.value.field) == ("办法第三条", "nature")


def test_proof_is_asked_of_institutions_under_a_government_suffix_only():
    chinese = NATIONAL.chinese_domain("常德.政务.cn", "institution")
    assert NATIONAL.needs_proof("institution", chinese)
    assert NATIONAL.needs_proof("institution", "常德.公益", "changde.gov.cn")
    assert NATIONAL.needs_proof("institution", "常德.政务", "changde.com")
    assert not NATIONAL.needs_proof("institution", "常德.公益", "changdegov.cn")
    assert not NATIONAL.needs_proof("institution", "常德.公益.cn", "changde.org.cn")
    assert not NATIONAL.needs_proof("organ", chinese, "changde.gov.cn")
    assert not NATIONAL.needs_proof("institution")


def test_names_follow_the_lengths_and_place_name_characters_given():
    assert NATIONAL.chinese_domain("浉河区.政务", "organ").unicode == "浉河区.政务"
    with pytest.raises(Refusal):
        NATIONAL.chinese_domain("常" * 29 + ".政务", "organ")
    assert NATIONAL.website_name("中国常德") == "中国常德"
    with pytest.raises(Refusal):
        NATIONAL.website_name("网" * 61)


def test_every_division_s_name_can_be_part_of_a_domain():
    path = POLICIES.parent / "tenants" / "national" / "divisions.csv"
    for line in path.read_text("utf-8").splitlines()[1:]:
        name = line.split(",")[1]
        assert NATIONAL.chinese_domain(f"{name}.政务", "organ").unicode == f"{name}.政务"


# an office's own values -------------------------------------------------------------------------------------


def test_an_office_makes_its_own_clocks_firm_and_answers_for_them():
    local = NATIONAL.overridden({"first_review": {"days": 5, "firm": True, "source": "通知第四条"}})
    limit = local.clock("first_review")
    assert (limit.days, limit.firm, limit.source) == (5, True, "通知第四条")
    assert (limit.rule, limit.unit) == ("收到在线申请后完成在线初审", "workday")
    assert local.clock("paper_review") == NATIONAL.clock("paper_review")
    assert NATIONAL.clock("first_review").firm is False


def test_an_override_of_the_source_alone_and_of_nothing():
    local = NATIONAL.overridden({"hanging": {"source": "通知第四条"}, "rectification": {}})
    assert (local.clock("hanging").days, local.clock("hanging").source) == (5, "通知第四条")
    assert local.clock("rectification") == NATIONAL.clock("rectification")


def test_a_firm_limit_is_left_only_with_a_reason():
    for own in ({"days": 7}, {"days": 3}, {"firm": False}):
        with pytest.raises(LimitsError, match="reason"):
            NATIONAL.overridden({"hanging": {**own, "source": "本办"}})
    local = NATIONAL.overridden({"hanging": {"days": 7, "source": "本办", "reason": "系统迁移"}})
    assert (local.clock("hanging").days, local.clock("hanging").reason) == (7, "系统迁移")


@pytest.mark.parametrize(
    "own",
    [
        {"hangin": {"days": 5}},
        {"hanging": {"day": 5}},
        {"hanging": {"rule": "另一件事"}},
        {"hanging": 5},
        {"hanging": None},
        {"hanging": {1: 2}},
        {"first_review": {"days": "5", "source": "本办"}},
        {"first_review": {"days": True, "source": "本办"}},
        {"first_review": {"days": 0, "source": "本办"}},
        {"first_review": {"days": 2.5, "source": "本办"}},
        {"first_review": {"firm": "yes", "source": "本办"}},
        {"first_review": {"days": 7}},
        {"first_review": {"days": 7, "source": " "}},
    ],
)
def test_an_override_of_another_shape_is_refused(own):
    with pytest.raises(LimitsError):
        NATIONAL.overridden(own)


def test_the_settings_of_an_office_are_laid_over_the_national_file():
    app = Flask(__name__)
    app.config["POLICIES_DIR"] = str(POLICIES)
    with app.app_context():
        assert limits.national() == NATIONAL
        assert limits.for_settings({}) == NATIONAL
        local = limits.for_settings(
            {"area_code": "0736", "clocks": {"paper_review": {"firm": True, "source": "通知"}}}
        )
        assert local.clock("paper_review").firm and not limits.national().clock("paper_review").firm
        with pytest.raises(LimitsError):
            limits.for_settings({"clocks": ["paper_review"]})


def test_the_clocks_written_for_the_offices_fit():
    app = Flask(__name__)
    app.config["POLICIES_DIR"] = str(POLICIES)
    with app.app_context():
        for path in POLICIES.parent.glob("tenants/*/settings.yaml"):
            for settings in yaml.safe_load(path.read_text("utf-8")).values():
                assert limits.for_settings(settings).clocks.keys() == NATIONAL.clocks.keys()


# the strict reading -----------------------------------------------------------------------------------------


def written(tmp_path, change):
    data = yaml.safe_load((POLICIES / "limits.yaml").read_text("utf-8"))
    change(data)
    path = tmp_path / "limits.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return path


def test_the_file_survives_being_written_again(tmp_path):
    assert limits.load(written(tmp_path, lambda data: None)) == NATIONAL


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(more={}),
        lambda data: data.pop("website_name"),
        lambda data: data["clocks"].pop("hanging"),
        lambda data: data["clocks"].update(frist_review=data["clocks"]["first_review"]),
        lambda data: data["clocks"]["hanging"].pop("source"),
        lambda data: data["clocks"]["hanging"].update(color="red"),
        lambda data: data["clocks"]["hanging"].update(days="5"),
        lambda data: data["clocks"]["hanging"].update(days=True),
        lambda data: data["clocks"]["hanging"].update(days=-5),
        lambda data: data["clocks"]["hanging"].update(unit="week"),
        lambda data: data["clocks"]["hanging"].update(unit="date"),
        lambda data: data["clocks"]["hanging"].update(firm=1),
        lambda data: data["clocks"]["hanging"].update(rule=""),
        lambda data: data["clocks"].update(hanging=[]),
        lambda data: data["domains"].update(longest=None),
        lambda data: data["domains"].update(extra_han="浉a"),
        lambda data: data["domains"]["tracks"].pop("organ"),
        lambda data: data["domains"]["tracks"].update(enterprise=data["domains"]["tracks"]["organ"]),
        lambda data: data["domains"]["tracks"]["organ"].update(chinese=[]),
        lambda data: data["domains"]["tracks"]["organ"].update(chinese="政务"),
        lambda data: data["domains"]["tracks"]["organ"].update(chinese=[".政务"]),
        lambda data: data["domains"]["tracks"]["organ"].update(chinese=["政务", "政务"]),
        lambda data: data["domains"]["tracks"]["organ"].update(english=["GOV.cn"]),
        lambda data: data["domains"]["proof"].update(track="enterprise"),
        lambda data: data["domains"]["proof"].update(suffixes=["政 务"]),
        lambda data: data["website_name"].update(shortest=99),
    ],
)
def test_anything_unexpected_in_the_file_is_refused(tmp_path, change):
    with pytest.raises(LimitsError):
        limits.load(written(tmp_path, change))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "mapping"),
        ("- 1\n", "mapping"),
        ("clocks: [\n", "limits.yaml"),
        ("clocks: {}\nclocks: {}\n", "twice"),
        ("clocks: {hanging: {days: 5, days: 6}}\n", "twice"),
        ("clocks: !!python/object/apply:os.getcwd []\n", "limits.yaml"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(tmp_path, text, complaint):
    path = tmp_path / "limits.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(LimitsError, match=complaint):
        limits.load(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(LimitsError, match=r"limits\.yaml"):
        limits.load(tmp_path / "limits.yaml")
