"""Pages of one's own: guarded, screened, and with a way back on this server."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.foundation.admin.encoding import pairs


def test_a_page_of_ones_own_is_guarded(browse: Any) -> None:
    assert browse("wuling.clerk").get("/probe-pages/1").get_json() == {"pk": 1}
    assert browse(None).get("/probe-pages/1").status_code == 302
    assert browse("wuling.auditor").post("/probe-pages/stamp").status_code == 403


def test_a_public_page_answers_anybody_and_leaves_the_session_alone(browse: Any) -> None:
    answer = browse(None).get("/probe-open/")
    assert answer.text == "公开"
    assert "Set-Cookie" not in answer.headers
    assert browse(None).get("/probe-open/?x=%00").status_code == 400


def test_after_a_post_one_returns_to_the_page_shown_last(wuling: FlaskClient) -> None:
    wuling.get("/probe-units/list/?_flt_0_name=第2")
    wuling.get("/probe-units/show/1")
    assert wuling.post("/probe-pages/stamp").get_json() == {"back": "/probe-units/show/1"}
    again = wuling.post("/probe-units/action/rename/1")
    assert again.location == "/probe-units/show/1"


def test_the_way_back_never_leaves_this_server(wuling: FlaskClient) -> None:
    wuling.get("/probe-units/list/", headers={"Host": "evil.example"}, base_url="http://evil.example")
    back = wuling.post("/probe-pages/stamp").get_json()["back"]
    assert back.startswith("/")
    assert "evil" not in back


def test_without_a_page_shown_one_returns_home(wuling: FlaskClient) -> None:
    assert wuling.post("/probe-pages/stamp").get_json() == {"back": "/"}


def test_what_is_remembered_stays_small(wuling: FlaskClient) -> None:
    """A session is a cookie of 4 kB: few pages, few filters, none of them long."""
    with wuling.session_transaction() as session:
        session["lists"] = {f"View{number}": secrets.token_urlsafe(140) for number in range(5)}
    for _number in range(20):
        wuling.get(f"/probe-units/list/?_flt_0_name={secrets.token_urlsafe(130)}")
        wuling.get(f"/probe-sites/list/?_flt_0_name={secrets.token_urlsafe(900)}"[:280])
    with wuling.session_transaction() as session:
        assert len(session["lists"]) == 5
        assert all(len(text) <= 200 for text in session["lists"].values())
        assert len(session["page_history"]) == 5
    cookie = wuling.get_cookie("bianban")
    assert cookie is not None
    assert len(cookie.value) < 3500


@pytest.mark.parametrize(("field", "value"), [("x", "a\x00b"), ("x", "\ufffd"), ("\x00", "1")])
def test_forms_bound_by_hand_are_screened(wuling: FlaskClient, field: str, value: str) -> None:
    answer = wuling.post("/probe-pages/stamp", data={field: value})
    assert answer.status_code == 400
    assert "UTF-8" in answer.text


def test_undecodable_bytes_are_marked() -> None:
    assert pairs(b"a=%E6%AD%A6&b=%CE%E4&c=\xff&d=50%25&e=%2B+") == [
        ("a", "武"),
        ("b", "\ufffd\ufffd"),
        ("c", "\ufffd"),
        ("d", "50%"),
        ("e", "+ "),
    ]
