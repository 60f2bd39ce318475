"""我的任务: one's own work, how far it is, ending it, its file; nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.foundation import clock
from app.foundation.admin.gate import QUIET
from app.foundation.jobs import results
from tests.architecture.test_statements import statements
from tests.plugins.operations.conftest import CITY, Put, row
from tests.services.instance import SignIn

Find = Callable[[str], int]


@pytest.fixture
def clerk(person_id: Find) -> int:
    return person_id("changde.clerk")


def main_of(page: str) -> str:
    return page.split("<main", 1)[1].split("</main>", 1)[0]


def test_without_work_it_says_so(app: Flask, sign_in: SignIn) -> None:
    page = sign_in("changde.clerk").get("/my-jobs/").get_data(as_text=True)
    assert "没有任务" in main_of(page)
    assert "http-equiv" not in page


def test_work_that_goes_on_shows_how_far_it_is(app: Flask, sign_in: SignIn, put: Put, clerk: int) -> None:
    pk = put(person=clerk, state="running", done_count=30, total_count=120, note="正在生成文件", attempts=1)
    client = sign_in("changde.clerk")
    with statements() as asked:
        page = client.get("/my-jobs/").get_data(as_text=True)
    assert len(asked) <= 6, "\n".join(asked)
    main = main_of(page)
    assert "已完成 30 / 120，正在生成文件" in main
    assert 'data-share width="25%"' in main
    assert f'data-job="/my-jobs/{pk}.json"' in main
    assert "确定取消" in main
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.split("</head>")[0]
    answer = client.get(f"/my-jobs/{pk}.json", headers={QUIET: "1"})
    assert answer.get_json() == {
        "state": "正在办理", "share": 25, "said": "已完成 30 / 120，正在生成文件", "open": True,
    }  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_does_not_ask_again_for_ever(app: Flask, sign_in: SignIn, put: Put, clerk: int) -> None:
    """Without JavaScript each refresh counts as use: a job that is stuck must not keep the session alive."""
    put(person=clerk, created_at=clock.wall() - timedelta(minutes=31))
    page = sign_in("changde.clerk").get("/my-jobs/").get_data(as_text=True)
    assert "排队中" in main_of(page)
    assert "http-equiv" not in page


@pytest.mark.parametrize(
    ("stands", "words"),
    [
        ({}, "排队中"),
        ({"attempts": 2}, "等待重试"),
        ({"state": "handed"}, "排队中"),
        ({"state": "running", "cancel_asked_at": clock.wall()}, "正在取消"),
        ({"state": "done", "done_at": clock.wall()}, "已办完"),
        ({"state": "done", "result_name": "a.xlsx", "done_at": clock.wall()}, "文件已清除"),
        ({"state": "cancelled", "done_at": clock.wall()}, "已取消"),
        ({"state": "dead", "error": "本程序没有这一类任务的处理程序。"}, "本程序没有这一类任务的处理程序。"),
    ],
)
def test_every_state_has_words(
    app: Flask, sign_in: SignIn, put: Put, clerk: int, stands: dict[str, object], words: str
) -> None:
    put(person=clerk, **stands)
    assert words in main_of(sign_in("changde.clerk").get("/my-jobs/").get_data(as_text=True))


def test_cancelled_before_it_begins(app: Flask, sign_in: SignIn, put: Put, clerk: int) -> None:
    pk = put(person=clerk)
    client = sign_in("changde.clerk")
    assert client.post(f"/my-jobs/{pk}/cancel").status_code == 302
    assert row(pk).state == "cancelled"
    assert "已取消，没有生成文件" in client.get("/my-jobs/").get_data(as_text=True)
    assert client.post(f"/my-jobs/{pk}/cancel").status_code == 409
    assert client.get(f"/my-jobs/{pk}/cancel").status_code == 405


def test_cancelled_while_it_runs(app: Flask, sign_in: SignIn, put: Put, clerk: int) -> None:
    pk = put(person=clerk, state="running")
    client = sign_in("changde.clerk")
    client.post(f"/my-jobs/{pk}/cancel")
    assert row(pk).cancel_asked_at is not None
    main = main_of(client.get("/my-jobs/").get_data(as_text=True))
    assert "正在取消" in main
    assert "确定取消" not in main


def ready(put: Put, person: int, **more: object) -> int:
    """A job that left a file."""
    stands = {
        "state": "done", "result_name": "登录日志.csv", "result_type": "text/csv; charset=utf-8",
        "result_file": results.write("甲\r\n".encode()), "result_until": clock.wall() + timedelta(days=7),
        "done_at": clock.wall(),
    }  # fmt: skip
    return put(person=person, **{**stands, **more})


def test_the_file_is_its_owners_alone(app: Flask, sign_in: SignIn, put: Put, clerk: int) -> None:
    pk = ready(put, clerk)
    answer = sign_in("changde.clerk").get(f"/my-jobs/{pk}/result")
    assert answer.status_code == 200
    assert answer.get_data().decode() == "甲\r\n"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for username in ("changde.admin", "changde.head", "hunan.head", "central.head", "unit.changde"):
        client = sign_in(username)
        for path in (f"/my-jobs/{pk}/result", f"/my-jobs/{pk}.json"):
            assert client.get(path).status_code == 404, (username, path)
        assert client.post(f"/my-jobs/{pk}/cancel").status_code == 404
        assert "登录日志.csv" not in client.get("/my-jobs/").get_data(as_text=True)
    stranger = app.test_client()
    assert stranger.get(f"/my-jobs/{pk}/result").status_code == 302
    assert stranger.get(f"/my-jobs/{pk}.json").status_code in {302, 401}


def test_a_file_is_not_kept_for_ever(app: Flask, sign_in: SignIn, put: Put, clerk: int) -> None:
    pk = ready(put, clerk, result_until=clock.wall() - timedelta(seconds=1))
    client = sign_in("changde.clerk")
    assert client.get(f"/my-jobs/{pk}/result").status_code == 404
    main = main_of(client.get("/my-jobs/").get_data(as_text=True))
    assert "文件已清除" in main
    assert "/result" not in main


def test_a_ready_file_says_until_when(app: Flask, sign_in: SignIn, put: Put, clerk: int) -> None:
    pk = ready(put, clerk)
    main = main_of(sign_in("changde.clerk").get("/my-jobs/").get_data(as_text=True))
    assert "可以下载" in main
    assert f"/my-jobs/{pk}/result" in main
    assert "保留到" in main
    assert "data-job" not in main


def test_the_desk_shows_what_goes_on_and_what_is_ready(
    app: Flask, sign_in: SignIn, put: Put, clerk: int
) -> None:
    client = sign_in("changde.clerk")
    assert "查看全部任务" not in client.get("/desk/").get_data(as_text=True)
    put(person=clerk, state="running", done_count=3, total_count=12)
    pk = ready(put, clerk)
    main = main_of(client.get("/desk/").get_data(as_text=True))
    assert "已完成 3 / 12" in main
    assert f"/my-jobs/{pk}/result" in main
    assert "查看全部任务" in main
    assert "查看全部任务" not in sign_in("changde.head").get("/desk/").get_data(as_text=True)


def test_everybody_has_the_page(app: Flask, sign_in: SignIn) -> None:
    for username in ("unit.changde", "changde.egov", "conac.registrar", "changde.inspector"):
        client = sign_in(username)
        assert client.get("/my-jobs/").status_code == 200
        assert "/my-jobs/" in client.get("/my-jobs/").get_data(as_text=True).split("<main")[0]


def test_a_job_at_the_city_belongs_to_the_city(app: Flask, put: Put, clerk: int) -> None:
    assert row(put(person=clerk, path=CITY)).review_path == CITY
