"""A file that was handed in leaves as what it was recognised to be, and runs nothing in a browser."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, files
from app.foundation.admin.headers import FILE_POLICY
from app.foundation.database import transaction
from app.plugins.applications.models import Application
from tests.foundation.files.test_ofd import JPEG, PNG, document
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def kept(app: Flask) -> dict[str, int]:
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        row = session.scalars(
            select(Application).where(Application.state == "submitted", Application.review_path == "0.43.07.")
        ).first()
        assert row is not None
        return {
            name: files.store(
                BytesIO(content), f"材料.{name}.html", obj="material", parent=row, kind="identity"
            ).id
            for name, content in {"pdf": PDF, "jpg": JPEG, "png": PNG, "ofd": document()}.items()
        }


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("pdf", "application/pdf", "inline"),
        ("jpg", "image/jpeg", "inline"),
        ("png", "image/png", "inline"),
        ("ofd", "application/ofd", "attachment"),
    ],
)
def test_a_file_leaves_with_headers_that_run_nothing(
    kept: dict[str, int], sign_in: SignIn, name: str, kind: str, shown: str
) -> None:
    answer = sign_in("changde.reviewer").get(f"/files/{kept[name]}")
    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert answer.headers["Content-Disposition"].startswith(f"{shown}; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == FILE_POLICY
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert ".html" not in answer.headers["Content-Disposition"].partition("filename*")[0]


@pytest.mark.parametrize(
    ("username", "status"), [("wuling.reviewer", 404), ("hunan.auditor", 404), ("", 404)]
)
def test_a_file_of_others_is_not_there(
    app: Flask, kept: dict[str, int], sign_in: SignIn, username: str, status: int
) -> None:
    client = sign_in(username) if username else app.test_client()
    for key in kept.values():
        assert client.get(f"/files/{key}").status_code == status


def test_the_guard_asks_only_for_what_files_are_guarded_as(app: Flask) -> None:
    """One clause for each kind of file, none for every object of the policy."""
    from app.foundation.files.models import GUARDED_AS, StoredFile

    actor = access.actor_for("changde.reviewer")
    said = str(access.see(actor, StoredFile).compile(compile_kwargs={"literal_binds": True}))
    assert {obj for obj in GUARDED_AS if f"obj = '{obj}'" in said} == set(GUARDED_AS)
    assert said.count("obj = ") == len(GUARDED_AS)
    read_afresh()
