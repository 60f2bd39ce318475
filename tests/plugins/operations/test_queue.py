"""后台任务: the system administrator's queues, at his level and below, and trying again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.jobs import Job
from app.foundation.tenancy.models import Person
from tests.architecture.test_statements import statements
from tests.plugins.operations.conftest import CITY, COUNTY, PLATFORM, PROVINCE, Put, row
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

REASON = "本程序没有这一类任务的处理程序。"


def body_of(page: str) -> str:
    return page.split("<main", 1)[1].split("</main>", 1)[0]


def rows_of(page: str) -> str:
    return body_of(page).rsplit("<tbody>", 1)[1].split("</tbody>")[0]


def dead(put: Put, path: str = CITY, **more: object) -> int:
    return put(path=path, state="dead", attempts=8, error=REASON, done_at=clock.wall(), **more)


def test_his_own_level_and_below(app: Flask, sign_in: SignIn, put: Put) -> None:
    own, below, above = (dead(put, path) for path in (CITY, COUNTY, PROVINCE))
    client = sign_in("changde.admin")
    with statements() as asked:
        page = client.get("/jobs/list/").get_data(as_text=True)
    assert len(asked) <= 8, "\n".join(asked)
    listed = rows_of(page)
    for pk, seen in ((own, True), (below, True), (above, False)):
        assert (f"/jobs/show/{pk}" in listed) is seen, pk
        assert client.get(f"/jobs/show/{pk}").status_code == (200 if seen else 404)
    assert REASON in listed
    assert "清理到期的任务和结果文件" in listed


@pytest.mark.parametrize(
    "username", ["changde.head", "changde.security", "changde.inspector", "unit.changde"]
)
def test_others_have_no_such_page(app: Flask, sign_in: SignIn, put: Put, username: str) -> None:
    pk = dead(put)
    client = sign_in(username)
    assert client.get("/jobs/list/").status_code == 403
    assert client.post(f"/jobs/action/retry/{pk}").status_code == 403
    assert row(pk).state == "dead"


def test_queues_ages_and_pace(app: Flask, sign_in: SignIn, put: Put) -> None:
    now = clock.wall()
    put(due_at=now - timedelta(minutes=5))
    put(state="running")
    put(state="done", done_at=now - timedelta(minutes=10))
    put(state="done", done_at=now - timedelta(hours=5))
    put(state="done", done_at=now - timedelta(days=2))
    dead(put)
    put(path=PROVINCE, due_at=now - timedelta(days=3))  # above: not his to count
    main = body_of(sign_in("changde.admin").get("/jobs/list/").get_data(as_text=True))
    queue = main.split('id="queues"')[1].split("</section>")[0]
    (line,) = [line for line in queue.split("<tr>") if "定时任务" in line]
    assert line.count("1 项") == 3, line
    assert "5 分钟" in line
    pace = main.split('id="pace"')[1].split("</section>")[0]
    assert "完成 1 项，失败 1 项" in pace
    assert "完成 2 项，失败 1 项" in pace


def test_filters(app: Flask, sign_in: SignIn, put: Put) -> None:
    gone, waiting = dead(put), put()
    client = sign_in("changde.admin")
    listed = rows_of(client.get("/jobs/list/?_flt_0_state=dead").get_data(as_text=True))
    assert f"/jobs/show/{gone}" in listed
    assert f"/jobs/show/{waiting}" not in listed
    for query in ("_flt_0_queue=schedule", "_flt_0_kind=jobs.sweep"):
        assert f"/jobs/show/{waiting}" in rows_of(client.get(f"/jobs/list/?{query}").get_data(as_text=True))
    assert "没有符合条件的记录" in client.get("/jobs/list/?_flt_0_kind=surveys.aggregate").get_data(
        as_text=True
    )


def test_one_is_tried_again_and_remembered(app: Flask, sign_in: SignIn, put: Put) -> None:
    pk = dead(put, COUNTY)
    client = sign_in("changde.admin")
    assert "重试" in body_of(client.get(f"/jobs/show/{pk}").get_data(as_text=True))
    assert client.post(f"/jobs/action/retry/{pk}").status_code == 302
    assert (row(pk).state, row(pk).attempts) == ("waiting", 0)
    with access.acting_as(PLATFORM):
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (entry.verb, entry.object_id) == ("job.retried", pk)
    assert client.post(f"/jobs/action/retry/{pk}").status_code == 409
    assert "重试" not in body_of(client.get(f"/jobs/show/{pk}").get_data(as_text=True))


def test_ticked_ones_are_tried_again_those_that_failed(app: Flask, sign_in: SignIn, put: Put) -> None:
    first, second, waiting = dead(put), dead(put, COUNTY), put()
    client = sign_in("changde.admin")
    answer = client.post("/jobs/action_post", data={"action": "retry", "rowid": [first, second, waiting]})
    assert answer.status_code == 302
    assert {row(pk).state for pk in (first, second, waiting)} == {"waiting"}
    assert "已重新排队 2 项" in client.get("/jobs/list/").get_data(as_text=True)


def test_nothing_beyond_reach_is_tried_again(app: Flask, sign_in: SignIn, put: Put) -> None:
    own, above = dead(put), dead(put, PROVINCE)
    client = sign_in("changde.admin")
    assert client.post(f"/jobs/action/retry/{above}").status_code == 404
    assert (
        client.post("/jobs/action_post", data={"action": "retry", "rowid": [own, above]}).status_code == 404
    )
    assert {row(own).state, row(above).state} == {"dead"}


def test_whose_it_is_and_what_it_left_is_not_said(app: Flask, sign_in: SignIn, put: Put) -> None:
    with access.acting_as(PLATFORM):
        clerk = db.session.scalars(select(Person).where(Person.username == "changde.clerk")).one()
        name, pk_of = clerk.display_name, clerk.id
    pk = dead(put, person=pk_of, result_name="甲乙丙.xlsx", payload={"asked": "丁戊己"})
    client = sign_in("changde.admin")
    for path in ("/jobs/list/", f"/jobs/show/{pk}"):
        main = body_of(client.get(path).get_data(as_text=True))
        for word in ("甲乙丙", "丁戊己", name):
            assert word not in main


def test_a_kind_nobody_knows_is_shown_by_its_name(app: Flask, sign_in: SignIn, put: Put) -> None:
    pk = dead(put)
    read_afresh()
    with access.acting_as(PLATFORM), transaction():
        db.session.get_one(Job, pk).kind = "gone.away"
    assert "gone.away" in rows_of(sign_in("changde.admin").get("/jobs/list/").get_data(as_text=True))


def test_without_jobs_it_says_what_would_stand_here(app: Flask, sign_in: SignIn) -> None:
    main = body_of(sign_in("changde.admin").get("/jobs/list/").get_data(as_text=True))
    assert "没有后台任务" in main
