"""The pages: one's own inbox only, words of mails for those entitled, templates, announcements and their readers."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access, notices
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.notices.models import Delivery, Message, NoticeTemplate
from app.foundation.notices.ports import Ports
from app.foundation.tenancy.models import Office
from app.kernel.errors import AccessDenied, Invalid, NotSeen, WrongState
from app.plugins.messages import announcements
from app.plugins.messages.models import Announcement, AnnouncementReading
from tests.foundation.notices.conftest import Start, run, smtp
from tests.plugins.messages.conftest import EVERYWHERE, Town
from tests.services.instance import SignIn

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def text_of(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined,no-any-return]


# -- 我的消息 -------------------------------------------------------------------------------------------------


def reader(town: Town) -> str:
    """Somebody with messages."""
    row = town.application("returned")
    return town.filers(row)[0]


def test_opening_a_message_marks_it_read_and_the_frame_counts(town: Town, sign_in: SignIn) -> None:
    username = reader(town)
    client, messages = sign_in(username), town.inbox(username)
    page = text_of(client.get("/messages/"))
    assert f'{len(messages)}<span class="vh">条未读</span>' in page
    opened = client.post(f"/messages/{messages[-1].id}/open")
    assert opened.headers["Location"].endswith(f"/messages/{messages[-1].id}")
    assert messages[-1].subject in text_of(client.get(f"/messages/{messages[-1].id}"))
    assert [one.read_at is not None for one in town.inbox(username)][-1]
    assert messages[-1].subject not in text_of(client.get("/messages/?show=unread"))


def test_looking_alone_marks_nothing(town: Town, sign_in: SignIn) -> None:
    username = reader(town)
    sign_in(username).get(f"/messages/{town.inbox(username)[0].id}")
    assert all(one.read_at is None for one in town.inbox(username))


@pytest.mark.parametrize("other", ["changde.reviewer", "changde.admin", "unit.wuling", "central.head"])
def test_somebody_elses_message_is_not_there(town: Town, sign_in: SignIn, other: str) -> None:
    message = town.inbox(reader(town))[0]
    client = sign_in(other)
    assert client.get(f"/messages/{message.id}").status_code == 404
    assert client.post(f"/messages/{message.id}/open").status_code == 404
    assert town.one(select(Message).where(Message.id == message.id)).read_at is None


def test_all_read_and_one_mail_a_day(town: Town, sign_in: SignIn) -> None:
    username = reader(town)
    client = sign_in(username)
    client.post("/messages/read")
    assert all(one.read_at is not None for one in town.inbox(username))
    client.post("/messages/choice", data={"digest": "1"})
    page = text_of(client.get("/messages/"))
    assert 'value="1" checked' in page


# -- 邮件和短信 ------------------------------------------------------------------------------------------------


def of_returned(town: Town) -> Delivery:
    row = town.application("returned")
    return next(one for one in town.deliveries("application.returned") if one.unit_id == row.unit_id)


@pytest.mark.parametrize("username", ["changde.clerk", "changde.reviewer", "changde.head"])
def test_the_reviewing_office_reads_the_words(town: Town, sign_in: SignIn, username: str) -> None:
    row = of_returned(town)
    page = text_of(sign_in(username).get(f"/deliveries/{row.id}"))
    assert "未发出（离线）" in page
    assert "退回补正。" in page
    assert row.address not in page
    assert row.masked in page


def test_the_unit_reads_its_own(town: Town, sign_in: SignIn) -> None:
    row = of_returned(town)
    page = text_of(sign_in(reader(town)).get(f"/deliveries/{row.id}"))
    assert "退回补正。" in page
    assert "未发出（离线）" in page


def test_the_administrator_sees_only_the_state(town: Town, sign_in: SignIn) -> None:
    row = of_returned(town)
    client = sign_in("changde.admin")
    assert row.recipient in text_of(client.get("/deliveries/list/?psize_DeliveryView=100"))
    page = text_of(client.get(f"/deliveries/{row.id}"))
    assert "未发出（离线）" in page
    assert "退回补正。" not in page
    assert row.subject not in page


@pytest.mark.parametrize(
    "username", ["wuling.clerk", "unit.wuling", "hunan.head", "changde.egov", "conac.registrar"]
)
def test_nobody_else_finds_it(town: Town, sign_in: SignIn, username: str) -> None:
    row = of_returned(town)
    assert sign_in(username).get(f"/deliveries/{row.id}").status_code in {403, 404}


def invited(town: Town, client: FlaskClient) -> tuple[str, Delivery, str]:
    """Somebody new, invited by mail: the answer, the mail and the code in it."""
    office = town.one(select(Office).where(Office.path == "0.43.07.02."))
    answer = client.post(
        "/people/add",
        data={
            "username": "wuling.new", "display_name": "李四", "email": "li@example.cn", "way": "email", "role": "auditor",
            "document": "常编办函1号", "since": "", "until": "", "office": str(office.id), "unit": "",
        },
    )  # fmt: skip
    assert answer.status_code == 200
    (row,) = town.deliveries("account.invited")
    lines = (row.body or "").splitlines()
    code = next(line for line in lines if line.startswith("启用码：")).removeprefix("启用码：")
    return text_of(answer), row, code


def test_a_secret_is_read_by_its_issuer_alone(town: Town, sign_in: SignIn) -> None:
    client = sign_in("changde.admin")
    _page, row, code = invited(town, client)
    assert row.state == "stored"
    assert code in text_of(client.get(f"/deliveries/{row.id}"))
    for other in ("wuling.head", "wuling.clerk", "hunan.head", "changde.security", "changde.clerk"):
        assert code not in text_of(sign_in(other).get(f"/deliveries/{row.id}")), other


def test_connected_an_invitation_shows_no_code_on_the_page(
    town: Town, sign_in: SignIn, connected: Ports
) -> None:
    page, row, code = invited(town, sign_in("changde.admin"))
    assert "已交付发送" in page
    assert code not in page
    assert row.state == "queued"


@pytest.mark.parametrize("database_kind", DATABASES)
def test_what_was_stored_is_sent_once_a_server_is_connected(
    app: Flask, town: Town, sign_in: SignIn, ports: Ports, start: Start
) -> None:
    row = of_returned(town)
    pk, address = row.id, row.address
    client = sign_in("changde.clerk")
    assert client.post(f"/deliveries/{pk}/resend").status_code == 409
    server = start("mailserver", mood="kind")
    ports.mail = smtp(server)
    assert client.post(f"/deliveries/{pk}/resend").status_code == 302
    run(app, 2)
    assert town.one(select(Delivery).where(Delivery.id == pk)).state == "sent"
    assert [line["to"] for line in server.taken()] == [address]
    page = text_of(client.get(f"/deliveries/{pk}"))
    assert "已发出" in page
    assert "重新发送通知" in page


@pytest.mark.parametrize("username", ["unit.changde", "wuling.clerk", "hunan.head"])
def test_nobody_else_sends_anew(
    town: Town, sign_in: SignIn, ports: Ports, start: Start, username: str
) -> None:
    row = of_returned(town)
    ports.mail = smtp(start("mailserver", mood="kind"))
    assert sign_in(username).post(f"/deliveries/{row.id}/resend").status_code in {403, 404}
    assert town.one(select(Delivery).where(Delivery.id == row.id)).state == "stored"


# -- 通知模板 -------------------------------------------------------------------------------------------------

KEY = "application.returned"


def test_words_are_previewed_checked_and_kept(town: Town, sign_in: SignIn) -> None:
    client = sign_in("changde.head")
    typed = {"subject": "请补正：{site}", "text": "{unit}：\n\n{reasons}", "sms": "请补正{site}"}
    preview = client.post(f"/templates/{KEY}", data={**typed, "do": "preview"})
    assert "请补正：某某市住房保障网" in text_of(preview)
    wrong = client.post(f"/templates/{KEY}", data={**typed, "text": "{nobody}", "do": "save"})
    assert wrong.status_code == 422
    assert "没有变量“{nobody}”" in text_of(wrong)
    assert client.post(f"/templates/{KEY}", data={**typed, "do": "save"}).status_code == 302
    assert "本机构用语" in text_of(client.get("/templates/"))
    row = town.application("submitted")
    from tests.plugins.messages.test_receivers import returned

    returned(town)
    assert town.inbox(town.filers(row)[0])[-1].subject == f"请补正：{row.site_name}"
    assert client.post(f"/templates/{KEY}/restore").status_code == 302
    assert "本机构用语" not in text_of(client.get("/templates/"))


def test_changing_the_words_begins_from_those_in_force(town: Town, sign_in: SignIn) -> None:
    """A few words are changed in the national ones, variables and all; the rest goes on following them."""
    client, event = sign_in("changde.head"), notices.catalogue().event(KEY)
    begun = client.get(f"/templates/{KEY}").get_data(as_text=True)
    typed = {
        "subject": html.unescape(str(re.search(r'name="subject"[^>]*value="([^"]*)"', begun)[1])),  # type: ignore[index]
        "text": html.unescape(str(re.search(r'name="text"[^>]*>([^<]*)<', begun)[1])).lstrip(),  # type: ignore[index]
        "sms": html.unescape(str(re.search(r'name="sms"[^>]*>([^<]*)<', begun)[1])).lstrip(),  # type: ignore[index]
    }
    assert typed["subject"] == event.subject and typed["text"].strip() == event.text.strip()
    same = client.post(f"/templates/{KEY}", data={**typed, "do": "save"}, follow_redirects=True)
    assert "与全国统一用语相同" in text_of(same)
    assert town.all(select(NoticeTemplate)) == []
    changed = typed["text"].replace("退回补正", "退回，请补正")
    client.post(f"/templates/{KEY}", data={**typed, "text": changed, "do": "save"})
    (row,) = town.all(select(NoticeTemplate))
    assert (row.subject, row.sms) == ("", "") and row.text == changed.replace("\r\n", "\n").strip()
    client.post(f"/templates/{KEY}", data={**typed, "do": "save"})
    assert town.all(select(NoticeTemplate)) == [], "back to the national words"


@pytest.mark.parametrize(
    ("username", "sees", "writes"),
    [
        ("changde.clerk", 200, 403),
        ("changde.admin", 403, 403),
        ("unit.changde", 403, 403),
        ("wuling.head", 200, 302),
    ],
)
def test_who_words(sign_in: SignIn, town: Town, username: str, sees: int, writes: int) -> None:
    client = sign_in(username)
    assert client.get(f"/templates/{KEY}").status_code == sees
    assert client.post(f"/templates/{KEY}", data={"subject": "x", "do": "save"}).status_code == writes
    assert {row.review_path for row in town.all(select(NoticeTemplate))} <= {"0.43.07.02."}


# -- 通知公告 -------------------------------------------------------------------------------------------------


def publish(town: Town, **to: bool) -> int:
    with town.acting("changde.clerk") as actor:
        office = announcements.office_of(actor)
        assert office is not None
        row = announcements.publish(
            office, "关于做好摸底工作的通知", "请按期报送。", to_offices=to.get("offices", True), to_units=to.get("units", False),
            actor=actor,
        )  # fmt: skip
        db.session.flush()
        return row.id


def status(sign_in: SignIn, username: str, pk: int) -> int:
    return sign_in(username).get(f"/announcements/{pk}").status_code


@pytest.mark.parametrize("database_kind", DATABASES)
def test_offices_below_find_it_and_confirm(town: Town, sign_in: SignIn) -> None:
    pk = publish(town)
    client = sign_in("wuling.reviewer")
    assert "未阅" in text_of(client.get("/announcements/"))
    assert client.post(f"/announcements/{pk}/confirm").status_code == 302
    assert client.post(f"/announcements/{pk}/confirm").status_code == 302
    readings = select(AnnouncementReading).where(AnnouncementReading.announcement_id == pk)
    assert len(town.all(readings)) == 1
    assert "已阅" in text_of(client.get("/announcements/"))
    page = text_of(sign_in("changde.clerk").get(f"/announcements/{pk}"))
    assert town.person("wuling.reviewer").display_name in page


@pytest.mark.parametrize(
    ("to", "seen", "unseen"),
    [
        (
            {"offices": True},
            ["wuling.head", "changde.egov", "liuyehu.head"],
            ["unit.changde", "unit.wuling", "hunan.head"],
        ),
        ({"offices": False, "units": True}, ["unit.changde"], ["wuling.head", "unit.wuling", "hunan.head"]),
    ],
)
def test_whom_it_reaches(
    town: Town, sign_in: SignIn, to: dict[str, bool], seen: list[str], unseen: list[str]
) -> None:
    pk = publish(town, **to)
    assert {status(sign_in, one, pk) for one in (*seen, "changde.head")} == {200}
    assert {status(sign_in, one, pk) for one in unseen} == {404}
    for one in unseen:
        assert sign_in(one).post(f"/announcements/{pk}/confirm").status_code == 404


def test_withdrawn_it_is_gone_below_and_kept_with_the_reason(town: Town, sign_in: SignIn) -> None:
    pk = publish(town)
    clerk = sign_in("changde.clerk")
    assert clerk.post(f"/announcements/{pk}/withdraw", data={"reason": ""}).status_code == 422
    assert clerk.post(f"/announcements/{pk}/withdraw", data={"reason": "日期有误"}).status_code == 302
    assert status(sign_in, "wuling.head", pk) == 404
    assert "日期有误" in text_of(clerk.get(f"/announcements/{pk}"))
    assert clerk.post(f"/announcements/{pk}/withdraw", data={"reason": "x"}).status_code == 409


@pytest.mark.parametrize("username", ["wuling.clerk", "hunan.head", "unit.changde", "changde.admin"])
def test_nobody_else_withdraws(town: Town, username: str) -> None:
    pk = publish(town)
    with pytest.raises(AccessDenied), town.acting(username) as actor:
        with access.acting_as(EVERYWHERE):
            row = db.session.get_one(Announcement, pk)
        announcements.withdraw(row, "x", actor=actor)


def test_an_office_speaks_for_itself_alone(town: Town) -> None:
    with pytest.raises(AccessDenied), town.acting("wuling.clerk") as actor:
        office = db.session.scalars(select(Office).where(Office.path == "0.43.07.")).one()
        announcements.publish(office, "x", "y", to_offices=True, to_units=False, actor=actor)


def test_an_announcement_needs_words_and_somebody(town: Town) -> None:
    with pytest.raises(Invalid) as refused, town.acting("changde.clerk") as actor:
        office = announcements.office_of(actor)
        assert office is not None
        announcements.publish(office, " ", "", to_offices=False, to_units=False, actor=actor)
    assert {one.field for one in refused.value.findings} == {"title", "text", "to"}


def test_a_stranger_confirms_nothing(town: Town) -> None:
    pk = publish(town)
    nobody = Actor(town.person("unit.wuling").id, "x", ())
    with access.acting_as(EVERYWHERE), pytest.raises((AccessDenied, NotSeen)), transaction():
        announcements.confirm(db.session.get_one(Announcement, pk), actor=nobody)
    with pytest.raises(WrongState), town.acting("changde.clerk") as actor:
        row = db.session.get_one(Announcement, pk)
        announcements.withdraw(row, "x", actor=actor)
        announcements.withdraw(row, "x", actor=actor)
