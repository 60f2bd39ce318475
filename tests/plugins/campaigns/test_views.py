"""The pages of campaigns with a real client."""

from __future__ import annotations

import re

import pytest

from tests.plugins.surveys.ground import SignIn, at, counted


def test_the_notice_and_its_annexes_can_be_read(sign_in: SignIn) -> None:
    browser = sign_in("unit.czj")
    page = browser.get("/campaigns/1/")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "1.分级组织实施" in text and "对您有约束的时限" in text
    assert (
        "2014年11月21日（周五）" in text and "常编办发〔2014〕9号 第三条" in text and "剩 3 个工作日" in text
    )
    assert "全部时限" not in text and "完成事业单位现有网站资格复核" not in text
    assert "单位规格" in browser.get("/campaigns/1/annex/5").get_data(as_text=True)
    assert browser.get("/campaigns/1/annex/6").status_code == 404


@pytest.mark.parametrize(
    ("who", "whole"),
    [("changde.clerk", True), ("hunan.clerk", True), ("wuling.clerk", False), ("unit.wljy", False)],
)
def test_only_who_oversees_a_campaign_sees_every_date_of_it(sign_in: SignIn, who: str, whole: bool) -> None:
    """Each person sees only the dates that bind him: the counties do not read the city's 21 November as theirs."""
    text = sign_in(who).get("/campaigns/1/").get_data(as_text=True)
    dates = text.partition('<article class="doc"')[0] + text.partition("</article>")[2]
    assert ("全部时限" in dates) is whole
    assert ("完成网站调查摸底并报送摸底表" in dates) is whole
    assert "2014年11月30日" in dates


def test_a_county_head_sets_a_date_and_the_city_sees_the_exception(sign_in: SignIn) -> None:
    head, clerk = sign_in("wuling.head"), sign_in("changde.clerk")
    assert "设定日期" in head.get("/campaigns/1/").get_data(as_text=True)
    refused = head.post("/campaigns/1/local/4", data={"track": "any", "due": "2014-12-05", "reason": ""})
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422 and 'value="2014-12-05"' in text and "晚于完成期限" in text
    kept = head.post("/campaigns/1/local/4", data={"track": "any", "due": "2014-12-05", "reason": "停电检修"})
    assert kept.status_code == 302
    seen = clerk.get("/campaigns/1/").get_data(as_text=True)
    assert "武陵区编委办" in seen and "停电检修" in seen and "例外" in seen
    assert "停电检修" not in sign_in("dingcheng.clerk").get("/campaigns/1/").get_data(as_text=True)
    assert 'value="2014-12-05"' in head.get("/campaigns/1/local/4?track=any").get_data(as_text=True)


@pytest.mark.parametrize("due", ["", "明天", "2014-13-40", "2014-11-01"])
def test_a_date_that_is_none_is_refused_and_kept(sign_in: SignIn, due: str) -> None:
    answer = sign_in("wuling.head").post(
        "/campaigns/1/local/4", data={"track": "any", "due": due, "reason": "甲乙丙"}
    )
    assert answer.status_code == 422
    assert "甲乙丙" in answer.get_data(as_text=True) and 'id="f-due-err"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("wuling.clerk", 403),
        ("unit.wljy", 403),
        ("changde.head", 422),
        ("changsha.clerk", 403),
        ("wuling.head", 200),
    ],
)
def test_who_gets_the_form(sign_in: SignIn, who: str, status: int) -> None:
    answer = sign_in(who).get("/campaigns/1/local/4", headers={"Accept": "application/json"})
    assert answer.status_code == status


@pytest.mark.parametrize(("who", "status"), [("unit.hg", 404), ("changsha.clerk", 404), ("hunan.clerk", 200)])
def test_who_opens_the_page(sign_in: SignIn, who: str, status: int) -> None:
    assert sign_in(who).get("/campaigns/1/").status_code == status


def test_a_date_set_meanwhile_is_shown_beside_ones_own_and_not_overwritten(sign_in: SignIn) -> None:
    first, second = sign_in("wuling.head"), sign_in("wuling.head")
    opened = second.get("/campaigns/1/local/4").get_data(as_text=True)
    version = str(re.search(r'name="version" value="([^"]*)"', opened)[1])  # type: ignore[index]
    typed = {"track": "any", "due": "2014-11-20", "reason": "乙的理由", "version": version}
    mine = {"track": "any", "due": "2014-11-19", "reason": "甲的理由", "version": version}
    assert first.post("/campaigns/1/local/4", data=mine).status_code == 302
    refused = second.post("/campaigns/1/local/4", data=typed)
    text = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert all(word in text for word in ("2014-11-19", "甲的理由", "2014-11-20", "乙的理由"))
    fresh = str(re.search(r'name="version" value="([^"]*)"', text)[1])  # type: ignore[index]
    again = typed | {"version": fresh, "settle": ["due", "reason"]}
    assert second.post("/campaigns/1/local/4", data=again).status_code == 409, "no choice was made"
    chosen = again | {"take-due": "theirs", "take-reason": "mine"}
    assert second.post("/campaigns/1/local/4", data=chosen).status_code == 302
    shown = first.get("/campaigns/1/local/4").get_data(as_text=True)
    assert "2014-11-19" in shown and "乙的理由" in shown


def test_a_forged_office_is_not_even_read(sign_in: SignIn) -> None:
    head = sign_in("wuling.head")
    forged = {
        "track": "any",
        "due": "2014-11-19",
        "office_id": "1",
        "review_path": "0.43.07.03.",
        "exception": "1",
    }
    assert head.post("/campaigns/1/local/4", data=forged).status_code == 302
    assert (
        "鼎城"
        not in head.get("/campaigns/1/")
        .get_data(as_text=True)
        .partition("自定的时限")[2]
        .partition("<article")[0]
    )


def test_an_overdue_step_says_so(sign_in: SignIn) -> None:
    with at(24):
        assert "超期 1 个工作日" in sign_in("unit.czj").get("/campaigns/1/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("url", "most"), [("/campaigns/list/", 8), ("/campaigns/1/", 15), ("/campaigns/1/local/4", 15)]
)
def test_statements(sign_in: SignIn, url: str, most: int) -> None:
    head = sign_in("wuling.head")
    head.get(url)
    with counted() as statements:
        assert head.get(url).status_code == 200
    assert len(statements) <= most, "\n".join(statements)
