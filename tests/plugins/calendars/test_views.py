"""工作日历 and the arrangement's pages."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.clock.models import HolidayArrangement
from app.foundation.database import transaction
from tests.plugins.calendars.test_service import (
    EXTRA,
    EXTRA_DOCUMENT,
    KEEPER,
    keeper,
    next_year,
    whole,
)
from tests.plugins.messages.conftest import EVERYWHERE, Town
from tests.services.instance import SignIn

__all__ = ["keeper"]


def text(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.get_data(as_text=True)


def last(town: Town) -> HolidayArrangement:
    found: HolidayArrangement = town.all(select(HolidayArrangement).order_by(HolidayArrangement.id))[-1]
    return found


@pytest.mark.parametrize("username", ["unit.changde", "changde.clerk", "conac.registrar"])
def test_everybody_reads_a_year_with_its_source(app: Flask, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    page = text(client, "/calendar/")
    assert "2014年工作日历" in page and "国办发明电〔2013〕28号" in page and "暂定</span>" not in page
    assert "国庆节调休上班" in page and "录入放假安排" not in page
    assert "随程序提供" in text(client, "/calendar/?year=2020")


def test_a_year_not_published_is_marked(app: Flask, sign_in: SignIn) -> None:
    page = text(sign_in("unit.changde"), f"/calendar/?year={next_year()}")
    assert "暂定</span>" in page and "按节日推算" in page and "农历除夕" in page


@pytest.mark.parametrize("asked", ["x", "0", "1999", "2101", "99999999999"])
def test_a_year_that_is_none_is_refused(app: Flask, sign_in: SignIn, asked: str) -> None:
    text(sign_in("unit.changde"), f"/calendar/?year={asked}", 400)


def test_a_stranger_signs_in_first(app: Flask, client: FlaskClient) -> None:
    assert client.get("/calendar/").status_code == 302


@pytest.mark.parametrize("username", ["changde.admin", "changde.head", "unit.changde"])
def test_only_the_centres_administrator_pastes(
    app: Flask, town: Town, keeper: str, sign_in: SignIn, username: str
) -> None:
    sign_in(keeper).post("/calendar/arrangements/new", data={"text": whole(next_year())})
    key = last(town).id
    client = sign_in(username)
    held = (
        username == "changde.admin"
    )  # he holds the act over his own office: he is told who keeps the calendar
    for answer in (
        client.get("/calendar/arrangements/new"),
        client.post("/calendar/arrangements/new", data={"text": whole(2040)}),
    ):
        assert answer.status_code == (302 if held else 403)
    if held:
        assert "由中央机构编制部门的系统管理岗录入" in text(client, "/calendar/")
    text(client, f"/calendar/arrangements/{key}", 403)
    for step in ("confirm", "cancel"):
        answer = client.post(f"/calendar/arrangements/{key}/{step}", data={"edition": "0"})
        assert answer.status_code == 403
    assert last(town).state == "proposed" and last(town).id == key


def test_paste_look_through_confirm(app: Flask, town: Town, keeper: str, sign_in: SignIn) -> None:
    client = sign_in(keeper)
    answer = client.post("/calendar/arrangements/new", data={"text": EXTRA})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "请填写通知的文号" in page and "12月6日（星期六）上班" in page, "what was pasted stays"
    answer = client.post("/calendar/arrangements/new", data={"text": EXTRA, "document": EXTRA_DOCUMENT})
    assert answer.status_code == 302
    row = last(town)
    page = text(client, answer.headers["Location"])
    assert "2014年12月1日（周一）" in page and "受影响的期限" in page and "CD-2014-" in page
    edition = page.split('name="edition" value="')[1].split('"')[0]
    url = f"/calendar/arrangements/{row.id}"
    assert client.post(f"{url}/confirm", data={"edition": "other"}).status_code == 409
    assert client.post(f"{url}/confirm", data={"edition": edition}).status_code == 302
    assert client.post(f"{url}/confirm", data={"edition": edition}).status_code == 409
    page = text(client, "/calendar/?year=2014")
    assert EXTRA_DOCUMENT in page and "已生效" in page
    assert "录入" in text(client, url)


def test_giving_up(app: Flask, town: Town, keeper: str, sign_in: SignIn) -> None:
    client = sign_in(keeper)
    client.post("/calendar/arrangements/new", data={"text": EXTRA, "document": EXTRA_DOCUMENT})
    row = last(town)
    assert client.post(f"/calendar/arrangements/{row.id}/cancel").status_code == 302
    assert last(town).state == "cancelled"
    assert "国办发明电〔2013〕28号" in text(client, "/calendar/")


def test_an_arrangement_that_is_none(app: Flask, keeper: str, sign_in: SignIn) -> None:
    client = sign_in(keeper)
    text(client, "/calendar/arrangements/987654321", 404)
    assert client.post("/calendar/arrangements/99999999999/confirm").status_code == 404


def test_from_november_the_desk_asks_for_the_next_year(
    app: Flask, town: Town, keeper: str, sign_in: SignIn
) -> None:
    year = next_year()

    def at(month: int) -> None:
        with access.acting_as(EVERYWHERE), transaction():
            clock.move(datetime(year - 1, month, 2, 9, tzinfo=clock.SHANGHAI))

    at(10)
    asked = f"{year}年放假安排尚未录入"
    assert asked not in text(sign_in(KEEPER), "/desk/")
    at(11)
    assert asked in text(sign_in(KEEPER), "/desk/")
    assert asked not in text(sign_in("changde.admin"), "/desk/"), "not his to do"
    assert f"{year}年的放假安排尚未录入" in text(sign_in("changde.clerk"), "/calendar/")
