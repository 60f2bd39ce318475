"""The pages: whose they are, what they show and offer, and what a step says when it is refused."""

from __future__ import annotations

import re

import pytest

from app.foundation.database import db
from app.plugins.aggregates import queries, service
from app.plugins.aggregates.models import AggregateVersion
from tests.plugins.aggregates.conftest import As, Browse
from tests.plugins.aggregates.steps import locked, place, received, reported
from tests.plugins.surveys.ground import Browser
from tests.services.afresh import read_afresh

BASE = "/aggregate/versions"


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def _page(client: Browser, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]
    return _text(answer.get_data(as_text=True))


def test_an_office_without_a_version_is_told_what_to_do(browse: Browse) -> None:
    text = _page(browse("wuling.clerk"), f"{BASE}/")
    assert "还没有编制汇总" in text
    assert "编制汇总" in text


def test_the_whole_way_in_the_browser(browse: Browse) -> None:
    clerk, head, upper = browse("wuling.clerk"), browse("wuling.head"), browse("changde.clerk")
    begun = clerk.post(f"{BASE}/new")
    assert begun.status_code == 302
    url = begun.headers["Location"]
    text = _page(clerk, url)
    assert "本版还没有锁定" in text
    assert "核对并锁定" in text
    assert clerk.post(f"{url}/lock", data={"note": ""}).status_code == 302
    assert "校验值" in _page(clerk, url)
    assert "上报" in _page(head, url)
    assert head.post(f"{url}/report", data={}).status_code == 302
    assert "待接收的下级汇总 报送机构" in _page(upper, f"{BASE}/")
    refused = upper.post(f"{url}/return", data={"reason": ""})
    assert refused.status_code == 422
    assert "请写明理由" in refused.get_data(as_text=True)
    assert upper.post(f"{url}/receive", data={}).status_code == 302
    read_afresh()
    row = db.session.get(AggregateVersion, int(url.rpartition("/")[2]), execution_options={"unguarded": True})
    assert row is not None
    assert row.state == "received"
    text = _page(upper, f"{BASE}/")
    assert "计入 1 家 / 共 13 家" in text
    assert "武陵区编委办 已接收 第 1 版" in text


def test_what_was_typed_stays_when_a_lock_is_refused(acting: As, browse: Browse) -> None:
    locked(acting, "430702")
    client = browse("wuling.clerk")
    url = client.post(f"{BASE}/new").headers["Location"]
    answer = client.post(f"{url}/lock", data={"note": "补" * 501})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "补" * 501 in page
    assert "不超过 500 个字" in page


def test_a_second_draft_is_refused_on_the_page(browse: Browse) -> None:
    client = browse("wuling.clerk")
    client.post(f"{BASE}/new")
    assert client.post(f"{BASE}/new").status_code == 409


@pytest.mark.parametrize("by", ["county", "group", "nature", "rank"])
def test_each_table_leads_to_its_sheets(acting: As, browse: Browse, by: str) -> None:
    pk = locked(acting, "430700")
    client = browse("changde.clerk")
    page = client.get(f"{BASE}/{pk}?by={by}").get_data(as_text=True)
    links = re.findall(rf'href="({BASE}/{pk}/lines\?[^"]+)"[^>]*>(\d+)<', page)
    assert links
    for url, number in links:
        url = url.replace("&amp;", "&")
        assert f"共 {number} 条" in _page(client, url), url


def test_drilling_down_stays_in_the_version(acting: As, browse: Browse) -> None:
    pk = locked(acting, "430700")
    client = browse("changde.clerk")
    assert "武陵" not in _page(client, f"{BASE}/{pk}/lines"), "no version of the county's was taken in"
    assert client.get(f"{BASE}/{pk}/lines?by=county&key=430702").status_code == 404
    assert client.get(f"{BASE}/{pk}/lines?by=nature&key=x").status_code == 404
    assert client.get(f"{BASE}/{pk}/lines?by=x").status_code == 400
    assert client.get(f"{BASE}/{pk}/lines?page=0").status_code == 400


def test_charts_are_images_that_run_nothing(acting: As, browse: Browse) -> None:
    pk = locked(acting, "430700")
    client = browse("changde.clerk")
    for name in ("sheets", "sites"):
        answer = client.get(f"{BASE}/{pk}/chart/{name}.svg?by=nature")
        assert answer.status_code == 200
        assert answer.mimetype == "image/svg+xml"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "党政机关" in answer.get_data(as_text=True)
    assert client.get(f"{BASE}/{pk}/chart/other.svg").status_code == 404


def test_differences_are_shown(acting: As, browse: Browse) -> None:
    first = locked(acting, "430700")
    received(acting, "430702", "430700")
    second = locked(acting, "430700", "计入武陵区。")
    client = browse("changde.clerk")
    text = _page(client, f"{BASE}/{second}/differences")
    assert "武陵区编委办 未计入 计入其第 1 版" in text
    assert "应报 33 36 +3" in text
    assert _page(client, f"{BASE}/{second}/differences?with={first}") == text
    assert client.get(f"{BASE}/{first}/differences").status_code == 404, "there is none before the first"
    assert client.get(f"{BASE}/{second}/differences?with={second}").status_code == 404


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("changde.clerk", 200), ("hunan.auditor", 200), ("changde.egov", 404), ("wuling.clerk", 404),
        ("changde.admin", 403), ("unit.changde", 403), ("conac.registrar", 403),
    ],
)  # fmt: skip
def test_a_version_is_seen_by_its_office_and_those_above(
    acting: As, browse: Browse, username: str, status: int
) -> None:
    pk = locked(acting, "430700")
    for page in ("", "/lines", "/odd", "/chart/sheets.svg", "/export.xlsx"):
        assert browse(username).get(f"{BASE}/{pk}{page}").status_code == status, page


def test_whoever_it_is_shared_with_reads_and_exports_and_nothing_else(acting: As, browse: Browse) -> None:
    pk = locked(acting, "430700")
    with acting("changde.head") as actor:
        service.share(queries.get(pk, actor), actor=actor)
    client = browse("changde.egov")
    assert "共享的汇总" in _page(client, f"{BASE}/")
    text = _page(client, f"{BASE}/{pk}")
    assert "办理记录" not in text
    assert "撤销共享" not in text
    assert client.get(f"{BASE}/{pk}/export.xlsx").status_code == 200
    for step in ("lock", "report", "withdraw", "receive", "return", "share", "unshare"):
        assert client.post(f"{BASE}/{pk}/{step}", data={"reason": "试。"}).status_code == 403, step
    assert (
        browse("changde.head").post(f"{BASE}/{pk}/unshare", data={"reason": "不再需要。"}).status_code == 302
    )
    assert client.get(f"{BASE}/{pk}").status_code == 404
    assert client.get(f"{BASE}/{pk}/export.xlsx").status_code == 404


def test_a_draft_is_not_taken_away(acting: As, browse: Browse) -> None:
    with acting("wuling.clerk") as actor:
        pk = service.prepare(place(actor), actor=actor).id
    client = browse("wuling.clerk")
    assert client.get(f"{BASE}/{pk}/export.xlsx").status_code == 422
    assert client.post(f"{BASE}/{pk}/export").status_code == 422


def test_a_step_that_is_not_offered_is_refused(acting: As, browse: Browse) -> None:
    pk = reported(acting, "430702")
    assert "退回" not in _page(browse("wuling.head"), f"{BASE}/{pk}").partition("本版信息")[0]
    assert (
        "接收"
        not in _page(browse("hunan.head"), f"{BASE}/{pk}").partition("下级机构")[0].partition("办理")[2]
    )
    assert browse("hunan.head").post(f"{BASE}/{pk}/receive").status_code == 403
    assert browse("dingcheng.head").post(f"{BASE}/{pk}/receive").status_code == 404


def test_a_stale_page_is_told_so(acting: As, browse: Browse) -> None:
    pk = locked(acting, "430702")
    assert browse("wuling.head").post(f"{BASE}/{pk}/report", data={"version": "1"}).status_code == 409
