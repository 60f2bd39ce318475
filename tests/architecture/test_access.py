"""Whatever is registered goes through ``access``, or stands on a list here with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from flask import Flask

from app.config import ROOT
from app.foundation.admin import access_map
from app.foundation.database import Model
from app.foundation.jurisdiction import FactColumns, OfficeScoped, UnitScoped

# Endpoints that answer anybody, each with its reason.
OPEN_ENDPOINTS = {
    "static": "Flask's own static files",
    "appbuilder.static": "FAB's static files",
    "health.healthz": "monitoring; says nothing but whether the database is right",
}
PUBLIC_VIEWS = {
    "HomeView": "sends visitors on",
    "SignInView": "signing in",
    "TokenApi": "signing in for other systems",
    "LocaleView": "the reader's language",
    "UtilView": "back to the last page",
    "OpenApi": "the API's description",
    "SwaggerView": "the API's description, for reading; off in production",
    "MenuApi": "the menu the actor may open; nothing else",
    "VerifyView": "anyone verifies a badge (C-art.4)",
    "PortalView": "the public site (C-art.12)",
    "FileView": "one record by id: required inside, against the object it belongs to",
}
# Tables that carry no jurisdiction, each with its reason.
UNSCOPED = {
    "office": "names of offices are public reference data",
    "contact": "sections and office numbers are public (S23)",
    "ab_user": "the signed-in person must load before anybody's scope is known; no page lists people yet",
    "post": "read while finding out who acts",
    "jurisdiction_grant": "read while finding out who acts",
    "drill_clock": "one row, no jurisdiction",
    "audit_entry": "read only through audit.timeline of a row the reader sees",
    "audit_head": "the chain's head",
    "application_sequence": "a counter; no row of anybody's",
}


def _views(app: Flask) -> dict[str, object]:
    return {type(view).__name__: view for view in app.appbuilder.baseviews}  # type: ignore[attr-defined]


def test_every_route_is_guarded_or_listed(app: Flask) -> None:
    views = _views(app)
    unknown = []
    for rule in app.url_map.iter_rules():
        view, _, method = rule.endpoint.partition(".")
        if rule.endpoint in OPEN_ENDPOINTS or method == "static" or view in PUBLIC_VIEWS:
            continue
        guarded = (
            {name for name, permission in access_map.permissions(views[view]) if permission}
            if view in views
            else set()
        )
        if method not in guarded:
            unknown.append(rule.endpoint)
    assert unknown == []


def test_every_view_that_answers_anybody_is_listed(app: Flask) -> None:
    public = {name for name in _views(app) if access_map.is_public(name)}
    assert public <= set(PUBLIC_VIEWS)


def test_every_guarded_method_stands_in_the_policy(app: Flask) -> None:
    from app.foundation import access

    for permission, view, obj, act in access_map.pairs():
        assert access.policy().knows(obj, act), (view, permission, obj, act)


def test_every_model_is_scoped_or_listed_with_its_reason(app: Flask) -> None:
    loose = set()
    for mapper in Model.registry.mappers:
        table = mapper.local_table.description
        if (
            not issubclass(mapper.class_, FactColumns)
            and table not in UNSCOPED
            and not table.startswith("ab_")
        ):
            loose.add(table)
    assert loose == set()


def test_every_scoped_model_names_an_object_of_the_policy(app: Flask) -> None:
    from app.foundation import access

    objects = {obj for obj, _act in access.policy().acts}
    for mapper in Model.registry.mappers:
        cls = mapper.class_
        if not issubclass(cls, FactColumns):
            continue
        if cls.__obj_column__ is None:
            assert cls.__obj__ in objects, cls
        if issubclass(cls, UnitScoped):
            assert (
                cls.__facts_from__ in mapper.relationships or cls.facts_source is not UnitScoped.facts_source
            ), cls
        if issubclass(cls, OfficeScoped):
            assert "office" in mapper.relationships, cls


def test_the_permission_tables_of_fab_stay_empty(app: Flask) -> None:
    from flask_appbuilder.security.sqla.models import PermissionView, Role

    from app.foundation.database import db

    assert db.session.scalar(db.select(db.func.count()).select_from(PermissionView)) == 0
    assert db.session.scalar(db.select(db.func.count()).select_from(Role)) == 0


def _plugin_files() -> list[Path]:
    return sorted((ROOT / "app" / "plugins").rglob("*.py"))


@pytest.mark.parametrize("path", _plugin_files(), ids=lambda path: str(path.relative_to(ROOT / "app")))
def test_plugins_do_not_go_round_the_guards(path: Path) -> None:
    """No unguarded read, raw SQL, Core table or bulk write outside ``foundation``."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            assert node.value != "unguarded", f"{path}:{node.lineno}"
        if isinstance(node, ast.Name):
            assert node.id != "UNGUARDED", f"{path}:{node.lineno}"
        if isinstance(node, ast.Attribute):
            assert node.attr not in {
                "__table__",
                "bulk_save_objects",
                "bulk_insert_mappings",
                "exec_driver_sql",
            }, f"{path}:{node.lineno}"
        if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy" and path.name != "models.py":
            names = {alias.name for alias in node.names}
            assert not names & {"text", "insert", "update", "delete", "Table"}, f"{path}:{node.lineno}"


def test_commits_happen_only_at_the_edges() -> None:
    """A verb never commits: nothing in a plugin does, ``transaction()`` does."""
    for path in _plugin_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr != "commit", f"{path}:{node.lineno}"
