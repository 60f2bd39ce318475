"""A material with a virus: refused on the page, recorded, and nothing else of the draft is lost."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation import access, audit
from app.foundation.files import scanning
from app.plugins.applications import dossier
from tests.plugins.applications.country import PDF, Country
from tests.services.afresh import read_afresh
from tests.services.clamd import MARK, THREAT, FakeClamd, serving

Browse = Callable[[str], FlaskClient]


@pytest.fixture
def clamd(app: Flask) -> Iterator[FakeClamd]:
    with serving() as found:
        scanning.use(app, scanning.read(found.address))
        yield found
        scanning.use(app, scanning.Off())


def upload(browse: Browse, pk: int, content: bytes) -> tuple[int, str]:
    answer = browse("filer").post(
        f"/applications/{pk}/attach", data={"material": "other", "other": (io.BytesIO(content), "说明.pdf")}
    )
    return answer.status_code, unescape(answer.get_data(as_text=True))


def test_it_is_refused_said_and_recorded(country: Country, browse: Browse, clamd: FakeClamd) -> None:
    pk = country.draft()
    status, page = upload(browse, pk, PDF + MARK)
    assert status == 422 and f"查出病毒（{THREAT}）" in page
    read_afresh()
    row = country.read(pk)
    with access.acting_as(access.system("tests", over="0.")):
        assert [one.kind for one in dossier.materials(row)] == ["identity"]
        entries = [one for one in audit.timeline(row) if one.verb == "file.infected"]
    assert [one.after for one in entries] == [{"name": "说明.pdf", "threat": THREAT}]
    assert entries[0].person == country.actor("filer").name


def test_when_the_scanner_is_down_the_draft_stays_and_one_tries_again(
    country: Country, browse: Browse, clamd: FakeClamd
) -> None:
    pk = country.draft()
    clamd.mood = "mute"
    status, page = upload(browse, pk, PDF)
    assert status == 422 and "请稍后再试" in page
    clamd.mood = "well"
    assert upload(browse, pk, PDF)[0] == 302


def test_the_upload_page_says_that_nothing_looks(country: Country, browse: Browse, app: Flask) -> None:
    pk = country.draft()
    at = f"/applications/{pk}/edit/materials"
    assert "本平台没有启用病毒检查" in unescape(browse("filer").get(at).get_data(as_text=True))
    with serving() as found:
        scanning.use(app, scanning.read(found.address))
        assert "没有启用病毒检查" not in unescape(browse("filer").get(at).get_data(as_text=True))
        scanning.use(app, scanning.Off())
