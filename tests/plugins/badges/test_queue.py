"""The registrar's queue: what it shows, what its buttons do, who has it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.foundation.database import db
from app.plugins.badges.models import Badge
from app.plugins.registry.models import BatchItem
from tests.plugins.registry.line import HEAD, PRIVATE, REGISTRAR, Line, statements

SignIn = Callable[[str], FlaskClient]


def _badges(line: Line) -> int:
    return line.read(lambda: db.session.scalar(select(func.count()).select_from(Badge)) or 0)


def test_the_queue_is_national_oldest_first_and_empties(line: Line, sign_in: SignIn) -> None:
    items = [
        line.reported(),
        line.reported("dingcheng", office="0.43.07.03."),
        line.reported("qianjiang", office="0.42.9005."),
    ]
    browser = line.browser(sign_in, REGISTRAR)
    page = browser.get("/queue/").text
    places = [page.index(f"BS{digits}-2014-001") for digits in ("430070002", "430070003", "420009005")]
    assert places == sorted(places)
    for item in items:
        line.issue(item)
    assert "没有待核发的批次" in browser.get("/queue/").text


def test_a_batch_shows_facts_hosts_and_checks(line: Line, sign_in: SignIn) -> None:
    item = line.row(BatchItem, line.reported(host="wljy.gov.cn"))
    page = line.browser(sign_in, REGISTRAR).get(f"/queue/batches/{item.batch_id}").text
    for text in (
        item.organ_name,
        item.site_name,
        "主管全区教育工作",
        "wljy.gov.cn",
        "校验一致",
        "无冲突",
        item.sha256,
    ):
        assert text in page
    assert '<p class="hosts">wljy.gov.cn' in page
    assert not [value for value in PRIVATE.values() if value in page]


def test_a_conflict_is_shown_and_cannot_be_issued(line: Line, sign_in: SignIn) -> None:
    first = line.row(Badge, line.issued(host="wljy.gov.cn"))
    item = line.row(BatchItem, line.reported("wuling2", "wljy.gov.cn"))
    browser = line.browser(sign_in, REGISTRAR)
    page = browser.get(f"/queue/batches/{item.batch_id}").text
    assert "网址冲突" in page and first.number in page
    assert f"/queue/items/{item.id}/issue" not in page
    answer = browser.post(f"/queue/items/{item.id}/issue")
    assert answer.status_code == 422
    assert "一个网址只能对应一个有效标识" in answer.text
    assert line.row(BatchItem, item.id).state == "pending"


def test_an_altered_item_is_shown_and_cannot_be_issued(line: Line, sign_in: SignIn) -> None:
    item = line.row(BatchItem, line.reported())
    table = BatchItem.__table__
    with db.engine.begin() as connection:
        changed = {**item.snapshot, "organ_name": "冒名单位"}
        connection.execute(update(table).where(table.c.id == item.id).values(snapshot=changed))
    browser = line.browser(sign_in, REGISTRAR)
    page = browser.get(f"/queue/batches/{item.batch_id}").text
    assert "校验不一致" in page and f"/queue/items/{item.id}/issue" not in page
    assert browser.post(f"/queue/items/{item.id}/issue").status_code == 422
    assert _badges(line) == 0


def test_issuing_one_leads_back_to_the_batch_with_its_number(line: Line, sign_in: SignIn) -> None:
    item = line.row(BatchItem, line.reported())
    browser = line.browser(sign_in, REGISTRAR)
    answer = browser.post(f"/queue/items/{item.id}/issue", follow_redirects=True)
    number = line.row(BatchItem, item.id).badge_number
    assert answer.status_code == 200 and number is not None
    assert f"编号 {number}" in answer.text and f"/badge/{number}" in answer.text
    assert browser.post(f"/queue/items/{item.id}/issue").status_code == 409
    assert _badges(line) == 1


def test_ticked_items_are_issued_and_one_refused_does_not_hold_up_the_rest(
    line: Line, sign_in: SignIn
) -> None:
    line.issued("wuling2", "taken.gov.cn")
    keys = [line.approved(), line.approved(host="taken.gov.cn"), line.approved()]
    batch = line.send(*keys)
    items = line.items(batch)
    other = line.reported("dingcheng", office="0.43.07.03.")
    browser = line.browser(sign_in, REGISTRAR)
    answer = browser.post(
        f"/queue/batches/{batch.id}/issue", data={"items": [*items, other]}, follow_redirects=True
    )
    assert "已核发 2 个标识。" in answer.text and "taken.gov.cn" in answer.text
    assert [line.row(BatchItem, key).state for key in items] == ["issued", "pending", "issued"]
    assert line.row(BatchItem, other).state == "pending"  # of another batch than the page's


def test_nothing_ticked_says_so(line: Line, sign_in: SignIn) -> None:
    item = line.row(BatchItem, line.reported())
    answer = line.browser(sign_in, REGISTRAR).post(
        f"/queue/batches/{item.batch_id}/issue", follow_redirects=True
    )
    assert "没有勾选待核发的网站。" in answer.text
    assert _badges(line) == 0


def test_a_return_without_reason_keeps_the_page_and_says_where(line: Line, sign_in: SignIn) -> None:
    item = line.row(BatchItem, line.reported())
    browser = line.browser(sign_in, REGISTRAR)
    answer = browser.post(f"/queue/items/{item.id}/return", data={"reason": "  "})
    assert answer.status_code == 422
    assert "请写明理由" in answer.text and 'aria-invalid="true"' in answer.text
    long = "核" * 1001
    assert long in browser.post(f"/queue/items/{item.id}/return", data={"reason": long}).text
    assert line.row(BatchItem, item.id).state == "pending"
    assert browser.post(f"/queue/items/{item.id}/return", data={"reason": "域名不符"}).status_code == 302
    assert line.row(BatchItem, item.id).return_reason == "域名不符"
    assert browser.post(f"/queue/items/{item.id}/return", data={"reason": "再退"}).status_code == 409


@pytest.mark.parametrize(
    "post",
    [
        HEAD,
        ("filer", "wuling"),
        ("reviewer", "0."),
        ("head", "0."),
        ("auditor", "0."),
        ("coordinator", "0.43.07.rsj."),
    ],
)
def test_nobody_else_has_the_queue(line: Line, sign_in: SignIn, post: tuple[str, str]) -> None:
    item = line.row(BatchItem, line.reported())
    browser = line.browser(sign_in, post)
    for address in ("/queue/", f"/queue/batches/{item.batch_id}"):
        assert browser.get(address).status_code == 403
    for address in (f"items/{item.id}/issue", f"items/{item.id}/return", f"batches/{item.batch_id}/issue"):
        answer = browser.post(f"/queue/{address}", data={"items": item.id, "reason": "理由"})
        assert answer.status_code == 403
    assert line.row(BatchItem, item.id).state == "pending"
    assert "核发队列" not in browser.get("/badges/list/").text


@pytest.mark.parametrize("address", ["batches/999", "batches/99999999999999999999"])
def test_unknown_batches_are_not_found(line: Line, sign_in: SignIn, address: str) -> None:
    assert line.browser(sign_in, REGISTRAR).get(f"/queue/{address}").status_code == 404


def test_decided_revocations_stand_on_top(line: Line, sign_in: SignIn) -> None:
    badge = line.row(Badge, line.decided(line.issued()))
    page = line.browser(sign_in, REGISTRAR).get("/queue/").text
    assert "待执行的撤销" in page and badge.number in page


def test_pages_stay_within_their_statements(line: Line, sign_in: SignIn) -> None:
    for _ in range(6):
        line.decided(line.issued())
        line.reported()
    batch = line.send(*[line.approved() for _ in range(12)])
    browser = line.browser(sign_in, REGISTRAR)
    for address, most in (("/queue/", 8), (f"/queue/batches/{batch.id}", 15)):
        browser.get(address)
        with statements() as sent:
            assert browser.get(address).status_code == 200
        assert len(sent) <= most, "\n".join(sent)
