"""``/api/v1/applications/``: scoped, whitelisted, without a personal field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.plugins.applications.country import PEOPLE, Country

Browse = Callable[[str], FlaskClient]
LISTED = {
    "id",
    "number",
    "name",
    "organ_name",
    "state",
    "kind",
    "track",
    "review_path",
    "submitted_at",
    "due",
}


def rows(client: FlaskClient, query: str = "") -> Any:
    answer = client.get(f"/api/v1/applications/{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_a_row_lists_its_fields_and_no_other(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    body = rows(browse("reviewer"))
    (row,) = body["result"]
    assert set(row) == LISTED
    assert (row["id"], row["name"], row["number"], row["state"]) == (
        pk,
        "武陵教育网",
        "430702-2014-0001",
        "submitted",
    )
    assert (row["review_path"], row["due"]) == ("0.43.07.02.", "2014-12-01")
    assert row["submitted_at"].startswith("2014-11-24T01:00")


def test_by_id(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    answer = browse("filer").get(f"/api/v1/applications/{pk}")
    assert answer.status_code == 200
    assert set(answer.get_json()["result"]) == LISTED


@pytest.mark.parametrize(
    ("who", "status"),
    [("sibling", 404), ("neighbour", 404), ("auditor", 200), ("egov", 404), ("registrar", 403)],
)
def test_by_id_within_reach_only(country: Country, browse: Browse, who: str, status: int) -> None:
    pk = country.submitted()
    assert browse(who).get(f"/api/v1/applications/{pk}").status_code == status


@pytest.mark.parametrize("name", [*PEOPLE, "opinion", "functions"])
def test_no_personal_field_can_be_asked_for(country: Country, browse: Browse, name: str) -> None:
    country.submitted()
    client = browse("reviewer")
    for query in (
        f"?q=(columns:!({name}))",
        f"?q=(filters:!((col:{name},opr:eq,value:a)))",
        f"?q=(order_column:{name},order_direction:asc)",
    ):
        assert client.get(f"/api/v1/applications/{query}").status_code == 400


def test_filtering_by_state(country: Country, browse: Browse) -> None:
    country.submitted("edu")
    country.draft("exam")
    body = rows(browse("reviewer"), "?q=(filters:!((col:state,opr:eq,value:draft)))")
    assert [row["name"] for row in body["result"]] == ["武陵招生网"]


def test_nothing_is_written_through_it(country: Country, browse: Browse) -> None:
    pk = country.draft()
    client = browse("filer")
    assert client.put(f"/api/v1/applications/{pk}", json={"state": "badged"}).status_code == 405
    assert client.delete(f"/api/v1/applications/{pk}").status_code == 405
    assert client.post("/api/v1/applications/", json={"kind": "opening"}).status_code == 405
    assert country.read(pk).state == "draft"
