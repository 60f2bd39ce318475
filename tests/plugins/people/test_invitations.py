"""A one-time code: only its hash is kept, it opens one account once, and says nothing about others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.database import db, transaction
from app.foundation.signing import hashing, locks
from app.foundation.tenancy import people, people_posts
from app.kernel.errors import AccessDenied, Invalid, Refusal
from app.plugins.people import service
from app.plugins.people.models import Invitation
from tests.architecture.test_statements import statements
from tests.plugins.people.conftest import GOOD, Town
from tests.services.afresh import read_afresh
from tests.services.instance import MakeApp

USERNAME = "wuling.li"


def wanted(**more: Any) -> service.Wanted:
    values = {
        "username": USERNAME, "display_name": "李四", "email": "", "way": "print", "role": "reviewer",
        "since": None, "until": None, "document": "武编〔2014〕3号", **more,
    }  # fmt: skip
    return service.Wanted(**values)


def invite(town: Town, who: str = "wuling.admin", code: str = "430702", **more: Any) -> str:
    holder = town.office(code)
    _row, made = town.do(who, lambda actor: service.invite(wanted(**more), holder, actor=actor))
    return str(made)


def issue(town: Town, who: str, whom: str, way: str = "print", **more: Any) -> str:
    person = town.person(whom)
    _row, made = town.do(who, lambda actor: service.issue(person, way, actor=actor, **more))
    return str(made)


def invitations(town: Town, username: str = USERNAME) -> list[Invitation]:
    key = town.person(username).id
    with town.system():
        return list(
            db.session.scalars(
                select(Invitation)
                .where(Invitation.person_id == key)
                .order_by(Invitation.id)
                .execution_options(populate_existing=True)
            )
        )


def accept(
    client: FlaskClient, code: str, username: str = USERNAME, password: str = GOOD, **more: str
) -> Any:
    data = {"username": username, "code": code, "password": password, "again": password, **more}
    return client.post("/invitation/", data=data)


# -- issuing ---------------------------------------------------------------------------------------------------


def test_an_invitation_makes_a_closed_account_with_its_post(town: Town) -> None:
    code = invite(town)
    person = town.person(USERNAME)
    assert (person.active, person.password, person.office_id) == (False, None, town.office("430702").id)
    (post,) = town.posts(USERNAME)
    assert (post.role, post.document, post.given_by) == ("reviewer", "武编〔2014〕3号", "某wuling.admin")
    (row,) = invitations(town)
    assert (row.purpose, row.way, service.state_of(row)) == ("open", "print", "open")
    assert code not in row.code_hash
    assert row.review_path == "0.43.07.02."
    with pytest.raises(LookupError):
        access.actor_for(USERNAME)


def test_the_code_stands_nowhere(town: Town, app: Flask) -> None:
    """Neither in the database file nor in the record."""
    from pathlib import Path

    code = invite(town)
    read_afresh()
    folder = Path(app.config["INSTANCE_DIR"])
    for file in (one for one in folder.rglob("*") if one.is_file()):
        content = file.read_bytes()
        assert code.encode() not in content, file
        assert code.replace("-", "").encode() not in content, file


def test_a_units_officer_is_kept_by_the_reviewing_office(town: Town) -> None:
    unit = town.unit("41840035")
    town.do("changde.admin", lambda actor: service.invite(wanted(role="filer"), unit, actor=actor))
    assert town.person(USERNAME).office_id == town.office("430702").id


@pytest.mark.parametrize("code", ["430700", "430703", "000000", "430700-EGOV", "CONAC"])
def test_nobody_is_invited_elsewhere(town: Town, code: str) -> None:
    with pytest.raises(AccessDenied):
        invite(town, code=code, role="head")
    assert not town.exists(USERNAME)


def test_a_refused_post_leaves_no_account_behind(town: Town) -> None:
    with pytest.raises(Refusal):
        invite(town, role="registrar")
    assert not town.exists(USERNAME)


def test_names_in_use_are_refused_whatever_their_case(town: Town) -> None:
    for username in ("changde.head", "wuling.admin"):
        with pytest.raises(Refusal) as refused:
            invite(town, username=username)
        assert refused.value.code == "username-taken"


@pytest.mark.parametrize(
    "more", [{}, {"username": "wuling.lisi", "email": "li@wuling.gov.cn", "way": "email"}]
)
def test_two_who_add_one_name_at_once_are_told_so(
    town: Town, monkeypatch: pytest.MonkeyPatch, more: dict[str, str]
) -> None:
    """The other's row came in between the look and the writing."""
    real, looks = people._ensure_free, iter((False, True))
    invite(town, email="li@wuling.gov.cn")
    monkeypatch.setattr(people, "_ensure_free", lambda *names: real(*names) if next(looks) else None)
    with pytest.raises(Refusal) as refused:
        invite(town, **more)
    assert refused.value.code == ("email-taken" if more else "username-taken")
    assert refused.value.status == 422
    assert not town.exists("wuling.lisi")
    assert len(invitations(town)) == 1


def test_by_email_an_address_is_needed(town: Town) -> None:
    with pytest.raises(Invalid):
        invite(town, way="email")
    invite(town, way="email", email="li@wuling.gov.cn")
    assert town.person(USERNAME).email == "li@wuling.gov.cn"
    with pytest.raises(Refusal) as refused:
        issue(town, "wuling.admin", "wuling.reviewer", way="email")
    assert refused.value.code == "no-email"


def test_a_new_code_voids_the_one_before(town: Town, client: FlaskClient) -> None:
    first = invite(town)
    second = issue(town, "wuling.admin", USERNAME)
    assert [service.state_of(one) for one in invitations(town)] == ["revoked", "open"]
    assert accept(client, first).status_code == 422
    assert accept(client, second).status_code == 302


def test_a_second_click_does_not_void_the_code_just_printed(town: Town) -> None:
    invite(town)
    seen = invitations(town)[0].id
    issue(town, "wuling.admin", USERNAME, seen=seen)
    with pytest.raises(Refusal) as refused:
        issue(town, "wuling.admin", USERNAME, seen=seen)
    assert refused.value.code == "issued-meanwhile"


def test_a_revoked_code_opens_nothing(town: Town, client: FlaskClient) -> None:
    code = invite(town)
    (row,) = invitations(town)
    town.do("wuling.admin", lambda actor: service.revoke(row, actor=actor))
    assert accept(client, code).status_code == 422
    with pytest.raises(Refusal):
        town.do("wuling.admin", lambda actor: service.revoke(row, actor=actor))


@pytest.mark.parametrize("who", ["changde.security", "dingcheng.reviewer", "wuling.reviewer"])
def test_only_the_administrators_of_the_account_issue_and_revoke(town: Town, who: str) -> None:
    invite(town)
    (row,) = invitations(town)
    with pytest.raises(AccessDenied):
        issue(town, who, USERNAME)
    with pytest.raises(AccessDenied):
        town.do(who, lambda actor: service.revoke(row, actor=actor))


def test_no_code_takes_over_an_account_that_also_acts_above(town: Town) -> None:
    town.give("wuling.reviewer", "auditor", "430700")
    with pytest.raises(AccessDenied) as refused:
        issue(town, "wuling.admin", "wuling.reviewer")
    assert refused.value.code == "held-elsewhere"
    issue(town, "changde.admin", "wuling.reviewer")


def test_nobody_renews_his_own_way_in(town: Town) -> None:
    with pytest.raises(AccessDenied):
        issue(town, "wuling.admin", "wuling.admin")


def test_the_three_administrators_do_not_hold_each_others_keys(town: Town) -> None:
    """An administrator could otherwise sign in as the one who watches him."""
    for whom in ("changde.security", "changde.inspector"):
        with pytest.raises(AccessDenied) as refused:
            issue(town, "changde.admin", whom)
        assert refused.value.code == "separated"
    town.hire("hunan.admin", "admin", "430000")
    issue(town, "hunan.admin", "changde.security")


def test_a_disabled_account_gets_no_code(town: Town) -> None:
    person = town.person("wuling.reviewer")
    town.do("wuling.admin", lambda actor: people_posts.disable(person, actor=actor, because="调离"))
    with pytest.raises(Refusal) as refused:
        issue(town, "wuling.admin", "wuling.reviewer")
    assert refused.value.code == "account-disabled"


# -- accepting -------------------------------------------------------------------------------------------------


def test_the_person_sets_a_password_and_the_account_opens(town: Town, client: FlaskClient) -> None:
    code = invite(town)
    answer = accept(client, code.lower().replace("-", " "))
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/login/")
    person = town.person(USERNAME)
    assert person.active
    assert hashing.verify(person.password, GOOD)
    assert access.actor_for(USERNAME).holds("reviewer")
    with town.system():
        assert audit.timeline(person)[0].verb == "person.accepted"


def test_a_code_opens_once(town: Town, client: FlaskClient) -> None:
    code = invite(town)
    assert accept(client, code).status_code == 302
    again = accept(client, code, password="Another-9911-Word")
    assert again.status_code == 422
    assert hashing.verify(town.person(USERNAME).password, GOOD)


def test_a_renewal_keeps_the_old_password_until_the_new_one_is_set(town: Town, client: FlaskClient) -> None:
    before = town.person("wuling.reviewer").password
    code = issue(town, "wuling.admin", "wuling.reviewer")
    assert town.person("wuling.reviewer").password == before
    assert accept(client, code, "wuling.reviewer").status_code == 302
    assert hashing.verify(town.person("wuling.reviewer").password, GOOD)


def test_a_weak_password_does_not_use_the_code_up(town: Town, client: FlaskClient) -> None:
    code = invite(town)
    for password in ("short", "aaaaaaaaaaaaaaaa", "Password123456!", f"{USERNAME}-A1"):
        answer = accept(client, code, password=password)
        assert answer.status_code == 422
        assert 'class="errors"' in answer.get_data(as_text=True)
    (row,) = invitations(town)
    assert (row.attempts, service.state_of(row)) == (0, "open")
    assert accept(client, code).status_code == 302


def _spoil(change: Callable[[Invitation], None]) -> Callable[[Town], None]:
    def do(town: Town) -> None:
        (row,) = invitations(town)
        with town.system(), transaction():
            change(db.session.get_one(Invitation, row.id))

    return do


def _expire(row: Invitation) -> None:
    row.expires_on = row.expires_on - timedelta(days=60)


def _use(row: Invitation) -> None:
    row.used_at = row.issued_at


def _revoke(row: Invitation) -> None:
    row.revoked_at = row.issued_at


def _spend(row: Invitation) -> None:
    row.attempts = 99


def test_every_wrong_way_gets_the_same_answer(town: Town, client: FlaskClient) -> None:
    code = invite(town)

    def said(**typed: str) -> str:
        answer = accept(client, **{"code": code, **typed})
        assert answer.status_code == 422
        # The nonce of scripts and the mark of a form that is sent once differ from page to page.
        text = re.sub(r'(nonce|value)="[\w.-]{16,}"', "", str(answer.get_data(as_text=True)))
        return text.replace(typed.get("username", USERNAME), "NAME")

    wrong = said(code="2222-2222-2222-2222")
    assert "已经失效" in wrong
    assert said(username="nobody.at.all") == wrong
    assert said(username="changde.head") == wrong  # an account without an invitation
    for change in (_expire, _use, _revoke, _spend):
        _spoil(change)(town)
        assert said() == wrong, change.__name__
        (row,) = invitations(town)
        with town.system(), transaction():
            kept = db.session.get_one(Invitation, row.id)
            kept.expires_on, kept.used_at, kept.revoked_at = row.expires_on + timedelta(days=90), None, None
            kept.attempts = 0


def test_five_wrong_tries_spend_the_code(town: Town, client: FlaskClient) -> None:
    code = invite(town)
    for _ in range(service.limits().attempts):
        assert accept(client, "2222-2222-2222-2222").status_code == 422
    (row,) = invitations(town)
    assert service.state_of(row) == "spent"
    with town.system():
        assert not locks.state(town.person(USERNAME)).failures, "signing in is another matter"
    assert accept(client, code).status_code == 422
    assert accept(client, issue(town, "wuling.admin", USERNAME)).status_code == 302


def test_a_name_with_an_open_code_costs_what_any_other_costs(town: Town, client: FlaskClient) -> None:
    """The same statements in the same order: how long an answer takes does not tell who was invited."""
    invite(town)
    asked = {}
    for name in (USERNAME, "changde.head", "nobody.at.all"):
        for tries in (1, 2):  # the first makes the row that the others count in
            with statements() as said:
                assert accept(client, "2222-2222-2222-2222", username=name).status_code == 422
            asked[name, tries] = [one for one in said if "posted_form" not in one]
    for tries in (1, 2):
        assert asked[USERNAME, tries] == asked["changde.head", tries] == asked["nobody.at.all", tries]
        assert any("sign_in_lock" in one for one in asked[USERNAME, tries])


def test_wrong_codes_before_a_code_was_given_out_do_not_spend_it(town: Town, client: FlaskClient) -> None:
    for _ in range(service.limits().attempts + 1):
        assert accept(client, "2222-2222-2222-2222").status_code == 422
    code = invite(town)
    assert accept(client, "2222-2222-2222-2222").status_code == 422
    assert accept(client, code).status_code == 302


def test_what_is_wrong_whoever_it_is_is_said(town: Town, client: FlaskClient) -> None:
    code = invite(town)
    for typed, said in (
        ({"again": "Another-9911-Word"}, "两次填写的密码不一致"),
        ({"password": "", "again": ""}, "请填写此项"),
        ({"username": "x" * 500}, "内容过长"),
    ):
        answer = client.post(
            "/invitation/",
            data={"username": USERNAME, "code": code, "password": GOOD, "again": GOOD, **typed},
        )
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
        assert GOOD not in answer.get_data(as_text=True)
        assert code not in answer.get_data(as_text=True)


def test_an_account_disabled_meanwhile_is_not_opened_by_its_code(town: Town, client: FlaskClient) -> None:
    code = issue(town, "wuling.admin", "wuling.reviewer")
    person = town.person("wuling.reviewer")
    town.do("wuling.admin", lambda actor: people_posts.disable(person, actor=actor, because="调离"))
    assert accept(client, code, "wuling.reviewer").status_code == 422
    assert not town.person("wuling.reviewer").active


def test_the_page_is_limited_by_name_and_by_address(make_app: MakeApp) -> None:
    app = make_app(RATELIMIT_ENABLED=True)
    client = app.test_client()
    answers = [accept(client, "2222", username="nobody").status_code for _ in range(12)]
    assert answers[0] == 422
    assert answers[-1] == 429
    others = [accept(client, "2222", username=f"nobody{n}").status_code for n in range(40)]
    assert others[-1] == 429


def test_a_code_falls_with_a_post_outside_the_office_that_keeps_the_account(
    town: Town, client: FlaskClient
) -> None:
    """Whoever held a code of the county's could else sign in as somebody whom the city has appointed since."""
    code = issue(town, "wuling.admin", "wuling.reviewer")
    town.give("wuling.reviewer", "auditor", "430700")
    assert accept(client, code, "wuling.reviewer").status_code == 422
    renewed = issue(town, "changde.admin", "wuling.reviewer")
    assert accept(client, renewed, "wuling.reviewer").status_code == 302


def test_a_further_post_at_the_same_office_leaves_the_code_good(town: Town, client: FlaskClient) -> None:
    code = invite(town)
    town.give(USERNAME, "clerk", "430702")
    assert accept(client, code).status_code == 302
