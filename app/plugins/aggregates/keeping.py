"""The database's own word that what was locked neither changes nor goes: triggers on both tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import DDL

# What was locked stays as it is; the facts of a row may follow an office that moves.
_KEPT = {
    "aggregate_snapshot": ("version_id", "content"),
    "aggregate_version": ("campaign_id", "number", "digest", "totals", "locked_at", "locked_by", "note"),
}


_WHEN = {"aggregate_snapshot": "", "aggregate_version": "WHEN (OLD.state <> 'draft') "}


def append_only(dialect: str) -> tuple[str, ...]:
    """The DDL that keeps what was locked; the migration runs it too."""
    return _postgresql() if dialect == "postgresql" else _sqlite()


def _sqlite() -> tuple[str, ...]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'a locked aggregate does not change'); END"
    return tuple(
        statement
        for name, columns in _KEPT.items()
        for statement in (
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE OF {', '.join(columns)} ON {name} "
            f"{_WHEN[name]}{refuse}",
            f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {_WHEN[name]}{refuse}",
        )
    )


def _postgresql() -> tuple[str, ...]:
    made = [
        "CREATE FUNCTION aggregate_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a locked aggregate does not change'; END $$"
    ]
    for name, columns in _KEPT.items():
        made += [
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE OF {', '.join(columns)} ON {name} "
            f"FOR EACH ROW {_WHEN[name]}EXECUTE FUNCTION aggregate_refuse()",
            f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} "
            f"FOR EACH ROW {_WHEN[name]}EXECUTE FUNCTION aggregate_refuse()",
        ]
    return tuple(made)


def listeners() -> list[tuple[str, Callable[..., Any]]]:
    """What ``create_all`` runs after the snapshot's table, which is made after the version's."""
    found: list[tuple[str, Callable[..., Any]]] = []
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only(dialect):
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            found.append(("after_create", ddl.execute_if(dialect=dialect)))
    return found
