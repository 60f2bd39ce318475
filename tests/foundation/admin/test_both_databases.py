"""What depends on the database: comparing text, unique names, and saves that cross."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.foundation import access
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.lookup import Lookup
from app.foundation.admin.views import ScopedModelView, action
from app.foundation.database import db
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Site, Unit
from tests.foundation.admin import conftest, probes, world
from tests.foundation.admin.test_lists import LIST, names


class Register(ScopedModelView):
    """Units with their unique account, and what a plugin might do wrong in its hooks."""

    route_base = "/register"
    datamodel = ScopedInterface(Unit)
    obj = "unit"
    acts = {"steal": "edit"}
    list_columns = show_columns = ["name"]
    add_columns = edit_columns = ["name", "account", "nature", "rank", "home", "approval_no"]
    label_columns = {name: name for name in add_columns}
    chips = {"nature": probes.NATURES, "rank": {"division": "正处"}}
    lookups = {"home": Lookup(Office, search=("name",), within=probes.own_level)}

    def pre_add(self, item: Unit) -> None:
        if item.name == "越权":
            item.home = db.session.scalars(db.select(Office).where(Office.path == world.DINGCHENG)).one()
        tenancy.assign(item)

    def pre_update(self, item: Unit) -> None:
        tenancy.assign(item)
        if item.name == "抢先":
            table = Unit.__table__
            db.session.connection().execute(update(table).where(table.c.id == item.id).values(version=99))

    @action("steal", "划走")
    def steal(self, items: Any) -> None:
        for item in items if isinstance(items, list) else [items]:
            item.home = db.session.scalars(db.select(Office).where(Office.path == world.DINGCHENG)).one()
            tenancy.assign(item)


@pytest.fixture(params=["sqlite", "postgres"])
def both(request: pytest.FixtureRequest) -> Flask:
    """The application on each database, with the register."""
    found: Flask = request.getfixturevalue("app" if request.param == "sqlite" else "postgres_app")
    with found.app_context():
        found.extensions["appbuilder"].add_view_no_menu(Register)
    return found


@pytest.fixture
def client(both: Flask) -> FlaskClient:
    return conftest.signed_in(both, "wuling.clerk")


def home(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalar(db.select(Office.id).where(Office.path == world.WULING))
        assert found is not None
        return found


def unit(app: Flask, **changed: Any) -> dict[str, Any]:
    return {
        "name": "新单位",
        "account": "88888888",
        "nature": "organ",
        "rank": "division",
        "home": home(app),
        **changed,
    }


def stored(app: Flask) -> list[str]:
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        return list(db.session.scalars(db.select(Unit.name).order_by(Unit.id)))


def test_searching_ignores_case_and_wildcards(both: Flask, client: FlaskClient) -> None:
    client.post("/register/add", data=unit(both, name="Alpha_局"))
    client.post("/register/add", data=unit(both, name="AlphaX局", account="77777777"))
    for term, expected in {
        "alpha_": ["Alpha_局"], "ALPHA": ["Alpha_局", "AlphaX局"], "_": ["Alpha_局"], "%": [], "/": [], "武陵第1": ["武陵第1单位"],
    }.items():  # fmt: skip
        for number in (0, 1):
            found = names(client.get(LIST, query_string={f"_flt_{number}_name": term}).text)
            wanted = [one for one in expected if number == 0 or one.lower().startswith(term.lower())]
            assert found == wanted, (term, number)


def test_orders_and_pages(client: FlaskClient) -> None:
    query = "?psize_UnitProbe=2&_oc_UnitProbe=account&_od_UnitProbe=desc&page_UnitProbe="
    assert names(client.get(f"{LIST}{query}0").text) == ["武陵第3单位", "武陵第2单位"]
    assert names(client.get(f"{LIST}{query}1").text) == ["武陵第1单位"]


@pytest.mark.parametrize("account", ["00000002", "00000004"], ids=["own", "another tenant's"])
def test_a_name_taken_is_an_error_of_its_field(both: Flask, client: FlaskClient, account: str) -> None:
    before = stored(both)
    answer = client.post("/register/add", data=unit(both, account=account))
    assert answer.status_code == 422
    assert 'class="field bad" id="f-account"' in answer.text
    assert "与已有记录重复" in answer.text
    assert 'value="新单位"' in answer.text
    assert "鼎城" not in answer.text
    assert stored(both) == before


def test_a_rule_of_the_database_is_said_without_its_words(both: Flask, client: FlaskClient) -> None:
    answer = client.post("/register/add", data=unit(both, account="123"))
    assert answer.status_code == 422
    assert "不符合要求" in answer.text
    assert "constraint" not in answer.text.lower()


def test_an_edit_that_crosses_another_is_stale(both: Flask, client: FlaskClient) -> None:
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get("/register/edit/1").text)
    assert version is not None
    data = unit(both, name="抢先", account="00000001", version=version[1])
    answer = client.post("/register/edit/1", data=data)
    assert answer.status_code == 409
    assert "他人刚刚修改了这条记录" in answer.text
    assert stored(both)[0] == "武陵第1单位"


def test_a_hook_that_reaches_beyond_is_stopped_and_the_form_kept(both: Flask, client: FlaskClient) -> None:
    before = stored(both)
    answer = client.post("/register/add", data=unit(both, name="越权"))
    assert answer.status_code == 403
    assert 'value="越权"' in answer.text
    assert stored(both) == before


def test_an_action_that_moves_rows_abroad_is_stopped(both: Flask, client: FlaskClient) -> None:
    answer = client.post("/register/action_post", data={"action": "steal", "rowid": [1, 2]})
    assert answer.status_code == 403
    with both.app_context(), access.acting_as(access.system("tests", over="0.")):
        assert db.session.get_one(Unit, 1).review_path == world.WULING


def test_text_longer_than_its_column_is_refused(both: Flask, client: FlaskClient) -> None:
    answer = client.post("/register/add", data=unit(both, approval_no="文" * 61))
    assert answer.status_code == 422
    assert "不超过 60 个字" in answer.text


def test_a_site_is_found_through_its_own_table_only(both: Flask, client: FlaskClient) -> None:
    assert names(client.get("/probe-sites/list/?_flt_0_name=武陵第1").text) == ["武陵第1单位网"]
    with both.app_context(), access.acting_as(access.actor_for("dingcheng.clerk")):
        found = ScopedInterface(Site).query()[1]
        assert {row.review_path for row in found} == {world.DINGCHENG}
