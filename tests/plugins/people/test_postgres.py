"""The same verbs on PostgreSQL, where row-level security stands behind them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation import access
from app.foundation.database import transaction
from app.foundation.tenancy import people, people_handover, people_posts
from app.kernel.errors import Refusal
from app.plugins.people import service
from tests.plugins.people.conftest import GOOD, Town
from tests.services.instance import SignIn

USERNAME = "wuling.li"


@pytest.fixture
def database_kind() -> str:
    return "postgres"


def test_from_invitation_to_leaving(town: Town, client: FlaskClient, sign_in: SignIn) -> None:
    wanted = service.Wanted(USERNAME, "李四", "", "print", "reviewer", None, None, "武编〔2014〕3号")
    holder = town.office("430702")
    _row, code = town.do("wuling.admin", lambda actor: service.invite(wanted, holder, actor=actor))

    def accept(typed: str) -> Any:
        data = {"username": USERNAME, "code": typed, "password": GOOD, "again": GOOD}
        return client.post("/invitation/", data=data)

    assert accept("2222-2222-2222-2222").status_code == 422
    assert accept(code).status_code == 302
    assert access.actor_for(USERNAME).holds("reviewer")
    person = town.person(USERNAME)
    town.do(
        "wuling.admin",
        lambda actor: people.appoint(
            person, "clerk", actor=actor, office=town.office("430702"), document="文"
        ),
    )
    (reviewing, _clerk) = town.posts(USERNAME)
    town.do("wuling.admin", lambda actor: people_posts.end(reviewing, actor=actor, because="调岗"))
    assert [post.role for post in access.actor_for(USERNAME).posts] == ["clerk"]
    leaver = town.person(USERNAME)
    town.do(
        "wuling.admin",
        lambda actor: people_handover.hand_over(leaver, None, actor=actor, because="调离", leave=True),
    )
    with pytest.raises(LookupError):
        access.actor_for(USERNAME)
    with pytest.raises(Refusal):
        last = town.person("wuling.admin")
        town.do("changde.admin", lambda actor: people_posts.disable(last, actor=actor, because="试"))


def test_two_administrators_adding_one_name_at_once(town: Town, app: Flask) -> None:
    """The second waits for the first and is then refused in words."""
    wanted = service.Wanted(USERNAME, "李四", "", "print", "reviewer", None, None, "武编〔2014〕3号")
    at_once = Barrier(2)

    def add(_number: int) -> str:
        with app.app_context():
            actor = access.actor_for("wuling.admin")
            at_once.wait(timeout=20)
            try:
                with access.acting_as(actor), transaction():
                    service.invite(wanted, town.office("430702"), actor=actor)
            except Refusal as refused:
                return refused.code
            return "added"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == ["added", "username-taken"]
    assert len(town.posts(USERNAME)) == 1


def test_the_pages_and_the_city_over_units_it_does_not_see(town: Town, sign_in: SignIn) -> None:
    client = sign_in("changde.admin")
    pk = town.person("wuling.reviewer").id
    for path in ("/people/", "/people/?q=武陵", f"/people/{pk}/", "/people/add", f"/people/{pk}/leaving"):
        assert client.get(path).status_code == 200, path
    data = {
        "display_name": "李四", "username": USERNAME, "role": "filer", "document": "文", "way": "print",
        "office": "", "unit": str(town.unit("41840035").id), "since": "", "until": "", "email": "",
    }  # fmt: skip
    assert client.post("/people/add", data=data).status_code == 200
    assert town.posts(USERNAME)[0].review_path == "0.43.07.02."
