"""Wires the foundation into one Flask application, and binds Flask-AppBuilder last."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_migrate import Migrate

from app.foundation import database, drift, health, jobs, production, rows, upgrades
from app.foundation.access import guard
from app.foundation.access import service as access_service
from app.foundation.access.cli import access_cli
from app.foundation.admin import (
    access_map,
    context,
    csrf,
    edge,
    encoding,
    gate,
    headers,
    i18n,
    once,
    openapi,
    theme,
)
from app.foundation.admin.index import HomeView
from app.foundation.admin.security import CasbinSecurityManager
from app.foundation.audit import service as audit_service
from app.foundation.audit.cli import audit_cli
from app.foundation.backup.cli import backup_cli
from app.foundation.clock.cli import drill_cli
from app.foundation.files import scanning
from app.foundation.files import service as files_service
from app.foundation.files.cli import files_cli
from app.foundation.files.views import FileView, OfficeFileView
from app.foundation.keys.cli import keys_cli
from app.foundation.notices import wiring as notices
from app.foundation.plugin import Plugin
from app.foundation.signing import cli as _operator_commands  # noqa: F401  (adds to ``flask people``)
from app.foundation.signing import models as _signing_tables  # noqa: F401  (Alembic sees every table)
from app.foundation.signing import rules as signing_rules
from app.foundation.telemetry import logs, page, requests
from app.foundation.tenancy.cli import tenants_cli
from app.foundation.tenancy.people_cli import people_cli

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
MENU = ("desk", "my-jobs", "messages", "arrange", "survey", "review", "badge", "office")
FIRST = ("work",)  # of their heading: what waits
LAST = ("jobs", "sessions", "sign-ins", "deeds", "domain-tasks")  # of their heading: watching over the rest
FAB_PUBLIC = (
    "SignInView",
    "TokenApi",
    "LocaleView",
    "UtilView",
    "OpenApi",
    "SwaggerView",
    "MenuApi",
    "HomeView",
)


def prepare(app: Flask) -> None:
    """Everything below the plugins: database, guards, policy, commands, look."""
    edge.register(app)
    logs.register(app)
    database.init_app(app)
    requests.register(app)
    rows.init_app(app)
    Migrate(app, database.db, directory=str(MIGRATIONS), render_as_batch=True)
    upgrades.ensure_not_newer(app)
    production.ensure_clean(app)
    guard.install()
    audit_service.install()
    files_service.install()
    scanning.install(app)
    access_service.init_app(app)
    signing_rules.init_app(app)
    jobs.init_app(app)
    notices.init_app(app)
    csrf.register(app)
    for group in (access_cli, audit_cli, backup_cli, drill_cli, files_cli, keys_cli, tenants_cli, people_cli):
        app.cli.add_command(group)
    for part in (encoding, headers, context, theme, once, health, drift, page):
        part.register(app)


def bind(app: Flask, plugins: Iterable[Plugin]) -> AppBuilder:
    """Build Flask-AppBuilder inside this app and let each plugin add its views."""
    jobs.schedules.ensure_known(app)
    with app.app_context():
        i18n.prepare(app)
        appbuilder = AppBuilder(
            app, database.db.session, security_manager_class=CasbinSecurityManager, indexview=HomeView
        )
        gate.register(app)
        access_map.declare_public(*FAB_PUBLIC)
        openapi.serve_document(appbuilder)
        appbuilder.add_view_no_menu(FileView)
        appbuilder.add_view_no_menu(OfficeFileView)
        for plugin in plugins:
            plugin.register_views(appbuilder)
        appbuilder.menu.menu.sort(key=lambda item: MENU.index(item.name) if item.name in MENU else len(MENU))
        for heading in appbuilder.menu.menu:
            heading.childs.sort(key=_place)
    return appbuilder


def _place(item: Any) -> int:
    """Where an entry stands below its heading."""
    if item.name in FIRST:
        return -1
    return LAST.index(item.name) + 1 if item.name in LAST else 0
