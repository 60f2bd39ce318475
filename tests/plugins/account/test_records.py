"""在线会话, 登录日志 and 操作记录: at one's own level and below, for the officer whose business it is."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.signing import sessions
from app.foundation.signing.models import SignInSession
from app.foundation.tenancy.models import Person
from app.plugins.account import labels
from tests.architecture.test_statements import statements
from tests.foundation.signing.ground import MAKER
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn


@pytest.fixture
def seed() -> str:
    return "demo"


def session_of(username: str) -> int:
    read_afresh()
    with access.acting_as(MAKER):
        query = select(SignInSession.id).where(
            SignInSession.username == username, SignInSession.ended_at.is_(None)
        )
        return db.session.scalars(query.order_by(SignInSession.id.desc()).limit(1)).one()


def begin(username: str) -> str:
    read_afresh()
    with access.acting_as(MAKER), transaction():
        person = db.session.scalars(select(Person).where(Person.username == username)).one()
        return sessions.begin(person)[0]


def rows_of(page: str) -> str:
    return page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""


# -- sessions -----------------------------------------------------------------------------------------------


def test_the_security_officer_lists_sessions_at_his_level_and_below(app: Flask, sign_in: SignIn) -> None:
    for username in ("wuling.reviewer", "hunan.head", "unit.changde"):
        begin(username)
    client = sign_in("changde.security")
    with statements() as asked:
        page = rows_of(client.get("/sessions/list/").get_data(as_text=True))
    assert len(asked) <= 8, "\n".join(asked)
    assert "wuling.reviewer" in page
    assert "unit.changde" in page
    assert "hunan.head" not in page


@pytest.mark.parametrize("username", ["changde.admin", "changde.inspector", "changde.head", "unit.changde"])
def test_others_have_no_such_list(app: Flask, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    begin("wuling.reviewer")
    pk = session_of("wuling.reviewer")
    assert client.get("/sessions/list/").status_code == 403
    assert client.post(f"/sessions/action/end/{pk}").status_code == 403
    assert session_of("wuling.reviewer") == pk


def test_forcing_out_takes_effect_at_the_next_request(app: Flask, sign_in: SignIn) -> None:
    victim = sign_in("wuling.reviewer")
    assert victim.get("/desk/").status_code == 200
    client = sign_in("changde.security")
    answer = client.post(f"/sessions/action/end/{session_of('wuling.reviewer')}")
    assert answer.status_code == 302
    assert victim.get("/desk/").status_code == 302
    assert "强制退出" in victim.get("/login/").get_data(as_text=True)
    assert "wuling.reviewer" not in rows_of(client.get("/sessions/list/").get_data(as_text=True))


def test_a_session_beyond_reach_is_not_seen(app: Flask, sign_in: SignIn) -> None:
    above = sign_in("hunan.head")
    client = sign_in("changde.security")
    pk = session_of("hunan.head")
    assert client.get(f"/sessions/show/{pk}").status_code == 404
    assert client.post(f"/sessions/action/end/{pk}").status_code == 404
    assert client.post("/sessions/action_post", data={"action": "end", "rowid": [pk]}).status_code == 404
    assert above.get("/desk/").status_code == 200


# -- the sign-in log ----------------------------------------------------------------------------------------


def fail(app: Flask, username: str) -> None:
    app.test_client().post("/login/", data={"username": username, "password": "wrong"})


def test_the_inspector_reads_the_log_of_his_level_and_below(app: Flask, sign_in: SignIn) -> None:
    for username in ("wuling.reviewer", "hunan.head", "no.such.name"):
        fail(app, username)
    client = sign_in("changde.inspector")
    with statements() as asked:
        page = rows_of(client.get("/sign-ins/list/").get_data(as_text=True))
    assert len(asked) <= 8, "\n".join(asked)
    assert "wuling.reviewer" in page
    assert "密码不正确" in page
    assert "hunan.head" not in page
    assert "账号不存在" not in page, "names nobody knows are the centre's"
    for other in ("changde.security", "changde.admin", "changde.head"):
        assert sign_in(other).get("/sign-ins/list/").status_code == 403


def test_the_log_is_filtered_and_taken_away(app: Flask, sign_in: SignIn) -> None:
    fail(app, "wuling.reviewer")
    fail(app, "wuling.clerk")
    client = sign_in("changde.inspector")
    only = rows_of(client.get("/sign-ins/list/?_flt_0_username=wuling.clerk").get_data(as_text=True))
    assert "wuling.reviewer" not in only
    text = client.get("/sign-ins/export/csv?_flt_0_username=wuling.clerk").get_data().decode("utf-8-sig")
    assert "wuling.clerk" in text
    assert "wuling.reviewer" not in text
    book = load_workbook(BytesIO(client.get("/sign-ins/export/xlsx").get_data()))
    values = [str(cell.value) for row in book.active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert "wuling.reviewer" in values
    assert client.get("/sign-ins/export/pdf").status_code == 404
    assert sign_in("changde.security").get("/sign-ins/export/csv").status_code == 403


def test_what_a_browser_calls_itself_is_no_formula(app: Flask, sign_in: SignIn) -> None:
    app.test_client().post(
        "/login/",
        data={"username": "wuling.clerk", "password": "wrong"},
        headers={"User-Agent": "=HYPERLINK(1)"},
    )
    text = sign_in("changde.inspector").get("/sign-ins/export/csv").get_data().decode("utf-8-sig")
    assert "'=HYPERLINK" in text


# -- what was done ------------------------------------------------------------------------------------------


def test_the_inspector_reads_what_was_done_at_his_level_and_below(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("changde.inspector")
    with statements() as asked:
        page = client.get("/deeds/").get_data(as_text=True)
    assert len(asked) <= 8, "\n".join(asked)
    assert "武陵区" in page or "西湖" in page
    assert "共" in page
    for other in ("changde.security", "changde.admin", "changde.head", "unit.changde"):
        assert sign_in(other).get("/deeds/").status_code == 403
        assert sign_in(other).get("/deeds/export/csv").status_code == 403


def test_deeds_are_filtered_by_day_person_and_verb(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("changde.inspector")
    rows = rows_of(client.get("/deeds/?verb=application.submitted").get_data(as_text=True))
    assert "提交" in rows
    assert "新建申请" not in rows
    tomorrow = clock.localise(clock.wall()).date() + timedelta(days=2)
    assert "没有符合条件" in client.get(f"/deeds/?since={tomorrow}").get_data(as_text=True)
    assert "没有符合条件" in client.get("/deeds/?person=查无此人").get_data(as_text=True)
    for bad in ("since=x", "until=2026-13-01", "since=0001-01-01", "verb=x", "page=x", "page=-1"):
        assert client.get(f"/deeds/?{bad}").status_code == 400, bad
    assert client.get("/deeds/?page=999999").status_code == 200
    text = client.get("/deeds/export/csv?verb=application.submitted").get_data().decode("utf-8-sig")
    assert text.count("\r\n") > 5


def test_every_deed_and_object_of_the_demonstration_has_a_name(app: Flask, sign_in: SignIn) -> None:
    from app.foundation.admin.labels import choices
    from app.foundation.audit.models import AuditEntry

    with access.acting_as(MAKER):
        verbs = set(db.session.scalars(select(AuditEntry.verb).distinct()))
        tables = set(db.session.scalars(select(AuditEntry.obj).distinct()))
    assert verbs - set(dict(choices("verb"))) == set()
    assert tables - set(labels.TABLES) == set()


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge 140 · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari 604 · iOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/141.0", "Firefox 141 · Linux"),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_device_reads_short(agent: str, shown: str) -> None:
    assert labels.device(agent) == shown
