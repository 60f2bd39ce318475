"""The floors of the house: what may import what, and what only the foundation may do.

import-linter holds the main directions in `make check`; here stands what it cannot say.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from app import config
from tests.architecture.tree import ROOT, calls, imports, modules

KERNEL_MAY = {"idna", "stdnum", "phonenumbers", "app"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic"}
BULK = {"bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"}
# The row guard sees none of these (or only part): see app/foundation/access/guard.py.
UNGUARDED_SQL = {f"sqlalchemy.{name}" for name in ("text", "insert", "update", "delete", "literal_column")}


def test_the_kernel_imports_only_the_standard_library_and_pure_packages() -> None:
    found = {
        f"{name}: {imported}"
        for name, module in modules("app/kernel/")
        for imported in imports(module)
        if (top := imported.partition(".")[0]) not in sys.stdlib_module_names and top not in KERNEL_MAY
    }
    assert found == set()
    assert modules("app/kernel/"), "no kernel was found"


def test_the_kernel_has_no_clock_no_files_and_no_chance() -> None:
    found = {
        f"{name}: {call}"
        for name, module in modules("app/kernel/")
        for call in calls(module)
        if call in CLOCKS
        or call in {"open", "print", "input"}
        or call.partition(".")[0] in {"random", "secrets", "os"}
    }
    assert found == set()


def test_business_time_comes_from_the_clock() -> None:
    """Wall time is the foundation's business: sessions, tokens, row stamps, the clock itself."""
    found = {
        f"{name}: {call}"
        for name, module in modules("app/plugins/")
        for call in calls(module)
        if call in CLOCKS
    }
    assert found == set()


def test_only_transaction_commits() -> None:
    found = {
        f"{name}: {call}"
        for name, module in modules("app/")
        for call in calls(module)
        if call.endswith((".commit", ".begin_nested")) and name != "app.foundation.database"
    }
    assert found == set()


def test_plugins_do_not_go_round_the_row_guard() -> None:
    found = set()
    for name, module in modules("app/plugins/"):
        declares = name.endswith(".models")  # an index condition is written as text
        found |= {
            f"{name}: {imported}"
            for imported in imports(module)
            if imported in UNGUARDED_SQL and not (declares and imported == "sqlalchemy.text")
        }
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and (node.attr == "__table__" or node.attr in BULK):
                found.add(f"{name}:{node.lineno}: {node.attr}")
            if isinstance(node, ast.Constant) and node.value == "unguarded":
                found.add(f"{name}:{node.lineno}: unguarded")
    assert found == set()


def _requires() -> dict[str, set[str]]:
    """Plugin → what its class declares in ``requires``, read from the source."""
    declared: dict[str, set[str]] = {}
    for name, module in modules("app/plugins/"):
        if not name.endswith(".plugin"):
            continue
        plugin = name.split(".")[2]
        declared[plugin] = set()
        for node in ast.walk(module):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                if ast.unparse(target) == "requires":
                    declared[plugin] = set(ast.literal_eval(node.value))
    return declared


def _closure(plugin: str, requires: dict[str, set[str]]) -> Iterator[str]:
    for needed in requires[plugin]:
        yield needed
        yield from _closure(needed, requires)


def test_plugins_import_one_another_only_along_requires() -> None:
    requires = _requires()
    found = set()
    for name, module in modules("app/plugins/"):
        own = name.split(".")[2] if name.count(".") > 1 else ""
        if not own:
            continue
        allowed = {own, *_closure(own, requires)}
        for imported in imports(module):
            parts = imported.split(".")
            if parts[:2] == ["app", "plugins"] and parts[2] not in allowed:
                found.add(f"{name} imports {imported}, which {own} does not require")
    assert found == set()


def test_every_plugin_folder_is_listed_and_every_listed_plugin_is_there() -> None:
    folders = {path.parent.name for path in (ROOT / "app" / "plugins").glob("*/__init__.py")}
    listed = {dotted.split(".")[2] for dotted in (*config.PLUGINS, config.DEMO_PLUGIN, config.SCALE_PLUGIN)}
    assert folders == listed
