"""Whatever is registered goes through ``access``, or stands on a list here with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect

from app.config import ROOT
from app.foundation.admin import access_map
from app.foundation.admin.actions import Acting
from app.foundation.admin.api import ScopedApi
from app.foundation.admin.views import PublicView, ScopedView, SignedInView
from app.foundation.database import Model
from app.foundation.jurisdiction import FactColumns, OfficeScoped, UnitScoped
from tests.architecture.bypass import bypasses
from tests.architecture.tree import modules

# Endpoints that answer anybody, each with its reason.
OPEN_ENDPOINTS = {
    "static": "Flask's own static files",
    "appbuilder.static": "FAB's static files",
    "health.healthz": "monitoring; says nothing but whether the database is right",
    "metrics.metrics": "monitoring, by token; numbers only",
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
    "InvitationView": "an invited person sets a password with a one-time code, limited and counted",
    "FileView": "one record by id: required inside, against the object it belongs to",
    "OfficeFileView": "the same for files of an office's own",
}
# Views that answer every signed-in person and nobody else, each with its reason.
SIGNED_IN_VIEWS = {
    "AccountView": "one's own password, second factor and sessions, found by one's own id",
    "CalendarView": "the national working calendar: nobody's row",
    "InboxView": "one's own messages, found by one's own id",
    "MyPostsView": "one's own posts, and those of a person one may see",
    "OwnJobsView": "work one waits for, found by one's own id: its progress, ending it, its file",
    "WhyView": "why one may see a row or not; says nothing of rows the asker may not see",
}
# Tables that carry no jurisdiction, each with its reason.
FAB = "Flask-AppBuilder's own; empty, because the policy is the source"
UNSCOPED = {
    "office": "names of offices are public reference data; changed by the platform only (``PlatformKept``)",
    "contact": "sections and office numbers are public (S23); changed by the platform only (``PlatformKept``)",
    "holiday_arrangement": "the national calendar; read by everybody, changed by the platform only (``PlatformKept``)",
    "drill_clock": "one row, no jurisdiction",
    "audit_entry": "guarded by the row it is about, or an inspector's reach: see rows.tables.audit_condition",
    "audit_head": "the chain's head",
    "sign_in_lock": "keyed digests of account names, known or not; read for a person the asker sees",
    "former_password": "hashes compared when one's own password changes; read by the platform only (``Sealed``)",
    "second_factor": "one's own, found by one's own id while signing in; read by the platform only (``Sealed``)",
    "recovery_code": "one's own, found by one's own id while signing in; read by the platform only (``Sealed``)",
    "application_sequence": "a counter; no row of anybody's",
    "message": "one's own inbox, found by one's own id; written by the platform, read by nobody else",
    "notice_choice": "one's own choice of mails, found by one's own id",
    "work_filter": "the filters one last worked with, found by one's own id",
    "lease": "which process holds what until when; no row of anybody's",
    "schedule_mark": "how far each schedule has come; no row of anybody's",
    "posted_form": "digests of forms taken once; no row of anybody's",
    "ab_api_key": FAB,
    "ab_group": FAB,
    "ab_group_role": FAB,
    "ab_permission": FAB,
    "ab_permission_view": FAB,
    "ab_permission_view_role": FAB,
    "ab_register_user": FAB,
    "ab_role": FAB,
    "ab_user_group": FAB,
    "ab_user_role": FAB,
    "ab_view_menu": FAB,
}
# Views and APIs that stand on none of our bases, each with its reason.
OTHER_BASES = {
    "HomeView": "sends visitors on; asks nothing of the database",
    "UtilView": "FAB's way back to the last page",
    "LocaleView": "FAB's choice of language",
    "TokenApi": "FAB's sign-in for other systems, limited and counted by us",
    "SignInView": "FAB's sign-in page, limited and counted by us",
    "MenuApi": "FAB's menu, every entry decided by access_map",
    "OpenApi": "the API's description",
    "SwaggerView": "the API's description, for reading",
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
        if method not in guarded and not _asks_by_action(views.get(view), method):
            unknown.append(rule.endpoint)
    assert unknown == []


def _asks_by_action(view: Any, method: str) -> bool:
    """The two routes that run actions: the foundation's own, which require the chosen action's pair row by row."""
    own = getattr(Acting, method, None) if method in {"action", "action_post"} else None
    return own is not None and getattr(type(view), method, None) is own


def test_every_view_that_answers_anybody_is_listed(app: Flask) -> None:
    public = {name for name in _views(app) if access_map.is_public(name)}
    assert public <= set(PUBLIC_VIEWS)


def test_every_view_for_signed_in_people_is_listed(app: Flask) -> None:
    assert {name for name in _views(app) if access_map.is_signed_in(name)} <= set(SIGNED_IN_VIEWS)


def test_views_for_signed_in_people_turn_a_stranger_away(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        view, _, method = rule.endpoint.partition(".")
        if view not in SIGNED_IN_VIEWS or rule.arguments or method == "static":
            continue
        answer = client.open(rule.rule, method="GET" if "GET" in (rule.methods or ()) else "POST")
        assert answer.status_code in {302, 401}, rule.rule
        assert "/login" in answer.headers.get("Location", "/login"), rule.rule


def test_every_guarded_method_stands_in_the_policy(app: Flask) -> None:
    from app.foundation import access

    for permission, view, obj, act in access_map.pairs():
        assert access.policy().knows(obj, act), (view, permission, obj, act)


def unscoped_tables() -> set[str]:
    """Every table without jurisdiction, association tables and those without a class included."""
    scoped = {
        mapper.local_table.description
        for mapper in Model.registry.mappers
        if issubclass(mapper.class_, FactColumns)
    }
    return set(Model.metadata.tables) - scoped


def test_every_table_is_scoped_or_listed_with_its_reason(app: Flask) -> None:
    assert unscoped_tables() == set(UNSCOPED), "unknown tables, or entries that are no longer true"


def test_a_table_without_jurisdiction_is_noticed(app: Flask) -> None:
    from sqlalchemy import Column, Integer, Table

    loose = Table("loose_leaf", Model.metadata, Column("id", Integer, primary_key=True))
    try:
        assert unscoped_tables() - set(UNSCOPED) == {"loose_leaf"}
    finally:
        Model.metadata.remove(loose)


def foreign_bases(views: Iterable[object]) -> set[str]:
    """Views and APIs that stand on none of the scoped bases."""
    from flask_appbuilder.api import BaseApi

    loose = set()
    for view in views:
        base = ScopedApi if isinstance(view, BaseApi) else (ScopedView, SignedInView, PublicView)
        if not isinstance(view, base):
            loose.add(type(view).__name__)
    return loose


def test_every_view_and_api_uses_the_scoped_bases_or_is_listed(app: Flask) -> None:
    assert foreign_bases(_views(app).values()) == set(OTHER_BASES)


def test_a_plain_view_or_api_of_fabs_is_noticed() -> None:
    from flask_appbuilder import BaseView
    from flask_appbuilder.api import BaseApi, ModelRestApi

    class Plain(BaseView):  # type: ignore[misc]
        pass

    class PlainApi(BaseApi):  # type: ignore[misc]
        pass

    class PlainRestApi(ModelRestApi):  # type: ignore[misc]
        pass

    made = [cls.__new__(cls) for cls in (Plain, PlainApi, PlainRestApi)]
    assert foreign_bases(made) == {"Plain", "PlainApi", "PlainRestApi"}


def searched_relations(view: object) -> set[str]:
    """Relations among the columns a list can be searched by: FAB would read every related row for each."""
    model = getattr(getattr(view, "datamodel", None), "obj", None)
    if model is None:
        return set()
    columns = {
        *(getattr(view, "search_columns", None) or ()),
        *(getattr(view, "search_form_query_rel_fields", None) or ()),
    }
    return columns & set(inspect(model).relationships.keys())


def test_no_list_is_searched_by_a_relation(app: Flask) -> None:
    lists = [view for view in _views(app).values() if getattr(view, "search_columns", None)]
    assert len(lists) > 5
    assert {type(view).__name__: found for view in lists if (found := searched_relations(view))} == {}


def test_a_search_by_a_relation_is_noticed(app: Flask) -> None:
    from types import SimpleNamespace

    from app.foundation.tenancy.models import Unit

    view = SimpleNamespace(datamodel=SimpleNamespace(obj=Unit), search_columns=["name", "home"])
    assert searched_relations(view) == {"home"}


def test_every_exempt_link_exists_and_says_why(app: Flask) -> None:
    for mapper in Model.registry.mappers:
        for key, reason in getattr(mapper.class_, "__links__", {}).items():
            assert mapper.columns[key].foreign_keys, (mapper, key)
            assert len(reason) > 20, (mapper, key)


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


OUTSIDE = [(name, module) for name, module in modules("app/") if not name.startswith("app.foundation")]


@pytest.mark.parametrize(("name", "module"), OUTSIDE, ids=[name for name, _module in OUTSIDE])
def test_nothing_outside_the_foundation_goes_round_the_guards(name: str, module: ast.Module) -> None:
    """No unguarded read, raw SQL, Core table or bulk write."""
    assert list(bypasses(module, declares=name.endswith(".models"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "from sqlalchemy import text",
        "from sqlalchemy.sql import text",
        "from sqlalchemy import select, insert",
        "from sqlalchemy.dialects.postgresql import insert",
        "import sqlalchemy as sa\nsa.text('SELECT 1')",
        "db.session.execute(db.text('SELECT 1'))",
        "db.session.execute(db.update(Unit))",
        "select(Unit.__table__)",
        "inspect(Unit).local_table",
        "db.metadata.tables['unit']",
        "session.connection().exec_driver_sql('SELECT 1')",
        "db.engine.connect()",
        "session.get_bind()",
        "db.session.connection().execute(select(Unit.name))",
        "from sqlalchemy import select, table, column",
        "db.session.execute(select(sa.column('name')).select_from(sa.table('unit')))",
        "db.session.execute(db.select(db.column('name')).select_from(db.table('unit')))",
        "db.engines[None].connect()",
        "from sqlalchemy import create_engine",
        "session.bulk_insert_mappings(Unit, rows)",
        "session.bulk_update_mappings(Unit, rows)",
        "session.bulk_save_objects(rows)",
        "select(Unit).execution_options(unguarded=True)",
        "session.scalars(query, execution_options={'unguarded': True})",
        "session.scalars(query, execution_options=UNGUARDED)",
        "session.scalars(query, execution_options=actors.UNGUARDED)",
        "from app.foundation.access.actors import UNGUARDED",
        "from app.foundation.database import AS_OWNER",
        "engine_of(app).execution_options(as_owner=True)",
        "from flask_appbuilder.security.sqla.models import User",
    ],
)
def test_a_way_round_the_guards_is_noticed(code: str) -> None:
    assert list(bypasses(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "from sqlalchemy import select, func",
        "db.session.scalars(select(Unit).where(Unit.id == 1))",
        "form.text.data; words.update(more); records.delete(row)",
        "session.delete(row); rows.insert(0, row)",
    ],
)
def test_ordinary_code_is_let_pass(code: str) -> None:
    assert list(bypasses(ast.parse(code))) == []


def test_text_is_for_conditions_of_tables_only() -> None:
    module = ast.parse("from sqlalchemy import text, update")
    assert [word for _line, word in bypasses(module, declares=True)] == ["sqlalchemy.update"]


def test_commits_happen_only_at_the_edges() -> None:
    """A verb never commits: nothing in a plugin does, ``transaction()`` does."""
    for path in _plugin_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr != "commit", f"{path}:{node.lineno}"
