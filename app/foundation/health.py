"""``GET /healthz``: is this instance fit to serve."""

from __future__ import annotations

from functools import lru_cache

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app, jsonify
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from app.foundation import rows
from app.foundation.database import AS_OWNER, db
from app.foundation.files import scanning

blueprint = Blueprint("health", __name__)


def register(app: Flask) -> None:
    """Answer ``/healthz``."""
    app.register_blueprint(blueprint)


@lru_cache(maxsize=4)
def _heads(folder: str) -> tuple[str, ...]:
    config = Config()
    config.set_main_option("script_location", folder)
    return tuple(sorted(ScriptDirectory.from_config(config).get_heads()))


def expected_revision() -> tuple[str, ...]:
    """The newest revision(s) that the code brings: one, unless somebody branched the line."""
    return _heads(str(current_app.extensions["migrate"].directory))


@lru_cache(maxsize=4)
def _line(folder: str) -> frozenset[str]:
    config = Config()
    config.set_main_option("script_location", folder)
    return frozenset(step.revision for step in ScriptDirectory.from_config(config).walk_revisions())


def unknown(revisions: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the revisions that the code does not bring: a newer program made them."""
    line = _line(str(current_app.extensions["migrate"].directory))
    return tuple(one for one in revisions if one not in line)


def current_revision() -> tuple[str, ...]:
    """The revision(s) the database says it is at; empty before the first migration.

    Raises:
        SQLAlchemyError: the database does not answer.
    """
    with db.engine.connect().execution_options(**AS_OWNER) as connection:
        return tuple(sorted(MigrationContext.configure(connection).get_current_heads()))


def ailment() -> str | None:
    """What is wrong, in a sentence for the operator; None when all is well."""
    try:
        current = current_revision()
    except SQLAlchemyError as error:
        current_app.logger.error("healthz: %s", error)
        return _("数据库没有应答。")
    expected = expected_revision()
    if unknown(current):
        return _(
            "数据库结构版本（%(current)s）比程序（%(expected)s）新：它已由新版程序升级。请部署新版程序，或者把升级前的备份恢复到空库；"
            "不要对此库运行 flask db upgrade。",
            current="、".join(current),
            expected="、".join(expected) or _("无"),
        )
    if current != expected:
        return _(
            "数据库结构版本（%(current)s）与程序（%(expected)s）不一致，请运行 flask db upgrade。",
            current="、".join(current) or _("无"),
            expected="、".join(expected) or _("无"),
        )
    with db.engine.connect() as connection:
        open_tables = rows.unguarded_tables(connection, db.metadata)
    if open_tables:
        return _(
            "数据表 %(tables)s 的行级安全策略或者写保护不完整，请运行 flask db-drift 查看差别。",
            tables="、".join(open_tables),
        )
    return None


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 when the database answers and its migrations are right, 503 with the reason otherwise.

    ``scanner`` says whether a virus scanner is set up; ``flask files scanner`` asks it for a sign of life.
    """
    reason = ailment()
    if reason is None:
        scanner = "off" if scanning.scanner().off else "on"
        response = jsonify(status="ok", revision=",".join(expected_revision()), scanner=scanner)
    else:
        response = jsonify(status="unavailable", reason=reason)
        response.status_code = 503
    response.headers["Cache-Control"] = "no-store"
    return response
