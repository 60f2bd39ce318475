"""The office's pages: ticking, checking, sending, and looking at what became of a batch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.foundation.database import db
from app.plugins.applications.models import Application
from app.plugins.registry import service
from app.plugins.registry.models import Batch, BatchItem
from tests.plugins.registry.line import HEAD, PRIVATE, REGISTRAR, Line, statements

SignIn = Callable[[str], FlaskClient]
REPORT = "/registry/report/"


def _batches(line: Line) -> int:
    return line.read(lambda: db.session.scalar(select(func.count()).select_from(Batch)) or 0)


def test_a_head_ticks_checks_and_sends(line: Line, sign_in: SignIn) -> None:
    keys = [line.approved(site_name=name) for name in ("甲网", "乙网", "丙网")]
    browser = line.browser(sign_in, HEAD)
    page = browser.get(REPORT).text
    assert all(name in page for name in ("甲网", "乙网", "丙网"))
    check = browser.post("/registry/report/check", data={"applications": keys[:2]})
    assert check.status_code == 200
    assert "甲网" in check.text and "丙网" not in check.text
    assert "确认报送 2 个网站" in check.text
    assert _batches(line) == 0
    sent = browser.post("/registry/report/send", data={"applications": keys[:2]})
    assert sent.status_code == 302
    batch = browser.get(sent.headers["Location"]).text
    assert "BS430070002-2014-001" in batch and "待核发" in batch
    after = browser.get(REPORT).text
    assert "丙网" in after and "甲网" not in after
    assert "BS430070002-2014-001" in after


def test_nothing_ticked_is_said_beside_the_list(line: Line, sign_in: SignIn) -> None:
    line.approved()
    browser = line.browser(sign_in, HEAD)
    for address in ("check", "send"):
        answer = browser.post(f"/registry/report/{address}", data={})
        assert answer.status_code == 422
        assert "请至少勾选一个审核通过的网站。" in answer.text
    assert _batches(line) == 0


def test_what_was_ticked_stays_ticked_after_a_refusal(line: Line, sign_in: SignIn) -> None:
    good = line.approved()
    bad = line.approved(frozen=False, english_domain="not a host", site_name="坏域名网")
    answer = line.browser(sign_in, HEAD).post("/registry/report/check", data={"applications": [bad]})
    assert answer.status_code == 422
    assert "坏域名网" in answer.text
    assert f'value="{bad}" aria-label="勾选坏域名网" checked' in " ".join(answer.text.split())
    left = next(line for line in answer.text.splitlines() if f'id="t-{good}"' in line)
    assert "checked" not in left


@pytest.mark.parametrize("value", ["x", "-1", "99999999999999999999", "1 OR 1", ""])
def test_forged_keys_are_nobodys(line: Line, sign_in: SignIn, value: str) -> None:
    line.approved()
    answer = line.browser(sign_in, HEAD).post("/registry/report/send", data={"applications": value})
    assert answer.status_code == 404
    assert _batches(line) == 0


def test_a_foreign_site_or_office_is_not_seen(line: Line, sign_in: SignIn) -> None:
    own, foreign = line.approved(), line.approved("dingcheng")
    browser = line.browser(sign_in, HEAD)
    assert browser.post("/registry/report/send", data={"applications": [own, foreign]}).status_code == 404
    assert (
        browser.post(
            "/registry/report/send", data={"applications": [own], "office": "0.43.07.03."}
        ).status_code
        == 404
    )
    assert browser.get(REPORT, query_string={"office": "0.43.07."}).status_code == 404
    assert line.row(Application, own).state == "approved"
    assert _batches(line) == 0


@pytest.mark.parametrize(
    "post",
    [
        ("filer", "wuling"),
        ("reviewer", "0.43.07.02."),
        ("auditor", "0.43.07."),
        ("egov", "0.43.07.02.egov."),
        REGISTRAR,
    ],
)
def test_only_heads_have_the_page(line: Line, sign_in: SignIn, post: tuple[str, str]) -> None:
    key = line.approved()
    browser = line.browser(sign_in, post)
    assert browser.get(REPORT).status_code == 403
    assert browser.post("/registry/report/send", data={"applications": [key]}).status_code == 403
    assert _batches(line) == 0
    assert "报送标识" not in browser.get("/badges/list/").text


def test_sending_twice_is_a_conflict_and_sends_once(line: Line, sign_in: SignIn) -> None:
    key = line.approved()
    browser = line.browser(sign_in, HEAD)
    assert browser.post("/registry/report/send", data={"applications": [key]}).status_code == 302
    assert browser.post("/registry/report/send", data={"applications": [key]}).status_code == 409
    assert _batches(line) == 1


def test_the_check_page_and_batch_show_no_personal_data(line: Line, sign_in: SignIn) -> None:
    key = line.approved()
    browser = line.browser(sign_in, HEAD)
    check = browser.post("/registry/report/check", data={"applications": [key]}).text
    batch = browser.get(
        browser.post("/registry/report/send", data={"applications": [key]}).headers["Location"]
    ).text
    assert not [value for value in PRIVATE.values() if value in check + batch]


def test_a_returned_item_shows_its_reason_and_comes_back_to_the_list(line: Line, sign_in: SignIn) -> None:
    item = line.reported(site_name="退回网")
    with line.acting(REGISTRAR) as actor:
        service.return_item(db.session.get_one(BatchItem, item), reason="英文域名请核对", actor=actor)
    browser = line.browser(sign_in, HEAD)
    batch = browser.get(f"/registry/batches/{line.row(BatchItem, item).batch_id}").text
    assert "已退回" in batch and "英文域名请核对" in batch
    assert "退回网" in browser.get(REPORT).text


@pytest.mark.parametrize(
    ("post", "status"),
    [(HEAD, 200), (("auditor", "0.43.07."), 200), (REGISTRAR, 200), (("head", "0.43.07.03."), 404),
     (("filer", "wuling"), 404), (("egov", "0.43.07.02.egov."), 403)],
)  # fmt: skip
def test_a_batch_by_typed_address(line: Line, sign_in: SignIn, post: tuple[str, str], status: int) -> None:
    batch = line.row(BatchItem, line.reported()).batch_id
    assert line.browser(sign_in, post).get(f"/registry/batches/{batch}").status_code == status


def test_pages_stay_within_their_statements(line: Line, sign_in: SignIn) -> None:
    for _ in range(6):
        line.send(line.approved())
    line.send(*[line.approved() for _ in range(12)])
    [line.approved() for _ in range(12)]
    browser = line.browser(sign_in, HEAD)
    batch = line.read(lambda: db.session.scalar(select(func.max(Batch.id))))
    for address, most in ((REPORT, 8), (f"/registry/batches/{batch}", 15)):
        browser.get(address)
        with statements() as sent:
            assert browser.get(address).status_code == 200
        assert len(sent) <= most, "\n".join(sent)


@pytest.mark.parametrize("page", ["abc", "0", "-1", "1.5", "１"])
def test_a_page_that_is_no_number_is_named(line: Line, sign_in: SignIn, page: str) -> None:
    answer = line.browser(sign_in, HEAD).get(REPORT, query_string={"page": page})
    assert answer.status_code == 400
    assert "page" in answer.text


def test_a_page_past_the_end_is_empty(line: Line, sign_in: SignIn) -> None:
    line.send(line.approved())
    assert line.browser(sign_in, HEAD).get(REPORT, query_string={"page": 999_999_999}).status_code == 200
