"""Evidence a reviewer attaches to an item: the office's and those above, never the applicant's or a desk's."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.foundation import access
from app.foundation.access import Actor
from app.kernel.errors import AccessDenied, NotSeen, Refusal, WrongState
from app.plugins.applications import dossier, queries, service
from app.plugins.applications.service import evidencing
from tests.plugins.applications.country import PDF, Country

Browse = Callable[[str], FlaskClient]


def attach(country: Country, pk: int, who: str = "reviewer", number: int = 2, content: bytes = PDF) -> int:
    def verb(row: Any, actor: Actor) -> int:
        return service.attach_evidence(row, number, io.BytesIO(content), "批准文件.pdf", actor=actor).id

    found: int = country.do(who, pk, verb)
    return found


def seen(country: Country, who: str, pk: int) -> list[int]:
    items = country.read(pk).checklist
    with access.acting_as(country.actor(who)):
        return [file.id for file in queries.evidence_files(items)]


def test_it_lies_with_its_item(country: Country) -> None:
    pk = country.submitted()
    file_id = attach(country, pk)
    item = country.read(pk).items()[1]
    with access.acting_as(country.actor("reviewer")):
        (file,) = queries.evidence_files([item])
    assert (file.id, file.obj, file.kind, file.parent_id) == (file_id, "evidence", "evidence", item.id)
    assert (file.review_path, file.name) == ("0.43.07.02.", "批准文件.pdf")


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("reviewer", True), ("head", True), ("clerk", True), ("parent", True), ("auditor", True),
        ("filer", False), ("county_egov", False), ("egov", False), ("sibling", False), ("neighbour", False),
        ("registrar", False),
    ],
)  # fmt: skip
def test_the_office_and_those_above_see_it(country: Country, browse: Browse, who: str, sees: bool) -> None:
    pk = country.submitted()
    file_id = attach(country, pk)
    assert seen(country, who, pk) == ([file_id] if sees else [])
    assert browse(who).get(f"/files/{file_id}").status_code == (200 if sees else 404)


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("filer", AccessDenied),
        ("clerk", AccessDenied),
        ("parent", AccessDenied),
        ("county_egov", AccessDenied),
        ("sibling", NotSeen),
    ],
)
def test_only_reviewers_attach(country: Country, who: str, error: type[Exception]) -> None:
    pk = country.submitted()
    with pytest.raises(error):
        attach(country, pk, who)


def test_it_comes_and_goes_while_the_review_goes_on(country: Country) -> None:
    pk = country.submitted()
    file_id, kept = attach(country, pk), attach(country, pk, number=3)
    country.do("reviewer", pk, lambda row, actor: service.discard_evidence(row, file_id, actor=actor))
    with pytest.raises(NotSeen):
        country.do("reviewer", pk, lambda row, actor: service.discard_evidence(row, file_id, actor=actor))
    country.checked(pk)
    country.do("reviewer", pk, lambda row, actor: service.pass_first(row, actor=actor))
    with pytest.raises(WrongState):
        attach(country, pk)
    with pytest.raises(WrongState):
        country.do("reviewer", pk, lambda row, actor: service.discard_evidence(row, kept, actor=actor))
    assert seen(country, "reviewer", pk) == [kept]


def test_what_the_applicant_handed_in_is_not_the_reviewers_to_put_away(country: Country) -> None:
    pk = country.submitted()
    with access.acting_as(country.actor("reviewer")):
        material = dossier.materials(queries.get(pk))[0].id
    with pytest.raises(AccessDenied):
        country.do("reviewer", pk, lambda row, actor: service.discard_evidence(row, material, actor=actor))
    assert [one.id for one in dossier.materials(country.read(pk))] == [material]


def test_that_of_an_earlier_round_stays(country: Country) -> None:
    pk = country.submitted()
    kept = attach(country, pk)
    country.do("reviewer", pk, lambda row, actor: service.return_(row, ["other"], "补正。", actor=actor))
    country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    with pytest.raises(NotSeen):
        country.do("reviewer", pk, lambda row, actor: service.discard_evidence(row, kept, actor=actor))
    assert seen(country, "reviewer", pk) == [kept]


@pytest.mark.parametrize("content", [b"", b"MZ program"])
def test_a_wrong_file_is_refused(country: Country, content: bytes) -> None:
    pk = country.submitted()
    with pytest.raises(Refusal) as refused:
        attach(country, pk, content=content)
    assert refused.value.field == "evidence-2"


def test_they_are_not_without_number(country: Country) -> None:
    pk = country.submitted()
    for _one in range(evidencing.MOST):
        attach(country, pk)
    with pytest.raises(Refusal):
        attach(country, pk)
    attach(country, pk, number=3)


def test_it_is_uploaded_and_deleted_on_the_page(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    client = browse("reviewer")
    data = {"attach": "2", "evidence-2": (io.BytesIO(PDF), "摘页.pdf"), "note-2": "见摘页"}
    answer = client.post(f"/applications/{pk}/evidence", data=data)
    assert answer.headers["Location"].endswith("#item-2")
    assert country.read(pk).items()[1].note == "见摘页"
    page = client.get(f"/applications/{pk}").get_data(as_text=True)
    assert "佐证（1 份）" in page and "摘页.pdf" in page
    assert "摘页.pdf" not in browse("filer").get(f"/applications/{pk}").get_data(as_text=True)
    assert "摘页.pdf" not in browse("county_egov").get(f"/applications/{pk}").get_data(as_text=True)
    (file_id,) = seen(country, "reviewer", pk)
    assert client.post(f"/applications/{pk}/evidence/{file_id}/discard").status_code == 302
    assert seen(country, "reviewer", pk) == []


def test_a_file_that_was_chosen_is_kept_whichever_button_is_pressed(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    data = {"set": "1:ok", "evidence-3": (io.BytesIO(PDF), "名称批复.pdf")}
    assert browse("reviewer").post(f"/applications/{pk}/check", data=data).status_code == 302
    row = country.read(pk)
    assert row.items()[0].finding == "ok"
    with access.acting_as(country.actor("reviewer")):
        assert [file.name for file in queries.evidence_files([row.items()[2]])] == ["名称批复.pdf"]


def test_a_refused_upload_returns_the_notes(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    answer = browse("reviewer").post(
        f"/applications/{pk}/evidence", data={"attach": "2", "note-4": "还没写完"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "没有选择文件" in page and "还没写完" in page


@pytest.mark.parametrize("number", ["0", "6", "x", ""])
def test_an_item_that_is_none(country: Country, browse: Browse, number: str) -> None:
    pk = country.submitted()
    data = {"attach": number, f"evidence-{number}": (io.BytesIO(PDF), "a.pdf")}
    assert browse("reviewer").post(f"/applications/{pk}/evidence", data=data).status_code == 404
