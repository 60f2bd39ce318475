"""Personal data (A4 note 3): planted values are found where somebody looked on the record, and nowhere else.

Every account of the demo opens everything that is linked from anywhere it can get to, the API and exports with it.
"""

from __future__ import annotations

import logging
import re
import zipfile
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, cast, select

from app.foundation import access
from app.foundation.audit.models import AuditEntry
from app.foundation.database import Encrypted, Model, db, transaction
from app.foundation.keys.service import encrypted_columns
from app.foundation.tenancy.models import Person
from app.plugins.applications.fields import KEPT
from app.plugins.applications.models import Application
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

PLANTED = {
    "leader_mobile": "19911110001",
    "leader_email": "planted-leader@example.cn",
    "handler_mobile": "19911110002",
    "handler_email": "planted-handler@example.cn",
    "handler_id_number": "43070219900307881X",
}
MOBILE = "19911110003"
VALUES = (*PLANTED.values(), MOBILE)
WHO = (
    "", "unit.changde", "unit.wuling", "changde.clerk", "changde.reviewer", "changde.head", "changde.egov",
    "changde.admin", "changde.security", "changde.inspector", "hunan.auditor", "central.reviewer",
    "conac.registrar", "zfwz.coordinator",
)  # fmt: skip
STARTS = (
    "/", "/desk/", "/units/list/?psize_UnitView=100", "/sites/list/", "/surveys/list/", "/applications/list/",
    "/badges/list/", "/queue/", "/aggregate/", "/aggregate/export.xlsx", "/people/", "/people/list/", "/account/",
    "/api/v1/applications/?q=(page_size:100)", "/api/v1/units/?q=(page_size:100)", "/api/v1/badges/", "/api/v1/surveys/",
    "/api/v1/applications/_info", "/api/v1/_openapi", "/badge/", "/portal/", "/nowhere",
)  # fmt: skip
OF_EACH = 3
MOST = 220


class Kept(logging.Handler):
    """Everything that was logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))


@pytest.fixture
def log() -> Iterator[list[str]]:
    root, kept = logging.getLogger(), Kept()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    yield kept.lines
    root.removeHandler(kept)
    root.setLevel(level)


@pytest.fixture
def planted(app: Flask) -> Flask:
    """Every application and every account holds values that occur nowhere else."""
    assert set(PLANTED) == set(KEPT)
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        for row in session.scalars(select(Application)):
            for name, value in PLANTED.items():
                setattr(row, name, value)
        for person in session.scalars(select(Person)):
            person.mobile = MOBILE
    return app


def content(answer: object) -> str:
    """An answer as text; a workbook or another ZIP unpacked."""
    data: bytes = answer.data  # type: ignore[attr-defined]
    headers = str(answer.headers)  # type: ignore[attr-defined]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as book:
            return headers + "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return headers + data.decode("utf-8", "replace")


def crawl(app: Flask, client: FlaskClient) -> Iterator[tuple[str, int, str]]:
    """Everything that can be reached by links, a few of each kind of page."""
    waiting, met, kinds = deque(STARTS), set(STARTS), Counter[str]()
    adapter, opened = app.url_map.bind("localhost"), 0
    while waiting and opened < MOST:
        path = waiting.popleft()
        try:
            endpoint, arguments = adapter.match(urlsplit(path).path, method="GET")
        except Exception:
            endpoint, arguments = "nowhere", {}
        kind = f"{endpoint} {arguments.get('section', '')}"
        if kinds[kind] >= OF_EACH or endpoint.endswith("static") or "logout" in path:
            continue
        kinds[kind] += 1
        opened += 1
        answer = client.get(path)
        text = content(answer)
        yield path, answer.status_code, text
        for link in re.findall(r'(?:href|src|action|data-url)="(/[^"#]*)', text):
            link = unescape(link)
            if link not in met:
                met.add(link)
                waiting.append(link)
        for key in re.findall(r'"id": ?(\d+)', text)[:5] if path.startswith("/api/") else ():
            link = f"{urlsplit(path).path.rstrip('/')}/{key}"
            if link not in met and not urlsplit(path).path.rsplit("/", 1)[-1].isdigit():
                met.add(link)
                waiting.append(link)


@pytest.mark.timeout(280)
def test_no_page_api_export_or_log_shows_what_was_planted(
    planted: Flask, sign_in: SignIn, log: list[str]
) -> None:
    found, opened, masked = [], Counter[int](), 0
    for username in WHO:
        client = sign_in(username) if username else planted.test_client()
        for path, status, text in crawl(planted, client):
            opened[status] += 1
            masked += "199****0001" in text
            found += [f"{username or 'anybody'}: {path} shows {value}" for value in VALUES if value in text]
    assert found == []
    assert [line for line in log if any(value in line for value in VALUES)] == []
    assert opened[200] > 300, opened
    assert masked > 10, "masked they are shown: the pages were really opened"


def test_whoever_may_look_sees_them_and_the_look_is_on_the_record(
    planted: Flask, sign_in: SignIn, log: list[str]
) -> None:
    with access.acting_as(access.system("tests", over="0.")):
        query = select(Application.id).where(
            Application.state == "submitted", Application.review_path == "0.43.07."
        )
        key = db.session.scalars(query).first()
    read_afresh()
    for username, status in (("changde.reviewer", 200), ("hunan.auditor", 403), ("wuling.reviewer", 404)):
        answer = sign_in(username).post(f"/applications/{key}/reveal")
        assert answer.status_code == status
        shown = [value for value in PLANTED.values() if value in answer.text]
        assert shown == (list(PLANTED.values()) if status == 200 else [])
    with access.acting_as(access.system("tests", over="0.")):
        looks = db.session.scalars(
            select(AuditEntry).where(AuditEntry.verb == "application.revealed", AuditEntry.object_id == key)
        ).all()
        assert len(looks) == 1
        assert looks[0].person
    assert [line for line in log if any(value in line for value in VALUES)] == []


def test_no_table_holds_them_readable(planted: Flask) -> None:
    """Not the rows themselves, not the record, the snapshots, the outbox or the log."""
    encrypted = {(table.name, column.name) for table, column in encrypted_columns()}
    with access.acting_as(access.system("tests", over="0.")):
        for table in Model.metadata.sorted_tables:
            for column in table.columns:
                if (table.name, column.name) in encrypted or isinstance(column.type, Encrypted):
                    continue
                texts = db.session.scalars(select(cast(column, String)).where(column.is_not(None))).all()
                hits = [value for value in VALUES if any(value in str(text) for text in texts)]
                assert hits == [], f"{table.name}.{column.name}"
    read_afresh()
    with db.engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert [value for value in VALUES if value in dump] == []


def test_they_can_be_neither_searched_sorted_nor_asked_for(planted: Flask, sign_in: SignIn) -> None:
    client = sign_in("changde.reviewer")
    for name in (*PLANTED, "mobile"):
        for query in (
            f"(columns:!({name}))",
            f"(order_column:{name},order_direction:asc)",
            f"(filters:!((col:{name},opr:sw,value:'199')))",
            f"(filters:!((col:{name},opr:eq,value:'{PLANTED.get(name, MOBILE)}')))",
        ):
            answer = client.get("/api/v1/applications/", query_string={"q": query})
            assert answer.status_code == 400, query
            assert not [value for value in VALUES if value in answer.text and value not in query]
        answer = client.get("/applications/list/", query_string={"_oc_ApplicationListView": name})
        assert answer.status_code in {400, 404}
