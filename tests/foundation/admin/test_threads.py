"""Many at once: nobody gets another's search or another's rows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation.admin.operators import RequestFilters
from tests.foundation.admin.conftest import signed_in
from tests.foundation.admin.test_lists import names

THREADS, ROUNDS = 8, 40


@pytest.fixture(autouse=True)
def nervous() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def ask(client: FlaskClient, area: str, index: int, api: bool) -> list[str]:
    """The names a search for ``第<index>`` finds."""
    if api:
        q = f"(filters:!((col:name,opr:ct,value:'第{index}')))"
        return [
            row["name"]
            for row in client.get("/api/v1/probe-units/", query_string={"q": q}).get_json()["result"]
        ]
    return names(client.get("/probe-units/list/", query_string={"_flt_0_name": f"第{index}"}).text)


def crowd(app: Flask, api: bool) -> list[tuple[list[str], list[str]]]:
    """What each of many simultaneous searches found, beside what it should have found."""
    people = [("wuling.clerk", "武陵"), ("dingcheng.clerk", "鼎城")]

    def one(worker: int) -> list[tuple[list[str], list[str]]]:
        username, area = people[worker % 2]
        index, client = worker % 3 + 1, signed_in(app, username)
        return [(ask(client, area, index, api), [f"{area}第{index}单位"]) for _ in range(ROUNDS)]

    with ThreadPoolExecutor(THREADS) as pool:
        return [pair for found in pool.map(one, range(THREADS)) for pair in found]


@pytest.mark.parametrize("api", [False, True], ids=["list", "api"])
def test_searches_do_not_mix(app: Flask, api: bool) -> None:
    found = crowd(app, api)
    assert len(found) == THREADS * ROUNDS
    assert [got for got, expected in found if got != expected] == []


def test_filters_kept_on_the_view_would_mix(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: with FAB's way, one object for all, searches mix."""

    def shared(self: RequestFilters) -> RequestFilters:
        self.clear_filters()
        return self

    monkeypatch.setattr(RequestFilters, "fresh", shared)
    wrong = 0
    for _attempt in range(5):
        try:
            wrong += sum(got != expected for got, expected in crowd(app, True))
        except (TypeError, KeyError):  # a mixed-up list may even break the answer
            wrong += 1
        if wrong:
            break
    assert wrong


def test_every_request_has_its_own_filters(app: Flask) -> None:
    view: Any = next(
        one for one in app.extensions["appbuilder"].baseviews if type(one).__name__ == "UnitProbe"
    )
    with app.test_request_context():
        mine = view._filters
        assert view._filters is mine
        mine.filters.append("x")
    with app.test_request_context():
        assert view._filters is not mine
        assert view._filters.filters == []
    assert view.filters_prototype.filters == []
    with pytest.raises(RuntimeError, match="筛选条件不得存放在视图上"):
        view._filters = mine
