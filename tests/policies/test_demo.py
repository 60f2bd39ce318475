"""Over the demo: for every account, object and act the point check and the filter name the same rows."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access
from app.foundation.access.guard import scoped_models
from app.foundation.access.service import obj_of
from app.foundation.database import db
from app.plugins.demo.sheets import rows as sheet
from tests.services.instance import SignIn


@pytest.fixture
def seed() -> str:
    return "demo"


def test_point_check_equals_filter_for_every_post_object_and_act(app: Flask) -> None:
    accounts = [row["username"] for row in sheet("people")]
    assert len(accounts) == 30
    compared = allowed = 0
    with access.acting_as(access.system("tests", over="0.")):
        everything = {model: list(db.session.scalars(select(model))) for model in scoped_models()}
        for username in accounts:
            actor = access.actor_for(username)
            for model, known in everything.items():
                for obj in {obj_of(row) for row in known}:
                    mine = [row for row in known if obj_of(row) == obj]
                    for act in [act for (name, act) in access.policy().acts if name == obj]:
                        query = select(model.id).where(access.scope(actor, obj, act, model))  # type: ignore[attr-defined]
                        filtered = set(db.session.scalars(query)) & {row.id for row in mine}
                        checked = {row.id for row in mine if access.can(actor, obj, act, row)}
                        assert filtered == checked, (username, model.__name__, obj, act)
                        compared += len(mine)
                        allowed += len(checked)
    assert compared > 50_000
    assert 0 < allowed < compared


def test_casbin_itself_agrees_on_units_and_sites(app: Flask) -> None:
    from app.foundation.access.service import _decider
    from app.foundation.tenancy.models import Site, Unit

    with access.acting_as(access.system("tests", over="0.")):
        known = [*db.session.scalars(select(Unit)), *db.session.scalars(select(Site))]
        for row in sheet("people"):
            actor = access.actor_for(row["username"])
            for obj, act in (
                ("application", "see"),
                ("application", "first-review"),
                ("survey", "edit"),
                ("badge", "issue"),
            ):
                for one in known:
                    facts = access.facts_of(one)
                    decided = _decider().decide(actor, facts, obj, act) is not None
                    assert decided == access.can(actor, obj, act, facts), (row["username"], obj, act, one)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("units", {"id", "review_path", "name"}),
        ("surveys", {"id", "review_path", "name", "state"}),
        ("applications", {"id", "review_path", "number", "name", "state"}),
        ("badges", {"id", "review_path", "number", "state"}),
    ],
)
def test_each_api_row_carries_what_other_systems_rely_on(
    app: Flask, sign_in: SignIn, kind: str, wanted: set[str]
) -> None:
    client = sign_in("changde.reviewer")
    rows = client.get(f"/api/v1/{kind}/").get_json()["result"]
    assert rows
    for row in rows:
        assert wanted <= set(row), row
    one = client.get(f"/api/v1/{kind}/{rows[0]['id']}").get_json()["result"]
    assert wanted <= set(one)


def test_a_bearer_token_has_the_scope_of_its_person(app: Flask) -> None:
    from tests.services.environment import DEMO_PASSWORD

    client = app.test_client()
    payload = {"username": "wuling.reviewer", "password": DEMO_PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=payload).get_json()["access_token"]
    answer = client.get("/api/v1/units/", headers={"Authorization": f"Bearer {token}"})
    assert {row["review_path"] for row in answer.get_json()["result"]} == {"0.43.07.02."}
    assert client.get("/api/v1/units/", headers={"Authorization": "Bearer forged"}).status_code in {401, 422}
