"""Whatever stands in the database is text on every page that can be reached by links, whichever column holds it."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import Column, String, Table, func, update

from app.foundation import access
from app.foundation.database import Model, db, transaction
from tests.security.test_personal import crawl
from tests.services.instance import SignIn

MARK = "<s-x>\"'&"
AS_TEXT = "&lt;s-x&gt;"
WHO = ("u41840009", "changde.reviewer", "changde.admin", "conac.registrar")
FREE = re.compile(
    r"name|note|words|reason|address|leader|contact|functions|title|document|because|holder|department|intro|by$"
)
BOUND = re.compile(r"username|_key$|_path$|location|stored|_domain")
# What the database itself refuses to change once it is locked.
LOCKED = {"aggregate_version.locked_by", "approved_facts.approved_by"}
FORMS = re.compile(r"Content-Type: text/html")


def free_text() -> list[tuple[Table, Column[str]]]:
    """Columns that people's words end up in: no keys, no states, nothing that must be unique."""
    found = []
    for table in Model.metadata.tables.values():
        bound = {column.name for one in (*table.indexes, *table.constraints) for column in one.columns}
        found += [
            (table, column)
            for column in table.columns
            if isinstance(column.type, String)
            and (column.type.length or 99) >= len(MARK) * 2
            and FREE.search(column.name)
            and not BOUND.search(column.name)
            and column.name not in bound
            and f"{table.name}.{column.name}" not in LOCKED
            and not table.name.startswith(("audit", "ab_perm", "ab_view", "ab_role"))
        ]
    return found


@pytest.fixture
def planted(app: Flask) -> Flask:
    """Every free text ends in a tag and in what would end an attribute; what is empty stays empty."""
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        for table, column in free_text():
            kept = func.substr(column, 1, (column.type.length or 99) - len(MARK))  # type: ignore[attr-defined]
            session.connection().execute(
                update(table).where(column != "").values({column.name: kept.op("||")(MARK)})
            )
    db.session.remove()
    return app


@pytest.mark.timeout(280)
def test_no_page_prints_what_was_typed_as_code(planted: Flask, sign_in: SignIn) -> None:
    assert len(free_text()) > 40
    opened, printed, found = Counter[int](), 0, []
    for username in WHO:
        for path, status, text in crawl(planted, sign_in(username)):
            opened[status] += 1
            printed += AS_TEXT in text
            found += [f"{username}: {path}"] if MARK[:5] in text and FORMS.search(text) else []
    assert found == []
    assert opened[500] == 0, opened
    assert opened[200] > 100, opened
    assert printed > 100, "the words are on the pages"
