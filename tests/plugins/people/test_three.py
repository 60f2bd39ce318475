"""三员分立: the three administrators of an office are made, unmade and let in from above it, never by one of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.signing import factors
from app.foundation.signing.models import SecondFactor
from app.foundation.tenancy import people, people_handover, people_posts
from app.kernel.errors import AccessDenied, Refusal
from app.plugins.people import service
from tests.plugins.people.conftest import GOOD, Town
from tests.plugins.people.test_invitations import USERNAME, accept, invitations, invite, issue
from tests.plugins.people.test_views import entry, text_of
from tests.services.instance import SignIn

THREE = ("admin", "security", "inspector")


def refused(town: Town, who: str, verb: Callable[[Actor], object]) -> str:
    with pytest.raises(AccessDenied) as caught:
        town.do(who, verb)
    assert caught.value.code == "separated"
    assert caught.value.source == "三员分立"
    return str(caught.value)


def give(town: Town, whom: str, role: str, code: str, **more: Any) -> Callable[[Actor], object]:
    person = town.person(whom)
    return lambda actor: people.appoint(
        person, role, actor=actor, office=town.office(code), document="文", **more
    )


def demand(town: Town, code: str) -> None:
    with town.system(), transaction():
        office = town.office(code)
        office.settings = {**office.settings, "three_administrators": True}


@pytest.fixture
def hunan(town: Town) -> Town:
    """With administrators of the city, and of the province, which asks for nothing itself."""
    town.hire("hunan.admin", "admin", "430000")
    town.hire("changde.second", "admin", "430700")
    return town


@pytest.mark.parametrize("role", THREE)
def test_giving_is_done_from_above(hunan: Town, role: str) -> None:
    hunan.hire("puppet", "auditor", "430700")
    said = refused(hunan, "changde.admin", give(hunan, "puppet", role, "430700"))
    assert "请由上级机构系统管理岗办理" in said
    hunan.do("hunan.admin", give(hunan, "puppet", role, "430700"))
    hunan.hire("lower", "auditor", "430702")
    refused(
        hunan, "wuling.admin", give(hunan, "lower", role, "430702")
    )  # the county follows the city's setting
    hunan.do("changde.admin", give(hunan, "lower", role, "430702"))


@pytest.mark.parametrize("role", THREE)
def test_a_puppet_is_not_invited_either(hunan: Town, sign_in: SignIn, role: str) -> None:
    client = sign_in("changde.admin")
    answer = client.post("/people/add", data=entry(hunan, office=hunan.office("430700").id, role=role))
    assert answer.status_code == 403
    assert "请由上级机构系统管理岗办理" in text_of(answer)
    assert not hunan.exists(USERNAME)
    assert "由上级机构系统管理岗设置" in text_of(client.get("/people/add"))


@pytest.mark.parametrize("role", THREE)
def test_extending_ending_and_disabling_are_done_from_above(hunan: Town, role: str) -> None:
    hunan.hire("brief", role, "430700", until=hunan.today() + timedelta(days=9))
    (post,) = hunan.posts("brief")
    person = hunan.person("brief")
    verbs: list[Callable[[Actor], Any]] = [
        lambda actor: people_posts.extend(post, date(2016, 1, 1), actor=actor, document="文"),
        lambda actor: people_posts.disable(person, actor=actor, because="调离"),
        lambda actor: people_posts.enable(person, actor=actor, because="返岗"),
        lambda actor: people_handover.hand_over(person, None, actor=actor, because="调离"),
        lambda actor: people_posts.end(post, actor=actor, because="调离"),
    ]
    for verb in verbs:
        refused(hunan, "changde.admin", verb)
    for verb in verbs:
        hunan.do("hunan.admin", verb)
    assert hunan.posts("brief")[0].ended_at is not None


def test_nobody_lays_down_his_own_post_among_the_three(hunan: Town) -> None:
    hunan.give("changde.second", "auditor", "430700")
    (own, other) = hunan.posts("changde.second")
    hunan.give("changde.second", "admin", "430702")  # not the last that administers
    refused(hunan, "changde.second", lambda a: people_posts.end(own, actor=a, because="试"))
    hunan.do("changde.second", lambda a: people_posts.end(other, actor=a, because="调岗"))


@pytest.mark.parametrize("whom", ["changde.security", "changde.inspector", "changde.second"])
def test_whoever_was_one_of_the_three_is_let_in_from_above(
    hunan: Town, client: FlaskClient, whom: str
) -> None:
    """Ended, renewed by the one he watched and given the post again, his credentials would be the administrator's."""
    refused(hunan, "changde.admin", lambda a: people_posts.ensure_may_renew(hunan.person(whom), actor=a))
    (post,) = hunan.posts(whom)
    hunan.do("hunan.admin", lambda a: people_posts.end(post, actor=a, because="调岗"))
    hunan.give(whom, "auditor", "430700")
    with pytest.raises(AccessDenied):
        issue(hunan, "changde.admin", whom)
    issue(hunan, "hunan.admin", whom)
    (row,) = invitations(hunan, whom)
    refused(hunan, "changde.admin", lambda a: service.revoke(row, actor=a))
    hunan.do("hunan.admin", lambda a: service.revoke(row, actor=a))


def test_a_code_not_yet_used_is_not_taken_over_by_a_second_one(hunan: Town, client: FlaskClient) -> None:
    code = invite(hunan, "hunan.admin", "430700", role="security")
    with pytest.raises(AccessDenied) as caught:
        issue(hunan, "changde.admin", USERNAME)
    assert caught.value.code == "separated"
    assert accept(client, code).status_code == 302


@pytest.mark.parametrize("role", THREE)
def test_a_code_falls_with_a_post_among_the_three(hunan: Town, client: FlaskClient, role: str) -> None:
    code = invite(hunan, "changde.admin", "430700", role="auditor")
    hunan.do("hunan.admin", give(hunan, USERNAME, role, "430700"))
    assert accept(client, code).status_code == 422
    assert accept(client, issue(hunan, "hunan.admin", USERNAME)).status_code == 302


@pytest.mark.parametrize("role", ["security", "inspector"])
def test_whoever_rises_among_the_three_starts_afresh(
    hunan: Town, sign_in: SignIn, client: FlaskClient, role: str
) -> None:
    """The office's own administrator opened the account himself: what he knows opens nothing any longer."""
    assert accept(client, invite(hunan, "changde.admin", "430700", role="auditor")).status_code == 302
    before = hunan.person(USERNAME)
    assert before.active and before.password
    with hunan.system(), transaction():
        db.session.add(
            SecondFactor(
                person_id=before.id, secret="JBSWY3DPEHPK3PXP", offered_in=0, confirmed_at=clock.wall()
            )
        )
    given = sign_in("hunan.admin").post(
        f"/people/{before.id}/posts/add",
        data={"role": role, "office": hunan.office("430700").id, "document": "常编办发〔2014〕9号"},
    )
    assert given.status_code == 200
    assert "账号启用通知单" in text_of(given)
    after = hunan.person(USERNAME)
    assert not after.active and not after.password and not factors.enrolled(after.id)
    assert client.post("/login/", data={"username": USERNAME, "password": GOOD}).status_code != 302
    code = str(re.search(r"data-code>([^<]+)<", given.text)[1])  # type: ignore[index]
    assert accept(client, code).status_code == 302
    assert hunan.person(USERNAME).active
    assert access.actor_for(USERNAME).holds(role)


def test_elsewhere_a_further_post_leaves_the_account_as_it_is(hunan: Town, sign_in: SignIn) -> None:
    hunan.hire("hunan.two", "auditor", "430000")
    hunan.hire("changde.two", "auditor", "430700")
    for name, role, code in (("hunan.two", "security", "430000"), ("changde.two", "head", "430700")):
        answer = sign_in("hunan.admin").post(
            f"/people/{hunan.person_id(name)}/posts/add",
            data={"role": role, "office": hunan.office(code).id, "document": "湘编办发〔2014〕9号"},
        )
        assert answer.status_code == 302, text_of(answer)
        assert hunan.person(name).active and hunan.person(name).password


def test_where_nobody_asks_for_it_an_office_sees_to_its_own(hunan: Town, client: FlaskClient) -> None:
    hunan.hire("hunan.two", "auditor", "430000")
    for role in ("security", "admin"):
        hunan.do("hunan.admin", give(hunan, "hunan.two", role, "430000"))
    person = hunan.person("hunan.two")
    hunan.do("hunan.admin", lambda a: people_posts.disable(person, actor=a, because="试"))
    hunan.do("hunan.admin", lambda a: people_posts.enable(person, actor=a, because="试"))
    (_auditor, security, admin) = hunan.posts("hunan.two")
    hunan.do("hunan.admin", lambda a: people_posts.end(security, actor=a, because="试"))
    hunan.do("hunan.admin", lambda a: people_posts.end(admin, actor=a, because="试"))
    code = issue(hunan, "hunan.admin", "hunan.two")
    hunan.do("hunan.admin", give(hunan, "hunan.two", "inspector", "430000"))
    assert accept(client, code, "hunan.two").status_code == 302


def test_at_the_centre_the_operator_does_it(hunan: Town, app: Flask) -> None:
    demand(hunan, "000000")
    hunan.hire("central.admin", "admin", "000000")
    hunan.hire("central.two", "auditor", "000000")
    said = refused(hunan, "central.admin", give(hunan, "central.two", "security", "000000"))
    assert "flask people" in said

    def run(*words: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["people", *words])
        return result.exit_code, result.output

    place = ("--office", "000000")
    assert run("appoint", "central.two", "security", *place)[0] == 0
    assert access.actor_for("central.two").holds("security")
    assert run("disable", "central.two", "--reason", "调离")[0] == 0
    assert run("enable", "central.two", "--reason", "返岗")[0] == 0
    assert run("end", "central.two", "security", *place, "--reason", "调岗")[0] == 0
    assert not access.actor_for("central.two").holds("security")
    for wrong in (
        ("end", "central.two", "security", *place, "--reason", "再次"),
        ("end", "central.admin", "admin", *place, "--reason", "最后一名"),
        ("appoint", "nobody.here", "security", *place),
        ("appoint", "central.two", "wizard", *place),
        ("disable", "central.two", "--reason", " "),
    ):
        assert run(*wrong)[0] == 2, wrong


def test_the_pages_say_who_does_it_instead_of_offering_it(hunan: Town, sign_in: SignIn) -> None:
    pk, (post,) = hunan.person_id("changde.inspector"), hunan.posts("changde.inspector")
    page, post_page = f"/people/{pk}/", f"/people/posts/{post.id}/"
    own, upper = sign_in("changde.admin"), sign_in("hunan.admin")
    shown = text_of(own.get(page))
    assert "由上级机构系统管理岗办理" in shown
    for way in (f"{page}disable", f"{page}invite", f"{page}leaving", post_page):
        assert way not in shown, way
        assert way in text_of(upper.get(page)), way
    assert f"{post_page}end" not in text_of(own.get(post_page))
    assert f"{post_page}end" in text_of(upper.get(post_page))
    assert own.get(f"{page}leaving").status_code == 403
    for way in (f"{page}disable", f"{page}invite", f"{page}leaving", f"{post_page}end"):
        answer = own.post(way, data={"reason": "试", "way": "print", "seen": "0", "leave": "1"})
        assert answer.status_code == 403, way
    assert hunan.person("changde.inspector").active


def test_the_page_of_somebody_who_once_was_one_leaves_only_the_code_to_the_upper_office(
    hunan: Town, sign_in: SignIn
) -> None:
    (post,) = hunan.posts("changde.inspector")
    hunan.do("hunan.admin", lambda a: people_posts.end(post, actor=a, because="调岗"))
    page = f"/people/{hunan.person_id('changde.inspector')}/"
    shown = text_of(sign_in("changde.admin").get(page))
    assert f"{page}invite" not in shown
    assert "曾任" in shown
    assert f"{page}disable" in shown


# -- an administrator whose posts are set aside does not administer ---------------------------------------------


def test_an_administrator_set_aside_by_a_clash_does_not_count_as_the_one_who_stays(town: Town) -> None:
    town.hire("second.admin", "admin", "430702")
    town.force("second.admin", "inspector", "430702")
    (post,) = town.posts("wuling.admin")
    with pytest.raises(Refusal) as caught:
        town.do("changde.admin", lambda a: people_posts.end(post, actor=a, because="调离"))
    assert caught.value.code == "last-admin"
    (_admin, clashing) = town.posts("second.admin")
    town.do("changde.admin", lambda a: people_posts.end(clashing, actor=a, because="两岗相冲突"))
    town.do("changde.admin", lambda a: people_posts.end(post, actor=a, because="调离"))


def test_a_clash_is_mended_by_ending_the_post_that_administers_nothing(town: Town) -> None:
    town.force("wuling.admin", "inspector", "430702")
    (post, _other) = town.posts("wuling.admin")
    town.do("changde.admin", lambda a: people_posts.end(post, actor=a, because="两岗相冲突"))
    assert access.actor_for("wuling.admin").holds("inspector")
