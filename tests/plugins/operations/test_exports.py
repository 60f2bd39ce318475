"""Long exports of the logs: offered, done on behalf of whoever asked, theirs alone, and nothing for a post that ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import Job
from app.foundation.jobs.running import Runner
from app.foundation.keys import sealing
from app.foundation.tenancy.models import Person, Post
from app.plugins.account import exporting
from app.plugins.operations import exports, limits
from tests.plugins.operations.conftest import PLATFORM, latest, row
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

pytestmark = pytest.mark.usefixtures("short")
WHO = "changde.inspector"


@pytest.fixture
def inspector(app: Flask, sign_in: SignIn) -> FlaskClient:
    """Somebody with a log of some length."""
    for username in ("wuling.reviewer", "wuling.clerk", "changde.clerk", "changde.head", "changde.reviewer"):
        app.test_client().post("/login/", data={"username": username, "password": "wrong"})
    return sign_in(WHO)


def end_posts(username: str, *, active: bool = True) -> None:
    """Yesterday was the last day."""
    read_afresh()
    with access.acting_as(PLATFORM), transaction():
        person = db.session.scalars(select(Person).where(Person.username == username)).one()
        for post in db.session.scalars(select(Post).where(Post.person_id == person.id)):
            post.until = clock.today() - timedelta(days=1)
        person.active = active


def lines(content: bytes) -> list[str]:
    return content.decode("utf-8-sig").splitlines()


def result(client: FlaskClient) -> Any:
    answer = client.get(f"/my-jobs/{latest().id}/result")
    assert answer.status_code == 200
    return answer


def test_a_short_one_is_still_answered_at_once(app: Flask, inspector: FlaskClient) -> None:
    answer = inspector.get("/sign-ins/export/csv?_flt_0_username=changde.head")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(lines(answer.get_data())) == 2


def test_a_long_one_is_offered_and_nothing_is_put_by_looking(app: Flask, inspector: FlaskClient) -> None:
    page = inspector.get("/sign-ins/export/csv?_flt_0_kind=browser").get_data(as_text=True)
    assert "需要转到后台办理" in page
    assert 'action="/sign-ins/export/csv?_flt_0_kind=browser"' in page
    with access.acting_as(PLATFORM):
        assert db.session.scalar(select(db.func.count()).select_from(Job)) == 0


@pytest.mark.parametrize("what", ["/sign-ins/export/", "/deeds/export/"])
def test_the_file_is_what_a_direct_answer_would_have_been(
    app: Flask, inspector: FlaskClient, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    answer = inspector.post(f"{what}csv")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/my-jobs/")
    job = latest()
    assert (job.state, job.total_count) == ("waiting", job.total_count)
    assert job.total_count and job.total_count > 2
    assert jobs.run_due(app) == 1
    stands = row(job.id)
    assert (stands.state, stands.done_count) == ("done", stands.total_count)
    by_job = result(inspector)
    assert by_job.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = "sign_ins" if "sign" in what else "deeds"
    monkeypatch.setitem(limits.limits().exports, name, limits.Limit(5000, 5000))
    direct = inspector.get(f"{what}csv").get_data()
    kept = [one for one in lines(direct) if "job." not in one]
    assert lines(by_job.get_data()) == kept


def test_filters_hold_and_a_workbook_too(app: Flask, inspector: FlaskClient) -> None:
    inspector.post("/sign-ins/export/xlsx?_flt_0_username=wuling.clerk")
    jobs.run_due(app)
    book = load_workbook(BytesIO(result(inspector).get_data()))
    values = {str(cell.value) for line in book.active.iter_rows() for cell in line}  # type: ignore[union-attr]
    assert "wuling.clerk" in values
    assert "wuling.reviewer" not in values


def test_what_was_filtered_by_waits_sealed(app: Flask, inspector: FlaskClient) -> None:
    inspector.post("/deeds/export/csv?person=王某某")
    kept = json.dumps(latest().payload, ensure_ascii=False)
    assert "王某某" not in kept
    assert "%E7%8E%8B" not in kept
    assert sealing.unseal(latest().payload["asked"]) == "person=%E7%8E%8B%E6%9F%90%E6%9F%90"


def test_a_key_that_is_gone_ends_it_with_a_reason(app: Flask, inspector: FlaskClient) -> None:
    inspector.post("/deeds/export/csv")
    from cryptography.fernet import Fernet

    keys = app.config["DATA_KEYS"]
    app.config["DATA_KEYS"] = [Fernet.generate_key().decode()]
    try:
        jobs.run_due(app)
    finally:
        app.config["DATA_KEYS"] = keys
    assert (latest().state, latest().error) == ("dead", exports.UNREADABLE)


@pytest.mark.parametrize("what", ["/sign-ins/export/csv", "/deeds/export/csv"])
def test_whoever_lost_the_post_meanwhile_gets_nothing(app: Flask, inspector: FlaskClient, what: str) -> None:
    inspector.post(what)
    end_posts(WHO)
    jobs.run_due(app)
    job = latest()
    assert (job.state, job.error, job.result_file) == ("dead", exports.NO_LONGER, "")
    assert inspector.get(f"/my-jobs/{job.id}/result").status_code == 404
    assert "没有生成文件" in inspector.get("/my-jobs/").get_data(as_text=True)


def test_a_disabled_account_gets_nothing(app: Flask, inspector: FlaskClient) -> None:
    inspector.post("/deeds/export/csv")
    end_posts(WHO, active=False)
    jobs.run_due(app)
    assert (latest().state, latest().result_file) == ("dead", "")


def test_a_file_made_in_time_is_not_fetched_after_the_post_ended(app: Flask, inspector: FlaskClient) -> None:
    inspector.post("/deeds/export/csv")
    jobs.run_due(app)
    job = latest()
    assert inspector.get(f"/my-jobs/{job.id}/result").status_code == 200
    end_posts(WHO)
    answer = inspector.get(f"/my-jobs/{job.id}/result")
    assert answer.status_code == 403
    assert "您的岗位已经变动" in answer.get_data(as_text=True)


def test_only_so_many_at_once(app: Flask, inspector: FlaskClient) -> None:
    most = limits.limits().open_at_once
    for _number in range(most):
        assert inspector.post("/deeds/export/csv").status_code == 302
    answer = inspector.post("/deeds/export/csv")
    assert answer.status_code == 422
    assert f"已有 {most} 项导出正在办理" in answer.get_data(as_text=True)
    jobs.run_due(app)
    assert inspector.post("/deeds/export/csv").status_code == 302


def test_more_than_a_file_may_have_is_refused(
    app: Flask, inspector: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.limits().exports, "deeds", limits.Limit(2, 3))
    for answer in (inspector.get("/deeds/export/csv"), inspector.post("/deeds/export/csv")):
        assert answer.status_code == 422
        assert "超过 3 行" in answer.get_data(as_text=True)


def test_what_has_become_too_long_meanwhile_ends_with_a_reason(
    app: Flask, inspector: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspector.post("/deeds/export/csv")
    monkeypatch.setitem(limits.limits().exports, "deeds", limits.Limit(2, 3))
    jobs.run_due(app)
    assert (latest().state, latest().error) == ("dead", exports.TOO_LONG)


@pytest.mark.parametrize("username", ["changde.security", "changde.head", "unit.changde"])
def test_others_put_nothing(app: Flask, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    for path in ("/sign-ins/export/csv", "/deeds/export/csv"):
        assert client.post(path).status_code == 403
    with access.acting_as(PLATFORM):
        assert db.session.scalar(select(db.func.count()).select_from(Job)) == 0


def test_another_kind_of_file_is_not_there(app: Flask, inspector: FlaskClient) -> None:
    assert inspector.post("/sign-ins/export/pdf").status_code == 404
    assert inspector.post("/deeds/export/pdf").status_code == 404


# -- on the way ---------------------------------------------------------------------------------------------


Piece = Sequence[Any]


@pytest.fixture
def piecemeal(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], None]], None]:
    """Read one row at a time, and let something happen after each."""
    monkeypatch.setattr(exporting, "PIECE", 1)

    def after(happens: Callable[[int], None]) -> None:
        real = jobs.Work.progress

        def progress(self: jobs.Work, done: int, total: int | None = None, note: str = "") -> None:
            real(self, done, total, note)
            happens(done)

        monkeypatch.setattr(jobs.Work, "progress", progress)

    return after


def test_progress_is_seen_while_it_goes_on(app: Flask, inspector: FlaskClient, piecemeal: Any) -> None:
    seen: list[tuple[int, str]] = []

    def look(done: int) -> None:
        with app.app_context():
            seen.append((done, row(latest().id).state))

    piecemeal(look)
    inspector.post("/sign-ins/export/csv?_flt_0_outcome=wrong_password")
    jobs.run_due(app)
    assert [done for done, _state in seen][:4] == [0, 1, 2, 3]
    assert {state for _done, state in seen} == {"running"}


def test_stopped_in_the_middle_it_is_begun_again_and_ends_once(
    app: Flask, inspector: FlaskClient, piecemeal: Any
) -> None:
    """The process is told to end: the work goes back, and the next one does it from the start."""
    inspector.post("/sign-ins/export/csv?_flt_0_outcome=wrong_password")
    job = latest().id
    runner = Runner(app, "first")
    begun: list[int] = []

    def stop(done: int) -> None:
        begun.append(done)
        if done == 2:
            runner.stopping.set()

    piecemeal(stop)
    runner.work([job], states=("waiting",))
    assert (row(job).state, row(job).result_file) == ("waiting", "")
    assert max(begun) <= 3
    jobs.run_due(app)
    assert row(job).state == "done"
    assert len(lines(result(inspector).get_data())) == 6


def test_cancelled_in_the_middle_it_leaves_nothing(
    app: Flask, inspector: FlaskClient, piecemeal: Any
) -> None:
    inspector.post("/sign-ins/export/csv?_flt_0_outcome=wrong_password")
    job = latest().id

    def cancel(done: int) -> None:
        if done == 2:
            assert inspector.post(f"/my-jobs/{job}/cancel").status_code == 302

    piecemeal(cancel)
    jobs.run_due(app)
    assert (row(job).state, row(job).result_file) == ("cancelled", "")


def test_what_comes_meanwhile_neither_doubles_nor_drops_a_row(
    app: Flask, inspector: FlaskClient, piecemeal: Any
) -> None:
    def fail(done: int) -> None:
        if done in {1, 3}:
            app.test_client().post("/login/", data={"username": "changde.auditor", "password": "wrong"})

    inspector.post("/sign-ins/export/csv?_flt_0_outcome=wrong_password")
    piecemeal(fail)
    jobs.run_due(app)
    found = lines(result(inspector).get_data())
    assert len(found) == len(set(found)) == 6
    assert not any("changde.auditor" in one for one in found)
    assert date.today().isoformat()[:4] in found[1]
