"""The pages: what is shown to whom, and what forged requests come to."""

from __future__ import annotations

import re
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.signing import factors
from app.foundation.tenancy.models import Person, Post
from app.plugins.people import service
from app.plugins.people.models import Invitation
from tests.architecture.test_statements import statements
from tests.plugins.people.conftest import GOOD, Town
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

USERNAME = "wuling.li"


def entry(town: Town, **more: Any) -> dict[str, str]:
    values = {
        "display_name": "李四", "username": USERNAME, "role": "reviewer", "document": "武编〔2014〕3号",
        "way": "print", "office": town.office("430702").id, "unit": "", "since": "", "until": "", "email": "", **more,
    }  # fmt: skip
    return {name: str(value) for name, value in values.items()}


def counted(town: Town) -> tuple[int, ...]:
    read_afresh()
    with town.system():
        return tuple(
            db.session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Person, Post, Invitation)
        )


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


# -- the list --------------------------------------------------------------------------------------------------


def accounts(answer: Any) -> set[str]:
    """The account names in the list's rows."""
    return set(re.findall(r'class="mono">([^<]+)<', text_of(answer)))


def test_each_office_lists_its_own_people_and_those_below(town: Town, sign_in: SignIn) -> None:
    county, city = sign_in("wuling.admin"), sign_in("changde.admin")
    assert {"wuling.reviewer", "wuling.admin"} <= accounts(county.get("/people/?q=wuling"))
    for stranger in ("changde.reviewer", "dingcheng.reviewer", "hunan.head"):
        assert accounts(county.get(f"/people/?q={stranger}")) == set()
    assert "wuling.reviewer" in accounts(city.get("/people/?q=wuling"))
    assert accounts(city.get("/people/?q=hunan.head")) == set()


def test_the_list_is_searched_by_name_office_role_and_state(town: Town, sign_in: SignIn) -> None:
    client = sign_in("changde.admin")

    def found(query: str) -> set[str]:
        return accounts(client.get(f"/people/?{query}"))

    assert found("q=承办人丁") == {"wuling.reviewer"}
    assert found("q=市电子政务办") == {"changde.egov"}
    assert found("role=inspector") == {"changde.inspector"}
    assert "wuling.reviewer" in found("q=武陵区编委办&role=reviewer")
    assert found("state=invited") == set()
    town.do(
        "wuling.admin",
        lambda actor: service.invite(
            service.Wanted(USERNAME, "李四", "", "print", "reviewer", None, None, "文"),
            town.office("430702"), actor=actor,
        ),
    )  # fmt: skip
    assert found("state=invited") == {USERNAME}
    assert USERNAME not in found("state=active&q=李四")
    for bad in ("state=everybody", "role=emperor", "page=x", "page=0"):
        assert client.get(f"/people/?{bad}").status_code == 400
    assert found("q=%25") == set()


def test_security_sees_and_changes_nothing(town: Town, sign_in: SignIn) -> None:
    client, pk = sign_in("changde.security"), town.person_id("changde.reviewer")
    shown = client.get(f"/people/{pk}/")
    assert shown.status_code == 200
    assert "停用账号" not in text_of(shown)
    assert "新增人员" not in text_of(client.get("/people/"))
    before = counted(town)
    for path in (f"/people/{pk}/invite", f"/people/{pk}/disable", f"/people/{pk}/posts/add", "/people/add"):
        assert client.post(path, data=entry(town, reason="试")).status_code == 403
    assert counted(town) == before


@pytest.mark.parametrize("who", ["changde.head", "changde.inspector", "unit.changde", "conac.registrar"])
def test_others_do_not_come_in(town: Town, sign_in: SignIn, who: str) -> None:
    assert sign_in(who).get("/people/").status_code == 403


def test_pages_are_cheap(town: Town, sign_in: SignIn) -> None:
    pages = {"/people/": 8, f"/people/{town.person_id('wuling.reviewer')}/": 15, "/people/add": 15}
    client = sign_in("changde.admin")
    for page, most in pages.items():
        with statements() as asked:
            assert client.get(page).status_code == 200
        assert len(asked) <= most, page + "\n".join(asked)


# -- somebody new ------------------------------------------------------------------------------------------------


def test_the_slip_is_shown_once_and_kept_by_nobody(town: Town, sign_in: SignIn) -> None:
    client = sign_in("wuling.admin")
    answer = client.post("/people/add", data=entry(town))
    assert answer.status_code == 200
    code = re.search(r"data-code>([^<]+)<", text_of(answer))
    assert code is not None
    assert answer.headers["Cache-Control"] == "no-store"
    page = client.get(f"/people/{town.person(USERNAME).id}/")
    assert "待启用" in text_of(page)
    assert code[1] not in text_of(page)
    accepted = client.application.test_client().post(
        "/invitation/", data={"username": USERNAME, "code": code[1], "password": GOOD, "again": GOOD}
    )
    assert accepted.status_code == 302


def test_a_message_that_nobody_sent_says_so(town: Town, sign_in: SignIn) -> None:
    answer = sign_in("wuling.admin").post(
        "/people/add", data=entry(town, way="email", email="li@wuling.gov.cn")
    )
    assert answer.status_code == 200
    assert "未发出" in text_of(answer)
    assert "li@wuling.gov.cn" in text_of(answer)
    assert USERNAME in text_of(answer)


@pytest.mark.parametrize("code", ["430700", "430703", "000000", "CONAC", "430700-EGOV"])
def test_a_foreign_office_in_the_form_is_refused_beside_its_field(
    town: Town, sign_in: SignIn, code: str
) -> None:
    before = counted(town)
    answer = sign_in("wuling.admin").post(
        "/people/add", data=entry(town, office=town.office(code).id, role="admin")
    )
    assert answer.status_code == 422
    assert "不在您的管辖范围内" in text_of(answer)
    assert counted(town) == before


@pytest.mark.parametrize("account", ["41840005", "41840037", "41840056"])
def test_a_foreign_unit_in_the_form_is_refused(town: Town, sign_in: SignIn, account: str) -> None:
    before = counted(town)
    data = entry(town, office="", unit=town.unit(account).id, role="filer")
    assert sign_in("wuling.admin").post("/people/add", data=data).status_code == 422
    assert counted(town) == before


def test_the_city_reaches_units_of_its_counties(town: Town, sign_in: SignIn) -> None:
    client = sign_in("changde.admin")
    found = client.get("/people/lookup/unit?term=41840035").get_json()["results"]
    assert [one["id"] for one in found] == [town.unit("41840035").id]
    data = entry(town, office="", unit=town.unit("41840035").id, role="filer")
    assert client.post("/people/add", data=data).status_code == 200


def test_lookups_offer_only_what_is_in_reach(town: Town, sign_in: SignIn) -> None:
    client = sign_in("wuling.admin")
    offices = client.get("/people/lookup/office?term=").get_json()["results"]
    assert {one["text"] for one in offices} == {town.office("430702").name, town.office("430702-EGOV").name}
    for term in ("41840005", "41840037"):
        assert client.get(f"/people/lookup/unit?term={term}").get_json()["results"] == []


def test_both_or_neither_place_is_refused(town: Town, sign_in: SignIn) -> None:
    client = sign_in("wuling.admin")
    for more in ({"office": ""}, {"unit": town.unit("41840035").id}):
        answer = client.post("/people/add", data=entry(town, **more))
        assert answer.status_code == 422
        assert "只选一项" in text_of(answer)


@pytest.mark.parametrize(
    "more",
    [
        {"role": "registrar"},
        {"role": "emperor"},
        {"role": "filer"},
        {"office": "999999"},
        {"office": "abc"},
        {"since": "never"},
        {"until": "2014-01-01"},
        {"document": ""},
        {"way": "pigeon"},
        {"username": "Big Name"},
        {"username": "x\x00y"},
    ],
)
def test_nonsense_comes_back_to_the_form(town: Town, sign_in: SignIn, more: dict[str, str]) -> None:
    before = counted(town)
    answer = sign_in("wuling.admin").post("/people/add", data=entry(town, **more))
    assert answer.status_code in {400, 422}
    assert counted(town) == before


def test_fields_no_form_has_change_nothing(town: Town, sign_in: SignIn) -> None:
    data = entry(
        town, review_path="0.", office_id=town.office("000000").id, active="y", password=GOOD, person_id="1",
        province_id="", version="9", given_by="上级",
    )  # fmt: skip
    assert sign_in("wuling.admin").post("/people/add", data=data).status_code == 200
    person, (post,) = town.person(USERNAME), town.posts(USERNAME)
    assert (person.active, person.password, person.review_path) == (False, None, "0.43.07.02.")
    assert (post.review_path, post.given_by) == ("0.43.07.02.", "某wuling.admin")


# -- people and posts elsewhere ------------------------------------------------------------------------------------


def _paths(town: Town, whom: str) -> list[str]:
    pk, (post, *_rest) = town.person_id(whom), town.posts(whom)
    return [
        f"/people/{pk}/invite", f"/people/{pk}/disable", f"/people/{pk}/enable", f"/people/{pk}/posts/add",
        f"/people/{pk}/leaving", f"/people/posts/{post.id}/end", f"/people/posts/{post.id}/extend",
    ]  # fmt: skip


@pytest.mark.parametrize("whom", ["changde.reviewer", "dingcheng.head", "hunan.head", "conac.registrar"])
def test_people_elsewhere_do_not_exist(town: Town, sign_in: SignIn, whom: str) -> None:
    client, before, paths = sign_in("wuling.admin"), counted(town), _paths(town, whom)
    data = entry(town, reason="试", way="print", seen="0", successor=town.person_id("wuling.head"), leave="1")
    for path in paths:
        assert client.post(path, data=data).status_code == 404, path
    for path in (f"/people/{town.person_id(whom)}/", f"/people/posts/{town.posts(whom)[0].id}/"):
        assert client.get(path).status_code == 404, path
    assert counted(town) == before
    assert town.person(whom).active
    assert town.posts(whom)[0].ended_at is None


def test_ones_own_account_is_not_ones_own_to_administer(town: Town, sign_in: SignIn) -> None:
    client, pk = sign_in("wuling.admin"), town.person_id("wuling.admin")
    assert "本人的账号" in text_of(client.get(f"/people/{pk}/"))
    for path in (f"/people/{pk}/invite", f"/people/{pk}/disable", f"/people/{pk}/leaving"):
        assert client.post(path, data=entry(town, reason="试", seen="0", leave="1")).status_code == 403, path
    answer = client.post(f"/people/{pk}/posts/add", data=entry(town, role="head"))
    assert answer.status_code == 403
    assert [post.role for post in town.posts("wuling.admin")] == ["admin"]


def test_a_foreign_successor_is_refused(town: Town, sign_in: SignIn) -> None:
    client, pk = sign_in("wuling.admin"), town.person_id("wuling.reviewer")
    for whom, status in (("changde.reviewer", 404), ("dingcheng.head", 404)):
        data = {"reason": "调离", "successor": str(town.person_id(whom))}
        assert client.post(f"/people/{pk}/leaving", data=data).status_code == status


def test_no_generated_form_or_api_writes_people_or_posts(app: Flask) -> None:
    """The only ways in are the verbs."""
    from app.foundation.admin.api import ScopedApi
    from app.foundation.admin.views import ScopedModelView

    for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]
        if isinstance(view, ScopedModelView | ScopedApi) and view.datamodel.obj in (Person, Post, Invitation):
            opened = {
                name for name in ("add", "edit", "delete") if getattr(view, "opens", lambda _n: False)(name)
            }
            assert not opened, view


# -- posts -------------------------------------------------------------------------------------------------------


def test_a_post_is_ended_and_the_next_click_is_refused(town: Town, sign_in: SignIn) -> None:
    reviewer, admin = sign_in("wuling.reviewer"), sign_in("wuling.admin")
    assert reviewer.get("/applications/list/").status_code == 200
    (post,) = town.posts("wuling.reviewer")
    assert admin.get(f"/people/posts/{post.id}/").status_code == 200
    assert admin.post(f"/people/posts/{post.id}/end", data={"reason": ""}).status_code == 422
    assert admin.post(f"/people/posts/{post.id}/end", data={"reason": "调离"}).status_code == 302
    assert reviewer.get("/applications/list/").status_code == 403


def test_a_second_click_ends_nothing_twice(town: Town, sign_in: SignIn) -> None:
    admin, (post,) = sign_in("wuling.admin"), town.posts("wuling.reviewer")
    assert admin.post(f"/people/posts/{post.id}/end", data={"reason": "调离"}).status_code == 302
    assert admin.post(f"/people/posts/{post.id}/end", data={"reason": "再点"}).status_code == 422
    assert town.posts("wuling.reviewer")[0].ended_because == "调离"


def test_bad_dates_come_back(town: Town, sign_in: SignIn) -> None:
    admin, (post,) = sign_in("wuling.admin"), town.posts("wuling.reviewer")
    for typed in ("never", "2014-01-01"):
        answer = admin.post(f"/people/posts/{post.id}/end", data={"reason": "调离", "last_day": typed})
        assert answer.status_code == 422
    assert town.posts("wuling.reviewer")[0].ended_at is None


def test_a_person_whose_posts_clash_is_told_so(town: Town, sign_in: SignIn) -> None:
    """Three administrators are three people: data older than the setting opens nothing (三员分立)."""
    town.force("changde.admin", "security", "430700")
    answer = sign_in("changde.admin").get("/people/")
    assert answer.status_code == 403
    assert "两岗不得由一人担任" in text_of(answer)
    with access.acting_as(access.actor_for("changde.admin")) as actor:
        assert [one.other for one in actor.aside] == ["security", "admin"]


def test_disabling_ends_what_is_open(town: Town, sign_in: SignIn) -> None:
    reviewer, admin = sign_in("wuling.reviewer"), sign_in("wuling.admin")
    assert reviewer.get("/desk/").status_code == 200
    pk = town.person_id("wuling.reviewer")
    assert admin.post(f"/people/{pk}/disable", data={"reason": "调离"}).status_code == 302
    assert reviewer.get("/desk/").status_code in {302, 401}
    assert admin.post(f"/people/{pk}/enable", data={"reason": "返岗"}).status_code == 302


def test_leaving_in_one_go(town: Town, sign_in: SignIn) -> None:
    admin, pk = sign_in("wuling.admin"), town.person_id("wuling.clerk")
    assert admin.get(f"/people/{pk}/leaving").status_code == 200
    assert admin.post(f"/people/{pk}/leaving", data={"leave": "1"}).status_code == 422
    assert admin.post(f"/people/{pk}/leaving", data={"leave": "1", "reason": "调离"}).status_code == 302
    assert not town.person("wuling.clerk").active


def test_the_public_page_opens_for_anybody(client: FlaskClient) -> None:
    answer = client.get("/invitation/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_unit_under_another_roof_stays_out(town: Town) -> None:
    """Moving the county's desk out of use closes its lookups too."""
    with town.system(), transaction():
        town.office("430702-EGOV").active = False
    with access.acting_as(access.actor_for("wuling.admin")):
        from app.plugins.people.forms import LOOKUPS

        assert LOOKUPS["office"].find(town.office("430702-EGOV").id) is None


def test_a_locked_account_is_found_and_marked(town: Town, sign_in: SignIn, app: Flask) -> None:
    stranger = app.test_client()
    for _ in range(6):
        stranger.post("/login/", data={"username": "wuling.reviewer", "password": "wrong-wrong-wrong"})
    client = sign_in("changde.admin")
    assert accounts(client.get("/people/?state=locked")) == {"wuling.reviewer"}
    assert accounts(sign_in("wuling.admin").get("/people/?state=locked")) == {"wuling.reviewer"}
    assert "暂停登录至" in text_of(client.get(f"/people/{town.person('wuling.reviewer').id}/"))


def test_an_account_is_unlocked_on_its_page_by_whoever_manages_it(
    town: Town, sign_in: SignIn, app: Flask
) -> None:
    pk, stranger = town.person_id("wuling.reviewer"), app.test_client()
    for _ in range(6):
        stranger.post("/login/", data={"username": "wuling.reviewer", "password": "wrong-wrong-wrong"})
    admin, page = sign_in("wuling.admin"), f"/people/{pk}/"
    assert f"{page}unlock" in text_of(admin.get(page))
    assert f"{page}unlock" not in text_of(sign_in("changde.security").get(page))
    assert sign_in("changde.security").post(f"{page}unlock").status_code == 403
    town.hire("dingcheng.admin", "admin", "430703")
    assert sign_in("dingcheng.admin").post(f"{page}unlock").status_code == 404
    assert admin.post(f"{page}unlock").status_code == 302
    again = text_of(admin.get(page))
    assert "暂停登录至" not in again
    assert f"{page}unlock" not in again


def test_a_lost_authenticator_is_reset_on_the_persons_page(town: Town, sign_in: SignIn) -> None:
    """By 安全管理岗 at the keeping office or above, with reach over every post; by no administrator."""
    pk, actor = town.person_id("wuling.reviewer"), access.system("tests", over="0.")

    def enrol() -> None:
        read_afresh()
        with access.acting_as(actor), transaction():
            person = town_person(pk)
            factors.confirm(person, pyotp.TOTP(factors.offer(person, 0)).now(), 0, actor=actor)

    enrol()
    town.hire("wuling.security", "security", "430702")
    page, county, city = f"/people/{pk}/", sign_in("wuling.security"), sign_in("changde.security")
    assert f"{page}reset-factor" in text_of(county.get(page))
    assert f"{page}reset-factor" not in text_of(sign_in("wuling.admin").get(page))
    assert sign_in("wuling.admin").post(f"{page}reset-factor").status_code == 403
    town.give("wuling.reviewer", "auditor", "430700")
    assert f"{page}reset-factor" not in text_of(county.get(page))
    assert county.post(f"{page}reset-factor").status_code == 403
    with statements() as asked:
        assert f"{page}reset-factor" in text_of(city.get(page))
    assert len(asked) <= 15, "\n".join(asked)
    assert city.post(f"{page}reset-factor").status_code == 302
    assert not factors.enrolled(pk)
    assert city.post(f"{page}reset-factor").status_code == 422, "there is none any more"


def town_person(pk: int) -> Person:
    return db.session.get_one(Person, pk)
