"""The API keeps to its own description, for three roles: no fault, no answer it does not name, no foreign row.

Schemathesis makes the requests from ``/api/v1/_openapi``; Hypothesis is seeded by the code, so every run asks the same.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

import pytest
import schemathesis
from flask import Flask
from flask.globals import _cv_app
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db
from app.foundation.tenancy.models import Unit
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge
from app.plugins.surveys.models import SurveySheet
from tests.services.afresh import read_afresh
from tests.services.environment import DEMO_PASSWORD
from tests.services.instance import SignIn

T = TypeVar("T")
ROLES = ("unit.wuling", "changde.reviewer", "hunan.auditor")
RESOURCES: dict[str, tuple[str, type[Any]]] = {
    "applications": ("application", Application),
    "badges": ("badge", Badge),
    "surveys": ("survey", SurveySheet),
    "units": ("unit", Unit),
}
EXAMPLES = 8
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def outside(act: Callable[[], T]) -> T:
    """Run a request as from outside: not in the test's own app context, whose ``g`` it would share."""

    def run() -> T:
        _cv_app.set(None)  # type: ignore[arg-type]
        return act()

    return copy_context().run(run)


def document(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/_openapi")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def allowed(username: str) -> dict[str, set[int]]:
    """The ids a person may see, asked of the policy for every row of the table one by one."""
    found = {}
    with access.acting_as(access.system("tests", over="0.")):
        actor = access.actor_for(username)
        for name, (obj, model) in RESOURCES.items():
            rows = db.session.scalars(select(model)).all()
            found[name] = {row.id for row in rows if access.can(actor, obj, "see", row)}
            assert name != "units" or 0 < len(found[name]) < len(rows)
    read_afresh()
    return found


def _ids(body: dict[str, Any]) -> set[int]:
    rows = body.get("result")
    listed = rows if isinstance(rows, list) else [rows] if isinstance(rows, dict) else []
    return {
        *body.get("ids", ()),
        *(row["id"] for row in listed if "id" in row),
        *([body["id"]] if "id" in body else []),
    }


@pytest.mark.timeout(120)
@pytest.mark.parametrize("username", ROLES)
def test_the_api_keeps_to_its_description_and_shows_no_foreign_row(app: Flask, username: str) -> None:
    may, seen = allowed(username), dict.fromkeys(RESOURCES, 0)
    body = {"username": username, "password": DEMO_PASSWORD, "provider": "db"}
    token = app.test_client().post("/api/v1/security/login", json=body).get_json()["access_token"]
    schema = schemathesis.openapi.from_dict(document(app))
    schema.app = app
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _try(operation, mode, {"Authorization": f"Bearer {token}"}, may, seen)
    assert all(seen[name] for name in RESOURCES if may[name]), seen


def _try(
    operation: Any,
    mode: GenerationMode,
    headers: dict[str, str],
    may: dict[str, set[int]],
    seen: dict[str, int],
) -> None:
    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        response = outside(lambda: case.call(headers=headers))
        case.validate_response(response, checks=CHECKS)
        name = operation.path.split("/")[3]
        if response.status_code == 200 and name in RESOURCES and "_info" not in operation.path:
            ids = _ids(response.json())
            assert ids <= may[name], f"{operation.label}: foreign rows {sorted(ids - may[name])}"
            seen[name] += len(ids)

    try:
        ask()
    except Exception as error:
        if (
            type(error).__name__ == "Unsatisfiable"
        ):  # nothing of this kind can be made, e.g. a wrong empty body
            return
        raise


@pytest.mark.parametrize("username", ROLES)
def test_every_row_is_found_by_its_own_and_by_nobody_elses_id(
    app: Flask, sign_in: SignIn, username: str
) -> None:
    """Beside what Schemathesis guesses: every id there is."""
    may, client = allowed(username), sign_in(username)
    for name, (_obj, model) in RESOURCES.items():
        with access.acting_as(access.system("tests", over="0.")):
            every = set(db.session.scalars(select(model.id)))
        read_afresh()
        found = {key for key in every if client.get(f"/api/v1/{name}/{key}").status_code == 200}
        assert found == may[name], name


def test_the_document_is_openapi_and_says_who_may_ask(app: Flask) -> None:
    said = document(app)
    schemathesis.openapi.from_dict(said).validate()
    assert set(said["components"]["securitySchemes"]) == {"jwt", "jwt_refresh", "session"}
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            public = path.endswith(("_openapi", "/login"))
            assert bool(operation["security"]) is not public, where
            assert public or "401" in operation["responses"], where
            assert "400" in operation["responses"], where
            names = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "path"}
            assert set(names) == {part[1:-1] for part in path.split("/") if part.startswith("{")}, where
            assert all(one["required"] for one in names.values()), where
            for status, answer in operation["responses"].items():
                if status.startswith("4"):
                    assert answer == {"$ref": f"#/components/responses/{status}"}, where
    refs = {text for text in _strings(said) if text.startswith("#/components/")}
    for ref in refs:
        at: Any = said
        for part in ref[2:].split("/"):
            at = at[part]
        assert at


def _strings(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {one for part in value.values() for one in _strings(part)}
    if isinstance(value, list):
        return {one for part in value for one in _strings(part)}
    return {value} if isinstance(value, str) else set()


def test_every_api_route_stands_in_the_document(app: Flask) -> None:
    described = {
        (path.replace("{", "<").replace("}", ">"), method.upper())
        for path, methods in document(app)["paths"].items()
        for method in methods
    }
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            plain = rule.rule.replace("<int:", "<").replace("<string:", "<")
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                assert (plain, method) in described, (plain, method)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/x-www-form-urlencoded", 400),
        (b"<a/>", "application/xml", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"username": {"$gt": ""}, "password": {"$gt": ""}}', "application/json", 400),
        (b'{"username": ["a"], "password": "b"}', "application/json", 400),
        (b'{"username": "a", "password": "b", "provider": "ldap"}', "application/json", 400),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, "application/json", 400),
    ],
)
def test_only_json_of_the_right_shape_is_taken(app: Flask, body: bytes, kind: str, status: int) -> None:
    answer = app.test_client().post("/api/v1/security/login", data=body, content_type=kind)
    assert answer.status_code in {status, 415}
    assert answer.mimetype == "application/json"


def test_a_cookie_and_no_token_is_enough_to_read_and_nothing_more(app: Flask, sign_in: SignIn) -> None:
    assert sign_in("changde.reviewer").get("/api/v1/units/").status_code == 200
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/api/v1/units/", "/api/v1/units/1", "/api/v1/units/_info"):
            assert sign_in("changde.reviewer").open(path, method=method).status_code == 405, (method, path)
