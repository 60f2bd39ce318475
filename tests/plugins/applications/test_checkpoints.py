"""C-art.7: an office's own words under the five items; the platform's text always stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.foundation import access, audit
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.kernel.errors import AccessDenied, Invalid, NotSeen, WrongState
from app.plugins.applications import evidence, queries, service
from app.plugins.applications.models import Checkpoint
from tests.plugins.applications.country import Country
from tests.services.afresh import read_afresh

Browse = Callable[[str], FlaskClient]
COUNTY = "0.43.07.02."
DEFAULT = str(evidence.TITLES[4][1])


def office(path: str = COUNTY) -> Office:
    return db.session.scalars(db.select(Office).where(Office.path == path)).one()


def write(country: Country, who: str, text: str, number: int = 4, path: str = COUNTY) -> None:
    actor = country.actor(who)
    with access.acting_as(actor), transaction():
        service.write_checkpoint(office(path), number, text, actor=actor)


def undo(country: Country, who: str) -> None:
    actor = country.actor(who)
    with access.acting_as(actor), transaction():
        row = queries.checkpoint(office(), 4)
        assert row is not None
        service.undo_checkpoint(row, actor=actor)


def read() -> Checkpoint | None:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return queries.checkpoint(office(), 4)


def kept() -> Checkpoint:
    row = read()
    assert row is not None
    return row


def test_the_head_writes_and_takes_back(country: Country) -> None:
    write(country, "head", "名称前加“武陵”。")
    write(country, "head", "名称前加“武陵区”。")
    assert (kept().text, kept().former) == ("名称前加“武陵区”。", "名称前加“武陵”。")
    undo(country, "head")
    assert kept().text == "名称前加“武陵”。"
    undo(country, "head")
    assert kept().text == "名称前加“武陵区”。"
    with access.acting_as(country.actor("head")):
        verbs = [entry.verb for entry in audit.timeline(kept())]
    assert verbs == ["checkpoint.undone", "checkpoint.undone", "checkpoint.written", "checkpoint.written"]


def test_nothing_to_take_back(country: Country) -> None:
    write(country, "head", "")
    with pytest.raises(WrongState):
        undo(country, "head")


@pytest.mark.parametrize("who", ["reviewer", "clerk", "sibling", "parent", "auditor", "filer", "county_egov"])
def test_nobody_else_writes(country: Country, who: str) -> None:
    with pytest.raises(AccessDenied):
        write(country, who, "别的")
    assert read() is None


@pytest.mark.parametrize("number", [0, 6])
def test_there_are_five(country: Country, number: int) -> None:
    with pytest.raises(NotSeen):
        write(country, "head", "一", number)


def test_it_has_an_end(country: Country) -> None:
    with pytest.raises(Invalid):
        write(country, "head", "长" * 1001)


def test_it_stands_under_the_platforms_text_for_everybody_who_reviews_or_oversees(
    country: Country, browse: Browse
) -> None:
    pk = country.submitted()
    write(country, "head", "名称前加“武陵”。")
    write(country, "parent", "市本级的要点。", path="0.43.07.")
    for who in ("reviewer", "head", "clerk", "parent", "auditor"):
        page = browse(who).get(f"/applications/{pk}").get_data(as_text=True)
        assert DEFAULT in page and "名称前加“武陵”。" in page, who
        assert "市本级的要点。" not in page
    for who in ("filer", "county_egov"):
        assert "名称前加“武陵”。" not in browse(who).get(f"/applications/{pk}").get_data(as_text=True), who


def test_the_head_edits_on_his_page(country: Country, browse: Browse) -> None:
    client = browse("head")
    assert client.post("/checkpoints/4", data={"text-4": "一稿", "version": ""}).status_code == 302
    row = kept()
    page = client.get("/checkpoints/").get_data(as_text=True)
    assert "一稿" in page and DEFAULT in page and "撤销上次修改" in page
    stale = client.post("/checkpoints/4", data={"text-4": "二稿", "version": ""})
    assert stale.status_code == 409 and "二稿" in stale.get_data(as_text=True)
    assert client.post(f"/checkpoints/{row.id}/undo", data={"version": row.version}).status_code == 302
    assert kept().text == ""


def test_a_long_one_comes_back_as_typed(country: Country, browse: Browse) -> None:
    answer = browse("head").post("/checkpoints/4", data={"text-4": "长" * 1001, "version": ""})
    assert answer.status_code == 422
    assert "长" * 1001 in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "opens", "writes"),
    [
        ("reviewer", 200, 403),
        ("clerk", 200, 403),
        ("auditor", 200, 403),
        ("filer", 403, 403),
        ("county_egov", 403, 403),
    ],
)
def test_who_reads_the_page(country: Country, browse: Browse, who: str, opens: int, writes: int) -> None:
    client = browse(who)
    assert client.get("/checkpoints/").status_code == opens
    assert client.post("/checkpoints/4", data={"text-4": "一", "version": ""}).status_code == writes


def test_another_offices_words_cannot_be_taken_back(country: Country, browse: Browse) -> None:
    write(country, "head", "名称前加“武陵”。")
    for who, code in (("sibling", 404), ("parent", 403)):
        answer = browse(who).post(f"/checkpoints/{kept().id}/undo", data={"version": kept().version})
        assert answer.status_code == code
    assert kept().text == "名称前加“武陵”。"
