"""The pages: the list with its filters, the two steps of confirming, dismissing one or several, the marks left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation import access, clock
from app.foundation.database import transaction
from app.plugins.lapses.models import Lapse
from tests.plugins.lapses.ground import AFTER, candidate, filer_of, look, rows
from tests.plugins.lapses.test_service import WHY, again, resubmit
from tests.plugins.messages.conftest import EVERYWHERE, Town
from tests.services.instance import SignIn


@pytest.fixture
def row(app: Flask, town: Town) -> Iterator[Lapse]:
    """A candidate, the day after, as the drill clock has it."""
    with access.acting_as(EVERYWHERE), transaction():
        clock.move(AFTER)
    yield candidate(town)


def text(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.get_data(as_text=True)


def test_the_list_shows_what_waits_and_offers_to_dismiss(row: Lapse, sign_in: SignIn) -> None:
    page = text(sign_in("changde.head"), "/lapses/")
    assert row.site_name in page and "待确认" in page and "所勾选的不予认定" in page
    assert f'name="lapses" value="{row.id}"' in page


@pytest.mark.parametrize("username", ["changde.reviewer", "hunan.head", "hunan.auditor", "central.head"])
def test_those_who_only_see_are_offered_nothing(row: Lapse, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    page = text(client, "/lapses/")
    assert row.site_name in page and "不予认定</button>" not in page and 'name="lapses"' not in page
    page = text(client, f"/lapses/{row.id}")
    assert "核对并确认" not in page and "停止中英文域名解析" in page
    assert client.get(f"/lapses/{row.id}/confirm").status_code == 403
    assert client.post(f"/lapses/{row.id}/confirm", data={"reason": WHY, "checked": "1"}).status_code == 403
    assert client.post(f"/lapses/{row.id}/dismiss", data={"reason": WHY}).status_code == 403


@pytest.mark.parametrize("username", ["wuling.head", "dingcheng.head", "unit.wuling"])
def test_others_do_not_know_of_it(row: Lapse, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    assert row.site_name not in text(client, "/lapses/")
    text(client, f"/lapses/{row.id}", 404)


def test_filters(row: Lapse, sign_in: SignIn) -> None:
    client = sign_in("hunan.head")
    assert row.site_name in text(client, "/lapses/?side=below")
    assert "没有这样的网站" in text(client, "/lapses/?side=own")
    assert "没有这样的网站" in text(client, "/lapses/?state=confirmed")
    text(client, "/lapses/?state=gone", 400)
    text(client, "/lapses/?side=gone", 400)
    text(client, "/lapses/?page=x", 400)
    text(client, "/lapses/?page=9999999")


def test_confirming_takes_two_steps_and_keeps_what_was_typed(row: Lapse, town: Town, sign_in: SignIn) -> None:
    client = sign_in("changde.head")
    page = text(client, f"/lapses/{row.id}/confirm")
    assert "由此产生的一切后果由网站开办单位自负" in page and "通知第四条" in page
    answer = client.post(f"/lapses/{row.id}/confirm", data={"reason": WHY})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert WHY in page and "请核对后勾选" in page
    assert again(town, row).state == "candidate"
    answer = client.post(f"/lapses/{row.id}/confirm", data={"reason": WHY, "checked": "1"})
    assert answer.status_code == 302
    page = text(client, f"/lapses/{row.id}")
    assert "视为资格复核未通过" in page and WHY in page
    assert client.get(f"/lapses/{row.id}/confirm").status_code == 302, "nothing is left to confirm"
    assert client.post(f"/lapses/{row.id}/dismiss", data={"reason": WHY}).status_code == 409


def test_dismissing_one(row: Lapse, town: Town, sign_in: SignIn) -> None:
    client = sign_in("changde.head")
    assert client.post(f"/lapses/{row.id}/dismiss", data={"reason": " "}).status_code == 422
    assert client.post(f"/lapses/{row.id}/dismiss", data={"reason": "网站已经关闭。"}).status_code == 302
    assert again(town, row).state == "dismissed"


def test_dismissing_several(row: Lapse, town: Town, sign_in: SignIn) -> None:
    keys = [str(one.id) for one in rows(town, "candidate")]
    assert len(keys) > 1
    client = sign_in("changde.head")
    answer = client.post("/lapses/dismiss", data={"lapses": keys, "reason": ""})
    assert answer.status_code == 422 and answer.get_data(as_text=True).count(" checked") == len(keys)
    assert client.post("/lapses/dismiss", data={"reason": WHY}).status_code == 302
    assert client.post("/lapses/dismiss", data={"lapses": ["x"], "reason": WHY}).status_code == 404
    assert client.post("/lapses/dismiss", data={"lapses": keys, "reason": WHY}).status_code == 302
    assert rows(town, "candidate") == []
    answer = client.post("/lapses/dismiss", data={"lapses": keys, "reason": WHY}, follow_redirects=True)
    assert "已经不是待确认的候选网站" in answer.get_data(as_text=True)


def test_several_of_anothers_are_not_touched(row: Lapse, town: Town, sign_in: SignIn) -> None:
    client = sign_in("wuling.head")
    assert client.post("/lapses/dismiss", data={"lapses": [row.id], "reason": WHY}).status_code == 404
    assert again(town, row).state == "candidate"


def test_the_owner_reads_what_follows_and_is_led_to_filing(row: Lapse, town: Town, sign_in: SignIn) -> None:
    client = sign_in(filer_of(town, row))
    page = text(client, f"/lapses/{row.id}")
    assert "补报资格复核申请" in page and "停止中英文域名解析" in page
    desk = text(client, "/desk/")
    assert "补报资格复核申请" in desk and row.site_name in desk


def test_the_heads_desk_has_one_line(row: Lapse, town: Town, sign_in: SignIn) -> None:
    count = len(rows(town, "candidate"))
    assert f"{count} 个网站逾期未提交资格复核申请" in text(sign_in("changde.head"), "/desk/")
    assert "逾期未提交资格复核申请" not in text(sign_in("changde.reviewer"), "/desk/")


def test_a_late_application_says_so_on_its_page_and_in_the_list(
    row: Lapse, town: Town, sign_in: SignIn
) -> None:
    application = resubmit(town, row)
    client = sign_in("changde.reviewer")
    page = text(client, f"/applications/{application.id}")
    assert "逾期提交" in page and "申请截止日期为2014年11月25日" in page
    assert "逾期" in text(client, "/applications/list/")
    page = text(client, f"/lapses/{row.id}")
    assert "已逾期补报" in page and f"/applications/{application.id}" in page
    look()
    assert again(town, row).state == "filed"
