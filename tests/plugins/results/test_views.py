"""The pages of results and stop orders: what they show, what their buttons do, who has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.plugins.results import papers
from app.plugins.results.models import ResultNotice, StopOrder
from tests.plugins.registry.line import HEAD, REGISTRAR
from tests.plugins.results.conftest import Desk
from tests.plugins.results.test_service import CLERK, confirm

SignIn = Callable[[str], FlaskClient]


def test_results_are_listed_and_noted_as_sent(desk: Desk, sign_in: SignIn) -> None:
    rows = desk.notices(desk.refused(site_name="武陵教育网"))
    browser = desk.line.browser(sign_in, CLERK)
    page = browser.get("/results/").text
    assert page.count("武陵教育网") >= 2 and "注册管理中心" in page and "CNNIC" in page
    form = {"notices": [row.id for row in rows], "number": "武编函1号", "day": "2014-11-24"}
    assert browser.post("/results/send", data=form).status_code == 302
    assert "没有待通报的结果" in browser.get("/results/").text
    sent = browser.get("/results/?state=sent").text
    assert "武编函1号" in sent
    assert {desk.line.row(ResultNotice, row.id).state for row in rows} == {"sent"}


def test_a_refused_form_keeps_what_was_typed_and_ticked(desk: Desk, sign_in: SignIn) -> None:
    first, second = desk.notices(desk.refused())
    browser = desk.line.browser(sign_in, CLERK)
    answer = browser.post(
        "/results/send", data={"notices": [first.id], "number": "武编函9号", "day": "2014-11-30"}
    )
    assert answer.status_code == 422 and "武编函9号" in answer.text
    text = " ".join(answer.text.split())
    assert f'value="{first.id}" aria-label' in text
    ticked = [line for line in answer.text.splitlines() if 'name="notices"' in line and "checked" in line]
    assert len(ticked) == 1 and f't-{first.id}"' in ticked[0]
    assert browser.post("/results/send", data={"number": "1", "day": "2014-11-24"}).status_code == 422
    assert browser.post(
        "/results/send", data={"notices": [second.id], "number": "1", "day": "昨天"}
    ).status_code == 422  # fmt: skip
    assert desk.line.row(ResultNotice, second.id).state == "waiting"


def test_an_order_is_confirmed_sent_and_closed_on_its_page(desk: Desk, sign_in: SignIn) -> None:
    order = desk.order(desk.refused(english_domain="wljy.gov.cn"))
    head, clerk = desk.line.browser(sign_in, HEAD), desk.line.browser(sign_in, CLERK)
    at = f"/results/orders/{order.id}"
    page = head.get(at).text
    assert "wljy.gov.cn" in page and "负责人决定" in page
    assert "确认停止解析</button>" not in clerk.get(at).text
    refused = head.post(f"{at}/confirm", data={"reason": "逾期未改", "version": order.version})
    assert refused.status_code == 422 and "逾期未改" in refused.text
    good = {"reason": "逾期未改", "checked": "1", "version": order.version}
    assert head.post(f"{at}/confirm", data=good).status_code == 302
    assert head.post(f"{at}/confirm", data=good).status_code == 409
    for to in ("conac", "cnnic"):
        version = desk.line.row(StopOrder, order.id).version
        typed = {"recipient": to, f"{to}-number": f"函{to}", f"{to}-day": "2014-11-24", "version": version}
        assert clerk.post(f"{at}/send", data={**typed, f"{to}-number": ""}).status_code == 422
        assert clerk.post(f"{at}/send", data=typed).status_code == 302
    assert clerk.post(f"{at}/send", data={"recipient": "12377"}).status_code == 404
    version = desk.line.row(StopOrder, order.id).version
    late = clerk.post(f"{at}/finish", data={"stopped": "2014-11-30", "note": "复函", "version": version})
    assert late.status_code == 422 and "复函" in late.text
    done = {"stopped": "2014-11-24", "note": "复函", "version": version}
    assert clerk.post(f"{at}/finish", data=done).status_code == 302
    page = clerk.get(at).text
    assert "已停止解析" in page and "函conac" in page and "函cnnic" in page


def test_dismissing_on_the_page(desk: Desk, sign_in: SignIn) -> None:
    order = desk.order(desk.refused())
    head = desk.line.browser(sign_in, HEAD)
    at = f"/results/orders/{order.id}"
    assert head.post(f"{at}/dismiss", data={"reason": ""}).status_code == 422
    assert head.post(f"{at}/dismiss", data={"reason": "域名已注销。"}).status_code == 302
    assert "域名已注销。" in head.get(at).text
    assert desk.line.row(StopOrder, order.id).state == "dismissed"


@pytest.mark.parametrize(
    ("post", "seen"),
    [
        (HEAD, 200), (CLERK, 200), (("filer", "wuling"), 200), (("auditor", "0.43."), 200), (("head", "0.43.07."), 200),
        (("filer", "dingcheng"), 404), (("head", "0.43.07.03."), 404), (REGISTRAR, 403),
        (("egov", "0.43.07.02.egov."), 403),
    ],
)  # fmt: skip
def test_who_opens_an_order(desk: Desk, sign_in: SignIn, post: tuple[str, str], seen: int) -> None:
    order = desk.order(desk.refused(site_name="武陵教育网"))
    browser = desk.line.browser(sign_in, post)
    assert browser.get(f"/results/orders/{order.id}").status_code == seen
    listed = browser.get("/results/orders/")
    assert ("武陵教育网" in listed.text) is (seen == 200)


def test_an_opening_says_that_it_is_only_proposed(desk: Desk, sign_in: SignIn) -> None:
    order = desk.order(desk.refused(kind="opening"))
    head = desk.line.browser(sign_in, HEAD)
    assert "仅为建议" in head.get("/results/orders/").text
    assert "办法第十一条只规定资格复核" in head.get(f"/results/orders/{order.id}").text


def test_letters_that_plugins_above_offer_are_linked(
    desk: Desk, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "of", lambda row, actor: [("停止解析函（样张）", f"/x/{row.id}")])
    order = desk.order(desk.refused())
    confirm(desk, order)
    assert (
        f'href="/x/{order.id}"' in desk.line.browser(sign_in, CLERK).get(f"/results/orders/{order.id}").text
    )


def test_an_application_says_what_the_registries_were_told(desk: Desk, sign_in: SignIn) -> None:
    key = desk.refused()
    page = desk.line.browser(sign_in, HEAD).get(f"/applications/{key}").text
    assert "结果通报和停止解析" in page and f"/results/orders/{desk.order(key).id}" in page
    assert "办结情况" in page


@pytest.mark.parametrize("query", ["state=x", "side=x", "page=0"])
def test_forged_filters_are_refused_not_failed(desk: Desk, sign_in: SignIn, query: str) -> None:
    browser = desk.line.browser(sign_in, CLERK)
    for address in ("/results/", "/results/orders/"):
        assert browser.get(f"{address}?{query}").status_code in {200, 400}
