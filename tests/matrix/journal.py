"""What was written, row by row, noted by triggers inside the database: whoever writes, however it is done.

A checksum of twenty tables after each of ten thousand requests would take longer than the requests; an empty journal
says the same and also catches what is written and put back. ``checksum`` proves it once for each account.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from app.foundation.database import Model
from app.foundation.jurisdiction import FactColumns
from tests.matrix.side import Side

# Tables that a refused request may write to, each with its reason.
NOT_BUSINESS = {
    "audit_entry": "a refusal may be remembered",
    "audit_head": "the head of the same chain",
    "sign_in_record": "the log of signing in",
    "sign_in_lock": "failures counted against an account and an address",
}
# Tables that an accepted request may write to although no row of them is anybody's, each with its reason.
UNSCOPED_WRITES = {
    "application_sequence": "the counter behind application numbers",
    "work_filter": "one's own filters of the queue",
    "message": "the platform's word to whoever is concerned by what was done; each is read by its own person only",
}

_NOTE = """
CREATE SCHEMA matrix;
CREATE TABLE matrix.journal (n bigserial, tab text, op text, old json, new json);
CREATE FUNCTION matrix.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = matrix AS $$
BEGIN
  INSERT INTO matrix.journal (tab, op, old, new) VALUES (TG_TABLE_NAME, TG_OP,
    CASE WHEN TG_OP <> 'INSERT' THEN to_json(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN to_json(NEW) END);
  RETURN NULL;
END $$
"""


@dataclass(frozen=True)
class Change:
    """One row written: what it was and what it became (columns by name; all of them on PostgreSQL)."""

    table: str
    op: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None

    @property
    def scoped(self) -> type[FactColumns] | None:
        """The guarded class of the table, or None."""
        return scoped_tables().get(self.table)


def tables() -> list[Table]:
    """All tables of the application, FAB's empty permission tables included."""
    return [table for table in Model.metadata.sorted_tables]


def scoped_tables() -> dict[str, type[FactColumns]]:
    """Table name → the class whose rows are guarded."""
    found = {}
    for mapper in Model.registry.mappers:
        if issubclass(mapper.class_, FactColumns):
            found[str(mapper.local_table.description)] = mapper.class_
    return found


def kept_columns(table: Table) -> list[str]:
    """Key, jurisdiction and state: what a verdict needs of a changed row."""
    cls = scoped_tables().get(table.name)
    names = [column.name for column in table.primary_key]
    if cls is not None:
        unit = cls.__scope_unit__ or "id"
        names += ["review_path", "filing_path", unit, *([cls.__obj_column__] if cls.__obj_column__ else [])]
    names += [name for name in ("state", "version", "person_id") if name in table.columns]
    return list(dict.fromkeys(names))


class Journal:
    """Installed in a database, read after each request, and undone after each write."""

    def __init__(self, side: Side, folder: Path) -> None:
        self.side = side
        self.folder = folder
        self._kept = folder.with_name(folder.name + "-kept")

    def install(self) -> None:
        """Put a trigger on every table that counts."""
        watched = [table for table in tables() if table.name not in NOT_BUSINESS]
        if self.side.is_sqlite:
            self.side.run(
                "CREATE TABLE matrix_journal (n INTEGER PRIMARY KEY AUTOINCREMENT, tab TEXT, op TEXT, old TEXT, new TEXT)"
            )
            for table in watched:
                for op in ("INSERT", "UPDATE", "DELETE"):
                    self.side.run(_sqlite_trigger(table, op))
            return
        self.side.run(_NOTE)
        for table in watched:
            self.side.run(
                f'CREATE TRIGGER zz_matrix AFTER INSERT OR UPDATE OR DELETE ON public."{table.name}" '
                "FOR EACH ROW EXECUTE FUNCTION matrix.note()"
            )

    def keep(self) -> None:
        """Take the instance as it stands now for what ``undo`` goes back to."""
        self.side.close()
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(self.folder, self._kept)

    def forget(self) -> None:
        """Begin anew: what was written so far is how things stand."""
        self.side.run("DELETE FROM " + ("matrix_journal" if self.side.is_sqlite else "matrix.journal"))

    def read(self) -> list[Change]:
        """What was written since the last ``undo``."""
        name = "matrix_journal" if self.side.is_sqlite else "matrix.journal"
        found = self.side.rows(f"SELECT tab, op, old, new FROM {name} ORDER BY n")
        return [Change(tab, op, _loaded(old), _loaded(new)) for tab, op, old, new in found]

    def undo(self, changes: list[Change]) -> None:
        """Put everything back."""
        if self.side.is_sqlite:
            self.side.become(self._kept / "bianban.sqlite3")
        else:
            self._undo_rows(changes)
        for file in self._kept.glob("*head*"):
            shutil.copy(file, self.folder)
        if any(change.table == "stored_file" for change in changes):
            shutil.rmtree(self.folder / "uploads", ignore_errors=True)
            shutil.copytree(self._kept / "uploads", self.folder / "uploads")

    def _undo_rows(self, changes: list[Change]) -> None:
        keys = {table.name: [column.name for column in table.primary_key] for table in tables()}
        self.side.run("SET session_replication_role = replica")
        for change in reversed(changes):
            if change.new is not None:
                where = " AND ".join(f'"{key}" = %s' for key in keys[change.table])
                values = [change.new[key] for key in keys[change.table]]
                self.side.run(f'DELETE FROM public."{change.table}" WHERE {where}', *values)
            if change.old is not None:
                self.side.run(
                    f'INSERT INTO public."{change.table}" '
                    f'SELECT * FROM json_populate_record(NULL::public."{change.table}", %s::json)',
                    json.dumps(change.old),
                )
        self.side.run("SET session_replication_role = origin")
        self.side.run("TRUNCATE matrix.journal")

    def checksum(self) -> str:
        """One digest over every row of every table that counts."""
        digest = hashlib.sha256()
        for table in tables():
            if table.name in NOT_BUSINESS:
                continue
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            for row in sorted(map(repr, self.side.rows(f'SELECT {names} FROM "{table.name}"'))):
                digest.update(row.encode())
        return digest.hexdigest()


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _sqlite_trigger(table: Table, op: str) -> str:
    def packed(row: str) -> str:
        return "json_object(" + ", ".join(f"'{name}', {row}.\"{name}\"" for name in kept_columns(table)) + ")"

    old = packed("OLD") if op != "INSERT" else "NULL"
    new = packed("NEW") if op != "DELETE" else "NULL"
    return (
        f'CREATE TRIGGER zz_matrix_{table.name}_{op.lower()} AFTER {op} ON "{table.name}" BEGIN '
        f"INSERT INTO matrix_journal (tab, op, old, new) VALUES ('{table.name}', '{op}', {old}, {new}); END"
    )
