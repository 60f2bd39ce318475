"""Structured reasons become a letter that can be edited: nothing written is lost, nothing is said twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.plugins.applications import reasons
from tests.plugins.applications.country import Country

Browse = Callable[[str], FlaskClient]


def test_every_reason_but_other_has_a_sentence_of_its_own() -> None:
    for outcome, catalogue in reasons.BY_OUTCOME.items():
        for one in catalogue:
            said = reasons.SENTENCES.get(one.code, "")
            assert bool(said) is (one.code != reasons.OTHER), (outcome, one.code)
            assert not said or said.endswith("。")


def test_sentences_come_in_the_catalogues_order() -> None:
    codes = ["incomplete", "type-differs", "other", "made-up"]
    assert reasons.sentences("returned", codes) == [
        "请按机构编制登记填写组织机构类型。", "请逐项核对，补充完整并如实填写。",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "lines", "made"),
    [
        ("", ["一。", "二。"], "一。\n二。"),
        ("已写的话", ["一。"], "已写的话\n一。"),
        ("前言\r\n一。再说", ["一。", "二。"], "前言\n一。再说\n二。"),
        ("  ", [], ""),
    ],
)
def test_what_is_written_stays_and_is_said_once(words: str, lines: list[str], made: str) -> None:
    assert reasons.compose(words, lines) == made
    assert reasons.compose(made, lines) == made


def test_the_draft_is_made_of_notes_and_reasons(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    country.judge(pk, 3, "bad", "应为“常德市武陵区教育局”")
    client = browse("reviewer")
    answer = client.post(
        f"/applications/{pk}/letter/returned",
        data={
            "returned-reasons": ["name-not-approved"],
            "returned-words": "请于本周内补正。",
            "note-1": "已核",
        },
    )
    assert answer.headers["Location"].endswith(f"/applications/{pk}?letter=returned#returned")
    row = country.read(pk)
    assert row.opinion["returned"] == {
        "reasons": ["name-not-approved"],
        "words": "请于本周内补正。\n名称经机构编制部门批准：应为“常德市武陵区教育局”\n请填写经批准的单位全称，不用简称。",
    }
    assert row.items()[0].note == "已核"
    page = client.get(f"/applications/{pk}?letter=returned").get_data(as_text=True)
    part = page[page.index('id="returned"') : page.index('id="ineligible"')]
    assert " open>" in part[:40] and "请填写经批准的单位全称" in part and "第 3 项判为不符合" in part
    assert " open>" not in page[page.index('id="ineligible"') :][:40]


def test_the_draft_speaks_chinese_whoever_reads(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    country.judge(pk, 3, "bad", "应为全称")
    client = browse("reviewer")
    client.get("/lang/en")
    client.post(f"/applications/{pk}/letter/ineligible", data={"ineligible-reasons": ["not-established"]})
    words = country.read(pk).opinion["ineligible"]["words"]
    assert words.startswith("名称经机构编制部门批准：应为全称\n开办主体应当经法定程序批准设立")


def test_an_untouched_draft_follows_the_notes(country: Country, browse: Browse) -> None:
    """The prefilled words come back with every click; they are no letter that was begun."""
    pk = country.submitted()
    country.judge(pk, 3, "bad", "应为全称")
    client = browse("reviewer")
    drafted = "名称经机构编制部门批准：应为全称"
    client.post(
        f"/applications/{pk}/check", data={"set": "4:bad", "note-4": "后缀不符", "returned-words": drafted}
    )
    assert country.read(pk).opinion == {}
    page = client.get(f"/applications/{pk}").get_data(as_text=True)
    assert f"{drafted}\n网上名称规范：后缀不符" in page.replace("\r\n", "\n")


@pytest.mark.parametrize("outcome", ["refused", "approved", "made-up"])
def test_there_are_two_letters_of_the_first_review(country: Country, browse: Browse, outcome: str) -> None:
    pk = country.submitted()
    assert browse("reviewer").post(f"/applications/{pk}/letter/{outcome}").status_code == 404


@pytest.mark.parametrize(
    ("who", "code"), [("clerk", 403), ("auditor", 403), ("filer", 403), ("sibling", 404)]
)
def test_only_the_reviewing_office_drafts(country: Country, browse: Browse, who: str, code: int) -> None:
    pk = country.submitted()
    assert browse(who).post(f"/applications/{pk}/letter/returned").status_code == code
