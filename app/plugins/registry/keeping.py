"""The database's own word that approved facts neither change nor go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import DDL

TABLE = "approved_facts"
# The facts of jurisdiction may follow an office that moves, and the person may leave.
KEPT = (
    "application_id", "round", "kind", "organ_name", "site_name", "snapshot", "sha256", "approved_at", "approved_by",
)  # fmt: skip
ONCE = ("ended_at", "end_cause")
_SAYS = "approved facts do not change"


def append_only(dialect: str) -> tuple[str, ...]:
    """The DDL that keeps them; the migration spells the same out."""
    kept, once = ", ".join(KEPT), ", ".join(ONCE)
    steps = (
        (f"{TABLE}_no_update", f"UPDATE OF {kept}", ""),
        (f"{TABLE}_end_once", f"UPDATE OF {once}", "WHEN (OLD.ended_at IS NOT NULL) "),
        (f"{TABLE}_no_delete", "DELETE", ""),
    )
    if dialect == "postgresql":
        return (
            "CREATE FUNCTION approved_facts_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_SAYS}'; END $$",
            *(
                f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} FOR EACH ROW {when}"
                "EXECUTE FUNCTION approved_facts_refuse()"
                for name, event, when in steps
            ),
        )
    return tuple(
        f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} {when}BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
        for name, event, when in steps
    )


def listeners() -> list[tuple[str, Callable[..., Any]]]:
    """What ``create_all`` runs after the table."""
    found: list[tuple[str, Callable[..., Any]]] = []
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only(dialect):
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            found.append(("after_create", ddl.execute_if(dialect=dialect)))
    return found
