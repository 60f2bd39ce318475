"""「为什么」: right answers, and not a word about rows that whoever asks may not see."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.foundation import access
from app.foundation.database import db
from app.foundation.tenancy.models import Person, Unit
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge
from app.plugins.permits import resolve
from app.plugins.surveys.models import SurveySheet
from tests.plugins.permits.conftest import CITY, COUNTY, EGOV, SIBLING, Give, person_id, system
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

WHY = "/permits/why/"
ASKERS = (
    "changde.security",
    "wuling.reviewer",
    "unit.wuling",
    "renshe.coordinator",
    "conac.registrar",
    "changde.egov",
)


def ask(client: object, what: str, who: str = "") -> str:
    query = {"what": what, **({"who": who} if who else {})}
    answer = client.get(WHY, query_string=query)  # type: ignore[attr-defined]
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def masked(text: str, *typed: object) -> str:
    """The page without what was typed and what is new on each."""
    text = re.sub(r'nonce="[^"]*"|name="(csrf_token|once)"[^>]*', "", text)
    for one in sorted((str(item) for item in typed), key=len, reverse=True):
        text = text.replace(one, "¤").replace(one.replace("/", "%2F"), "¤")
    return text


def _main(text: str) -> str:
    return text.split("<main", 1)[1].split("</main>", 1)[0]


def unseen(model: type, username: str) -> list[object]:
    """Rows that exist and that somebody does not see."""
    with system():
        everything = set(db.session.scalars(select(model)).all())
    with access.acting_as(access.actor_for(username)):
        seen = set(db.session.scalars(select(model)).all())
    return sorted(everything - seen, key=lambda row: row.id)  # type: ignore[attr-defined]


ADDRESSES = {
    Application: ["/applications/{}", "/letters/application/{}/preview.pdf", "/api/v1/applications/{}"],
    SurveySheet: ["/surveys/{}/", "/surveys/{}/edit", "/api/v1/surveys/{}"],
    Badge: ["/badges/{}", "/badges/{}/hang"],
    Unit: ["/units/show/{}", "/units/edit/{}"],
}


@pytest.mark.parametrize("username", ASKERS)
def test_a_foreign_row_reads_like_one_that_does_not_exist(app: Flask, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    compared = 0
    for model, addresses in ADDRESSES.items():
        for row in unseen(model, username)[:3]:
            for address in addresses:
                here, nowhere = address.format(row.id), address.format(88_888_888)  # type: ignore[attr-defined]
                one, other = ask(client, here), ask(client, nowhere)
                assert _main(masked(one, here)) == _main(masked(other, nowhere)), (username, here)
                compared += 1
    assert compared


@pytest.mark.parametrize("username", ASKERS)
def test_a_foreign_number_reads_like_one_never_given(app: Flask, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    for model, column, never in (
        (Application, "number", "ZZ-2014-9999"), (Unit, "account", "99999999"),
    ):  # fmt: skip
        for row in [one for one in unseen(model, username) if getattr(one, column)][:3]:
            number = getattr(row, column)
            one, other = ask(client, number), ask(client, never)
            assert _main(masked(one, number)) == _main(masked(other, never)), (username, number)
            assert getattr(row, "organ_name", None) or getattr(row, "name", "") not in _main(one)


def test_about_somebody_elses_view_of_a_row_the_asker_does_not_see_nothing_is_said(
    admins: None, sign_in: SignIn
) -> None:
    """The county's administrator asks about her own reviewer and a row of the sibling county."""
    with system():
        row = db.session.scalars(select(Unit).where(Unit.review_path == SIBLING)).first()
    assert row is not None
    client = sign_in("wuling.security")
    here, nowhere = f"/units/show/{row.id}", "/units/show/88888888"
    one, other = ask(client, here, "wuling.reviewer"), ask(client, nowhere, "wuling.reviewer")
    assert _main(masked(one, here)) == _main(masked(other, nowhere))
    assert row.name not in one


def test_a_person_abroad_reads_like_nobody(admins: None, sign_in: SignIn) -> None:
    client = sign_in("wuling.security")
    here, nobody = (
        ask(client, "/units/show/1", "dingcheng.reviewer"),
        ask(client, "/units/show/1", "nobody.atall"),
    )
    assert _main(masked(here, "dingcheng.reviewer")) == _main(masked(nobody, "nobody.atall"))
    assert "没有找到此人" in here


def test_who_may_not_ask_about_others_asks_about_himself(app: Flask, sign_in: SignIn) -> None:
    text = ask(sign_in("wuling.reviewer"), "/units/show/1", "changde.reviewer")
    assert 'name="who"' not in text and "承办人乙" not in text


def test_the_answer_names_the_line_the_post_and_the_document(app: Flask, sign_in: SignIn, give: Give) -> None:
    give("changde.security", EGOV, SIBLING, document="常编办发〔2014〕9号 第七条")
    with system():
        row = db.session.scalars(select(Unit).where(Unit.review_path == SIBLING)).first()
    assert row is not None
    text = ask(sign_in("wuling.egov"), row.account)
    assert "可以" in text and "经文件明确由本机构指导" in text
    assert "常编办发〔2014〕9号 第七条" in text and "电子政务" in text


def test_a_no_says_what_is_held_what_is_missing_and_who_helps(app: Flask, sign_in: SignIn) -> None:
    with access.acting_as(access.actor_for("wuling.clerk")):
        row = db.session.scalars(select(Application).where(Application.state == "submitted")).first()
        row = row or db.session.scalars(select(Application)).first()
    assert row is not None
    text = ask(sign_in("wuling.clerk"), f"/applications/{row.id}/approve")
    assert "不可以" in text and "书面审核" in text and "综合岗" in text
    assert "负责人" in text and "武陵区" in text and "系统管理岗" in text


def test_an_administrator_asks_about_a_person_within_scope(app: Flask, sign_in: SignIn) -> None:
    with access.acting_as(access.actor_for("wuling.reviewer")):
        row = db.session.scalars(select(Unit).where(Unit.review_path == COUNTY)).first()
    assert row is not None
    client = sign_in("changde.admin")
    text = ask(client, row.account, "wuling.reviewer")
    assert "承办人丁" in text
    assert "承办人丁" in ask(client, row.account, "承办人丁")
    assert ("没有这条记录" in text) is not access.can(access.actor_for("changde.admin"), "unit", "see", row)


def test_pages_without_a_row_and_pages_for_all(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("unit.wuling")
    assert "不可以" in ask(client, "/permits/matrix/")
    assert "任何人都能打开" in ask(client, "/login/")
    assert "登录后都能打开" in ask(client, "http://elsewhere.example/permits/posts/")
    assert "认不出" in ask(client, "what is this") and "认不出" in ask(client, "/no/such/page")
    assert client.get(WHY, query_string={"what": "网" * 301}).status_code == 400


def test_a_refusal_leads_here_with_its_address(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("unit.wuling")
    for page, status in (("/applications/88888888", 404), ("/permits/matrix/", 403)):
        answer = client.get(page)
        assert answer.status_code == status
        link = re.search(r'href="([^"]*/permits/why/[?][^"]*)"', answer.get_data(as_text=True))
        assert link is not None
        assert page in client.get(link[1].replace("&amp;", "&")).get_data(as_text=True)
    assert "/permits/why/?" not in app.test_client().get("/no/such").get_data(as_text=True)


def test_asking_writes_nothing_and_strangers_sign_in_first(app: Flask, sign_in: SignIn) -> None:
    from app.foundation.audit.models import AuditEntry

    with system():
        before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    ask(sign_in("changde.security"), "/units/show/1", "changde.egov")
    read_afresh()
    with system():
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before
    answer = app.test_client().get(WHY)
    assert answer.status_code == 302 and "/login" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("typed", "model", "value"),
    [
        ("41840034", "Unit", "41840034"), ("４１８４００３４", "Unit", "41840034"), (" 4184 0034 ", "Unit", "41840034"),
        ("CD-2014-0001", "Application", "CD-2014-0001"),
        ("https://h.example/applications/7?x=1#y", "Application", 7), ("/surveys/7", "SurveySheet", 7),
        ("/applications/7/approve", "Application", 7), ("/units/show/99999999999999999999", "Unit", -1),
    ],
)  # fmt: skip
def test_what_is_pasted_is_read_by_its_form(app: Flask, typed: str, model: str, value: object) -> None:
    with app.test_request_context():
        asked = resolve.read(typed)
    assert asked is not None and asked.model is not None
    assert (asked.model.__name__, asked.value) == (model, value)


@pytest.mark.parametrize("username", ["changde.security", "changde.egov", "changde.inspector", "unit.wuling"])
def test_everybody_reads_his_own_posts(app: Flask, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    text = client.get("/permits/posts/").get_data(as_text=True)
    assert "我的岗位" in text and "在岗" in text and "可以办理的事项" in text
    if username == "changde.egov":
        assert "授予该机构或岗的授权" in text and "常编办发〔2014〕9号" in text


def test_a_persons_posts_are_for_those_who_may_see_the_person(admins: None, sign_in: SignIn) -> None:
    page = f"/permits/posts/{person_id('wuling.reviewer')}"
    for username, status in (
        ("changde.admin", 200), ("changde.security", 200), ("wuling.security", 200), ("changde.inspector", 404),
        ("changde.reviewer", 404), ("unit.wuling", 404), ("dingcheng.head", 404),
    ):  # fmt: skip
        assert sign_in(username).get(page).status_code == status, username
    assert (
        sign_in("wuling.security").get(f"/permits/posts/{person_id('dingcheng.reviewer')}").status_code == 404
    )
    assert sign_in("changde.security").get("/permits/posts/88888888").status_code == 404


def test_posts_outside_the_askers_scope_are_not_shown(admins: None, sign_in: SignIn) -> None:
    from datetime import date

    from app.foundation.database import transaction
    from app.foundation.tenancy import people
    from tests.plugins.permits.conftest import office

    with system() as actor, transaction():
        one = db.session.scalars(select(Person).where(Person.username == "wuling.clerk")).one()
        people.appoint(one, "auditor", actor=actor, office=office(CITY), since=date(2014, 9, 15))
    page = f"/permits/posts/{person_id('wuling.clerk')}"
    county = sign_in("wuling.security").get(page).get_data(as_text=True)
    city = sign_in("changde.security").get(page).get_data(as_text=True)
    assert "督查岗" in city and "督查岗 ·" not in county and office(CITY).name not in _main(county)
