"""What goes round the guards, recognised in the syntax: each rule with the word it answers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

# Not seen by the row guard, or only in part (see app/foundation/access/guard.py).
NAMES = {"UNGUARDED", "AS_OWNER"}
OPTIONS = {"unguarded", "as_owner"}
ATTRIBUTES = {
    "__table__",
    "local_table",
    "metadata",
    "exec_driver_sql",
    "bulk_save_objects",
    "bulk_insert_mappings",
    "bulk_update_mappings",
    "engine",
    "get_bind",
    "raw_connection",
    "connection",  # what a session's connection runs passes the row guard by
    "engines",
    "get_engine",
}
CORE = {
    "text",
    "insert",
    "update",
    "delete",
    "Table",
    "TableClause",
    "table",  # a table by its name alone
    "column",
    "literal_column",
    "TextClause",
    "create_engine",
}
MODULES = {"sqlalchemy", "db", "sa"}  # what such a name is taken from: ``sa.text``, ``db.insert``


def bypasses(module: ast.AST, *, declares: bool = False) -> Iterator[tuple[int, str]]:
    """Line and word of every way round.

    Args:
        declares: a module of tables, where a condition of an index or a CHECK may be written as text.
    """
    core = CORE - {"text"} if declares else CORE
    for node in ast.walk(module):
        found = _of(node, core)
        if found:
            yield getattr(node, "lineno", 0), found


def _of(node: ast.AST, core: set[str]) -> str:
    if isinstance(node, ast.Constant) and node.value in OPTIONS:
        return str(node.value)
    if isinstance(node, ast.keyword) and node.arg in OPTIONS:
        return str(node.arg)
    if isinstance(node, ast.Name) and node.id in NAMES:
        return node.id
    if isinstance(node, ast.Attribute):
        return _of_attribute(node, core)
    if isinstance(node, ast.ImportFrom):
        return _of_import(node, core)
    return ""


def _of_attribute(node: ast.Attribute, core: set[str]) -> str:
    if node.attr in ATTRIBUTES or node.attr in NAMES:
        return node.attr
    taken = node.attr in core and isinstance(node.value, ast.Name) and node.value.id in MODULES
    return ast.unparse(node) if taken else ""


def _of_import(node: ast.ImportFrom, core: set[str]) -> str:
    names = {alias.name for alias in node.names}
    if (node.module or "").partition(".")[0] == "sqlalchemy" and names & core:
        return f"sqlalchemy.{min(names & core)}"
    if (node.module or "").startswith("flask_appbuilder.security.sqla.models"):
        return (
            "flask_appbuilder.security.sqla.models"  # its User reads the accounts without their jurisdiction
        )
    return next(iter(names & NAMES), "")
