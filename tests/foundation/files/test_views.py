"""A file is served by its record's number, to those who may see the record, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.foundation import access, files
from app.foundation.database import transaction
from tests.foundation.files.conftest import PDF, stored_paths
from tests.policies.world import World
from tests.services.instance import SignIn

Post = tuple[str, str]
Fetch = Callable[..., TestResponse]

OWNER = ("filer", "municipal")
OFFICE = "0.43.07."


@pytest.fixture
def numbers(world: World) -> dict[str, int]:
    """One file of each guarding object, handed in for the municipal unit's portal."""
    assert world.portal is not None
    with access.acting_as(access.system("tests", over="0.")), transaction():
        return {
            obj: files.store(BytesIO(PDF), f"{name}.pdf", obj=obj, parent=world.portal, kind="scan").id
            for obj, name in (("survey", "盖章 摸底表"), ("material", "申请材料"))
        }


@pytest.fixture
def fetch(world: World, numbers: dict[str, int], sign_in: SignIn, app: Flask) -> Fetch:
    """Ask for a file as the holder of a post; None is a stranger."""

    def ask(post: Post | None, obj: str = "survey", query: str = "") -> TestResponse:
        client = sign_in(world.actor(post).username) if post else app.test_client()
        return client.get(f"/files/{numbers[obj]}{query}")

    return ask


def test_the_owner_gets_the_bytes_with_safe_headers(fetch: Fetch) -> None:
    answer = fetch(OWNER)
    assert answer.status_code == 200
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("query", "shown"), [("", "inline"), ("?download=1", "attachment"), ("?download=x", "inline")]
)
def test_the_chinese_name_is_given_as_rfc_6266_wants(
    fetch: Fetch, numbers: dict[str, int], query: str, shown: str
) -> None:
    disposition = fetch(OWNER, query=query).headers["Content-Disposition"]
    kind, plain, full = disposition.split("; ")
    assert kind == shown
    assert plain == f"filename=file-{numbers['survey']}.pdf"
    assert unquote(full.removeprefix("filename*=UTF-8''")) == "盖章 摸底表.pdf"
    assert disposition.isascii()


@pytest.mark.parametrize(
    ("post", "obj", "status"),
    [
        (("coordinator", "0.43.07.zfwz."), "survey", 200),  # the site's own filing desk (S8)
        (("clerk", OFFICE), "survey", 200),
        (("reviewer", OFFICE), "material", 200),
        (("coordinator", "0.43.07.zfwz."), "material", 200),
        (
            ("auditor", "0.43."),
            "material",
            404,
        ),  # it reads applications, not the papers handed in (A4 note 3)
        (("egov", "0.43.07.egov."), "material", 404),
        (("egov", "0.43.07.egov."), "survey", 404),  # surveys of the guided desk's units only
        (("filer", "wuling"), "survey", 404),
        (("filer", "bureau"), "survey", 404),
        (("reviewer", "0.43.07.02."), "material", 404),
        (("head", "0.42.05."), "material", 404),
        (("coordinator", "0.43.07.rsj."), "survey", 404),
        (("registrar", "0.conac."), "material", 404),  # it sees frozen snapshots, never applications
        (("admin", OFFICE), "survey", 404),
        (None, "survey", 404),
        (None, "material", 404),
    ],
)
def test_each_post_gets_exactly_what_its_object_lets_it_see(
    fetch: Fetch, post: Post | None, obj: str, status: int
) -> None:
    answer = fetch(post, obj)
    assert answer.status_code == status
    assert (answer.data == PDF) is (status == 200)


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999999"])
def test_a_number_that_is_no_file_is_not_found(world: World, sign_in: SignIn, number: str) -> None:
    assert sign_in(world.actor(OWNER).username).get(f"/files/{number}").status_code == 404


@pytest.mark.parametrize("path", ["/files/", "/files/abc", "/files/1/../1", "/files/%2e%2e%2fsecrets.json"])
def test_files_have_no_address_by_name(world: World, sign_in: SignIn, path: str) -> None:
    assert sign_in(world.actor(OWNER).username).get(path).status_code == 404


def test_a_lost_file_is_a_404_that_says_so(fetch: Fetch, uploads: Path) -> None:
    for path in stored_paths(uploads):
        path.unlink()
    answer = fetch(OWNER)
    assert answer.status_code == 404
    assert "备份" in answer.get_data(as_text=True)


def test_a_part_may_be_asked_for(world: World, numbers: dict[str, int], sign_in: SignIn) -> None:
    """PDF readers ask for pieces."""
    client = sign_in(world.actor(OWNER).username)
    answer = client.get(f"/files/{numbers['survey']}", headers={"Range": "bytes=0-4"})
    assert (answer.status_code, answer.data) == (206, b"%PDF-")
