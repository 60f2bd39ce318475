"""The queue's pages and those from above, driven by forms."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.plugins.applications import service
from tests.plugins.applications.conftest import counting
from tests.plugins.applications.country import Country
from tests.plugins.worklist.test_guiding import late, later, say, stored

Browse = Callable[[str], FlaskClient]


def text(answer: object) -> str:
    return unescape(answer.get_data(as_text=True))  # type: ignore[attr-defined]


def test_the_three_tabs(country: Country, browse: Browse) -> None:
    waiting, approved = country.submitted("exam"), country.approved("edu")
    reviewer = browse("reviewer")
    todo = text(reviewer.get("/reviewing/"))
    assert "武陵招生网" in todo and "武陵教育网" not in todo
    assert f'value="{waiting}"' in todo and "未认领" in todo
    assert "武陵教育网" in text(reviewer.get("/reviewing/?tab=done"))
    assert "武陵教育网" in text(reviewer.get("/reviewing/?tab=mine"))
    assert approved
    assert reviewer.get("/reviewing/?tab=other").status_code == 400


def test_every_period_says_who_set_it_and_how_firmly(country: Country, browse: Browse) -> None:
    """S25 against C-art.12: firm for the city office, 原则上 for the county's."""
    country.submitted("edu")
    page = text(browse("reviewer").get("/reviewing/"))
    assert "原则上" in page and "办法第十二条" in page
    country.submitted("office", "city_filer")
    page = text(browse("city_reviewer").get("/reviewing/"))
    assert "通知第四条" in page and "原则上" not in page.split("<tbody>")[1].split("该时限为")[0]


def test_empty_tabs_say_why(country: Country, browse: Browse) -> None:
    reviewer = browse("reviewer")
    assert "没有待办的申请" in text(reviewer.get("/reviewing/"))
    assert "还没有已办的申请" in text(reviewer.get("/reviewing/?tab=done"))
    assert "您还没有经手的申请" in text(reviewer.get("/reviewing/?tab=mine"))
    assert "没有符合条件的申请" in text(reviewer.get("/reviewing/?q=没有"))


def test_filters_are_remembered_until_cleared(country: Country, browse: Browse) -> None:
    country.submitted("edu")
    country.submitted("exam")
    reviewer = browse("reviewer")
    assert reviewer.post("/reviewing/filters", data={"q": "招生", "tab": "todo"}).status_code == 302
    page = text(reviewer.get("/reviewing/"))
    assert "武陵招生网" in page and "武陵教育网" not in page
    assert "按您上次的筛选条件列出" in page
    assert "武陵招生网" in text(browse("reviewer").get("/reviewing/"))  # signed in anew
    assert "武陵教育网" in text(browse("head").get("/reviewing/"))
    reviewer.post("/reviewing/filters", data={"clear": "1", "q": "招生"})
    assert "武陵教育网" in text(reviewer.get("/reviewing/"))
    assert reviewer.post("/reviewing/filters", data={"kind": "x"}).status_code == 400


def test_ticked_cases_are_taken_given_and_put_back(country: Country, browse: Browse) -> None:
    pks = [country.submitted("edu"), country.submitted("exam")]
    reviewer, ticked = browse("reviewer"), {"application": [str(pk) for pk in pks]}
    page = text(reviewer.post("/reviewing/claim", data=ticked, follow_redirects=True))
    assert "已认领 2 件" in page and "我承办" in page
    head = country.actor("head")
    page = text(reviewer.post("/reviewing/reassign", data=ticked | {"to": ""}, follow_redirects=True))
    assert "请选择改由哪位承办人办理" in page
    page = text(
        reviewer.post("/reviewing/reassign", data=ticked | {"to": str(head.person_id)}, follow_redirects=True)
    )
    assert "已改派 2 件" in page
    assert {country.read(pk).claimed_by_id for pk in pks} == {head.person_id}
    page = text(reviewer.post("/reviewing/claim", data=ticked, follow_redirects=True))
    assert "正在办理本件" in page
    page = text(browse("head").post("/reviewing/release", data=ticked, follow_redirects=True))
    assert "2 件已退回待办" in page
    assert {country.read(pk).claimed_by_id for pk in pks} == {None}
    assert "没有勾选申请" in text(reviewer.post("/reviewing/claim", data={}, follow_redirects=True))


def test_one_that_cannot_does_not_hold_up_the_others(country: Country, browse: Browse) -> None:
    good, bad = country.submitted("edu"), country.approved("exam")
    page = text(
        browse("reviewer").post(
            "/reviewing/claim", data={"application": [str(good), str(bad)]}, follow_redirects=True
        )
    )
    assert "已认领 1 件" in page and "不需认领或者改派" in page


@pytest.mark.parametrize("verb", ["claim", "release", "reassign"])
@pytest.mark.parametrize("who", ["sibling", "parent", "auditor", "county_egov", "filer", "registrar"])
def test_strangers_touch_nothing(country: Country, browse: Browse, who: str, verb: str) -> None:
    pk = country.submitted()
    data = {"application": str(pk), "to": str(country.actor(who).person_id)}
    assert browse(who).post(f"/reviewing/{verb}", data=data).status_code in {403, 404}
    assert country.read(pk).claimed_by_id is None


def test_ticked_cases_go_to_the_register(country: Country, browse: Browse) -> None:
    waiting, other = country.awaiting_paper("edu"), country.submitted("exam")
    reviewer = browse("reviewer")
    answer = reviewer.post("/reviewing/receive", data={"application": [str(waiting), str(other)]})
    assert answer.headers["Location"].endswith(f"/exchange/in?application={waiting}")
    answer = reviewer.post("/reviewing/receive", data={"application": str(other)}, follow_redirects=True)
    assert "没有等待书面材料" in text(answer)


def test_the_case_page_says_who_has_it(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    reviewer = browse("reviewer")
    assert "尚未认领" in text(reviewer.get(f"/applications/{pk}"))
    answer = reviewer.post("/reviewing/claim", data={"application": str(pk), "case": str(pk)})
    assert answer.headers["Location"].endswith(f"/applications/{pk}")
    assert "由您承办" in text(reviewer.get(f"/applications/{pk}"))
    page = text(browse("head").get(f"/applications/{pk}"))
    assert f"由{country.actor('reviewer').name}承办" in page
    for who in ("filer", "sibling", "parent", "county_egov"):
        assert 'id="in-hand"' not in text(browse(who).get(f"/applications/{pk}"))


def test_reasons_for_handing_on_are_not_the_applicants(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    country.do("reviewer", pk, lambda row, actor: service.claim(row, actor=actor))
    country.do(
        "head",
        pk,
        lambda row, actor: service.reassign(row, country.actor("deputy"), "原承办人休假", actor=actor),
    )
    assert "原承办人休假" in text(browse("head").get(f"/applications/{pk}"))
    assert "原承办人休假" not in text(browse("filer").get(f"/applications/{pk}"))


def test_periods_stand_on_the_case_page_for_everybody(country: Country, browse: Browse) -> None:
    pk = country.paper_review()
    for who in ("filer", "reviewer", "city_reviewer"):
        page = text(browse(who).get(f"/applications/{pk}"))
        part = page.split('id="periods"')[1].split("</section>")[0]
        assert "书面审核" in part and "在线初审" in part and "报送书面材料" in part
        assert "办法第十二条，原则上" in part and "已停止计时" in part


def test_late_cases_below_are_urged_together(country: Country, browse: Browse) -> None:
    pk = late(country)
    above = browse("city_reviewer")
    page = text(above.get("/reviewing/below/"))
    assert "武陵教育网" in page and "武陵区编委办" in page and "超期" in page
    page = text(
        above.post(
            "/reviewing/below/urge", data={"application": str(pk), "words": "请抓紧"}, follow_redirects=True
        )
    )
    assert "已催办 1 件" in page and "尚未签收" in page
    assert "今天已经催办过" in text(
        above.post("/reviewing/below/urge", data={"application": str(pk)}, follow_redirects=True)
    )
    assert above.get("/reviewing/below/?which=nothing").status_code == 400
    for which in ("soon", "paper", "all"):
        assert above.get(f"/reviewing/below/?which={which}").status_code == 200


def test_the_deciding_office_signs_and_above_sees_it(country: Country, browse: Browse) -> None:
    pk = late(country)
    key = say(country, "city_reviewer", pk).id
    clerk = browse("clerk")
    page = text(clerk.get(f"/applications/{pk}"))
    assert "请抓紧办理。" in page and f"/reviewing/guidance/{key}/read" in page
    assert "签收上级催办" in text(clerk.get("/desk/"))
    assert "已签收" in text(clerk.post(f"/reviewing/guidance/{key}/read", follow_redirects=True))
    assert "已经阅知" in text(clerk.post(f"/reviewing/guidance/{key}/read", follow_redirects=True))
    above = text(browse("city_reviewer").get(f"/applications/{pk}"))
    assert f"{country.actor('clerk').name}于" in above and "签收。" in above
    assert "签收上级催办" not in text(clerk.get("/desk/"))


def test_guiding_from_the_case_page(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    above = browse("city_reviewer")
    page = text(above.get(f"/applications/{pk}"))
    assert (
        "指导" in page
        and f"/reviewing/below/{pk}/guide" in page
        and f"/reviewing/below/{pk}/urge" not in page
    )
    answer = above.post(f"/reviewing/below/{pk}/guide", data={"guidance": " "})
    assert (answer.status_code, "请写明指导意见" in text(answer)) == (422, True)
    too_long = "甲" * 501
    answer = above.post(f"/reviewing/below/{pk}/guide", data={"guidance": too_long})
    assert (answer.status_code, too_long in text(answer)) == (422, True)
    assert above.post(f"/reviewing/below/{pk}/guide", data={"guidance": "请核对名称"}).status_code == 302
    assert above.post(f"/reviewing/below/{pk}/urge", data={"words": ""}).status_code == 409
    assert [one.words for one in stored()] == ["请核对名称"]


@pytest.mark.parametrize(
    "who", ["filer", "clerk", "reviewer", "sibling", "auditor", "county_egov", "registrar"]
)
def test_nobody_else_speaks_from_above(country: Country, browse: Browse, who: str) -> None:
    pk, client = late(country), browse(who)
    for address in (f"/reviewing/below/{pk}/urge", f"/reviewing/below/{pk}/guide"):
        assert client.post(address, data={"words": "请抓紧", "guidance": "请抓紧"}).status_code in {403, 404}
    assert client.post("/reviewing/below/urge", data={"application": str(pk)}).status_code in {403, 404}
    assert stored() == []


@pytest.mark.parametrize("who", ["filer", "sibling", "county_egov"])
def test_words_from_above_are_not_shown_to_others(country: Country, browse: Browse, who: str) -> None:
    pk = late(country)
    say(country, "city_reviewer", pk, words="内部催办的话")
    assert "内部催办的话" not in text(browse(who).get(f"/applications/{pk}"))


def test_the_desk_above_counts_late_cases(country: Country, browse: Browse) -> None:
    late(country)
    page = text(browse("city_reviewer").get("/desk/"))
    assert "催办下级超期审核" in page and "1 件审核超期" in page
    assert "催办下级超期审核" not in text(browse("sibling").get("/desk/"))


def test_a_page_from_above_costs_few_statements(country: Country, browse: Browse) -> None:
    for site, who in (("edu", "filer"), ("exam", "filer"), ("library", "librarian")):
        country.submitted(site, who)
    later()
    client = browse("city_reviewer")
    client.get("/reviewing/below/")
    with counting() as seen:
        client.get("/reviewing/below/")
    assert len(seen) <= 12, "\n".join(seen)


def test_the_queue_costs_few_statements(country: Country, browse: Browse) -> None:
    for site, who in (("edu", "filer"), ("exam", "filer"), ("library", "librarian")):
        country.submitted(site, who)
    client = browse("reviewer")
    client.get("/reviewing/")
    with counting() as seen:
        client.get("/reviewing/")
    assert len(seen) <= 12, "\n".join(seen)


def test_the_keyboard_is_explained(country: Country, browse: Browse) -> None:
    country.submitted()
    page = text(browse("reviewer").get("/reviewing/"))
    assert page.count("<kbd>") == 6 and "worklist.js" in page
