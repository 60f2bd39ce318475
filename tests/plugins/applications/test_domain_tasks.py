"""A Chinese domain that cannot be applied with: its task opens by itself, is worked by the applicant, and closes by
itself when the register says valid (S21)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, Invalid, NotSeen, WrongState
from app.plugins.applications import service
from app.plugins.applications.service import domains
from app.plugins.desk.of_names import of_names
from app.plugins.names import queries, tasks
from app.plugins.names.models import DomainRecord, DomainTask
from tests.plugins.applications.country import SITES, Country, ascii_of
from tests.services.afresh import read_afresh

Browse = Callable[[str], FlaskClient]
EDU = SITES["edu"][2]
ENDED = date(2014, 11, 20)


def every() -> list[DomainTask]:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return list(db.session.scalars(select(DomainTask).order_by(DomainTask.id)))


def do(country: Country, who: str, verb: Callable[..., Any], pk: int, *arguments: str) -> Any:
    actor = country.actor(who)
    with access.acting_as(actor), transaction():
        return verb(queries.task(pk), *arguments, actor=actor)


@pytest.fixture
def expired(country: Country) -> int:
    """A draft whose domain ended last week; the task's id."""
    country.expire("edu", ENDED)
    country.draft()
    (task,) = every()
    return task.id


def renew(country: Country, until: date = date(2016, 6, 30)) -> None:
    country.expire("edu", until)


def test_a_draft_with_a_valid_domain_opens_nothing(country: Country) -> None:
    country.draft()
    assert every() == []


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        ({"expires_on": ENDED}, "renew"),
        ({"working": False}, "repair"),
        ({"ascii": ascii_of("别的.政务"), "domain": "别的.政务"}, "register"),
    ],
)
def test_what_is_to_be_done_follows_from_the_register(
    country: Country, spoil: dict[str, Any], kind: str
) -> None:
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        row = session.scalars(select(DomainRecord).where(DomainRecord.domain == EDU)).one()
        for name, value in spoil.items():
            setattr(row, name, value)
    pk = country.draft()
    (task,) = every()
    assert (task.kind, task.domain, task.site_id, task.state) == (kind, EDU, country.sites["edu"], "open")
    assert task.expires_on == (ENDED if kind == "renew" else date(2015, 6, 30) if kind == "repair" else None)
    assert task.review_path == "0.43.07.02." and task.unit_id == country.units["wuling"]
    assert country.read(pk).state == "draft"
    assert [one.verb for one in audit.timeline(task)] == ["domain_task.opened"]


def test_it_blocks_submission_and_keeps_the_draft(country: Country, expired: int) -> None:
    pk = 1
    with pytest.raises(Invalid) as refused:
        country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    assert [one.code for one in refused.value.findings] == ["expired"]
    assert country.read(pk).state == "draft" and country.read(pk).site_intro
    renew(country)
    country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    assert country.read(pk).state == "submitted"


def test_it_is_opened_once(country: Country, expired: int) -> None:
    country.as_platform(1, domains.watch)
    country.as_platform(1, domains.watch)
    assert [task.id for task in every()] == [expired]


def test_a_task_of_a_portal_is_its_desk_s(country: Country) -> None:
    """S8: the portal's own desk works it; the unit's other officers do not."""
    country.expire("portal", ENDED)
    country.draft("portal", "portal_desk")
    (task,) = every()
    assert task.filing_path == "0.43.07.zfwz."
    do(country, "portal_desk", tasks.report, task.id, "已续费")


def test_another_domain_takes_the_task_away(country: Country, expired: int) -> None:
    country.do(
        "filer", 1, lambda row, actor: service.save(row, {"chinese_domain": SITES["exam"][2]}, actor=actor)
    )
    (task,) = every()
    assert (task.ended, task.reason) == ("dropped", "申请中已改用其他域名。")


def test_while_another_application_names_it_the_task_stays(country: Country, expired: int) -> None:
    country.draft("exam", values={"chinese_domain": EDU})
    country.do("filer", 1, lambda row, actor: service.withdraw(row, actor=actor))
    assert [task.state for task in every() if task.domain == EDU] == ["open"]


def test_withdrawing_takes_it_away(country: Country, expired: int) -> None:
    country.do("filer", 1, lambda row, actor: service.withdraw(row, actor=actor))
    assert [(task.state, task.reason) for task in every()] == [("dropped", "申请已撤回。")]


def test_a_name_the_track_may_not_bear_is_no_task(country: Country) -> None:
    country.draft(values={"chinese_domain": "武陵教育.公益"})
    assert every() == []


def test_the_register_closes_it(country: Country, browse: Browse, expired: int) -> None:
    """The clerk brings the entry up to date by the form; nothing else is to be done."""
    with access.acting_as(access.system("tests", over="0.")):
        row = db.session.scalars(select(DomainRecord).where(DomainRecord.domain == EDU)).one()
    form = {
        "unit": str(row.unit_id), "domain": EDU, "registered_on": "2013-07-01", "expires_on": "2016-06-30",
        "working": "y", "version": str(row.version),
    }  # fmt: skip
    assert browse("clerk").post(f"/domains/edit/{row.id}", data=form).status_code == 302
    (task,) = every()
    assert task.ended == "valid" and task.closed_at is not None
    assert audit.timeline(task)[0].verb == "domain_task.closed"


def test_an_entry_that_is_still_past_closes_nothing(country: Country, expired: int) -> None:
    renew(country, ENDED)
    with transaction():
        assert tasks.settle(country.units["wuling"], (ascii_of(EDU),)) == 0
    assert every()[0].state == "open"


class Counted:
    """A job that tells how far it is."""

    def progress(self, done: int, total: int) -> None:
        self.told = (done, total)


def test_the_daily_look_closes_and_opens(country: Country, expired: int) -> None:
    """Another register may have been asked meanwhile; drafts whose domain has run out since are found."""
    renew(country, date(2014, 11, 25))
    with access.acting_as(access.system("tests", over="0.")):
        tasks.look(Counted())  # type: ignore[arg-type]
        assert [task.state for task in every()] == ["valid"]
        with transaction():
            clock.move(clock.now().replace(day=27))
        domains.look(Counted())  # type: ignore[arg-type]
    assert [task.state for task in every()] == ["valid", "open"]


@pytest.mark.parametrize("who", ["clerk", "reviewer", "head", "auditor", "egov", "county_egov"])
def test_who_sees_it_may_not_work_it(country: Country, expired: int, who: str) -> None:
    for verb in (tasks.report, tasks.drop):
        with pytest.raises((AccessDenied, NotSeen)):
            do(country, who, verb, expired, "已续费")


@pytest.mark.parametrize("who", ["neighbour", "sibling", "librarian", "portal_desk", "registrar"])
def test_others_do_not_see_it(country: Country, expired: int, who: str) -> None:
    with pytest.raises(NotSeen):
        do(country, who, tasks.report, expired, "")
    with access.acting_as(country.actor(who)):
        assert queries.tasks("open", 1, 10).rows == []


def test_reporting_asks_the_office_to_look(country: Country, expired: int) -> None:
    task = do(country, "filer", tasks.report, expired, " 已续费到2016年  ")
    assert (task.state, task.note, task.reported_by) == (
        "reported",
        "已续费到2016年",
        country.actor("filer").name,
    )
    with access.acting_as(country.actor("clerk")):
        assert queries.count_reported(country.actor("clerk")) == 1
    with access.acting_as(country.actor("sibling")):
        assert queries.count_reported(country.actor("sibling")) == 0
    with pytest.raises(Invalid):
        do(country, "filer", tasks.report, expired, "长" * 201)


def test_reporting_what_the_register_knows_already_closes_it(country: Country, expired: int) -> None:
    renew(country)
    assert do(country, "filer", tasks.report, expired, "").state == "valid"
    with pytest.raises(WrongState):
        do(country, "filer", tasks.report, expired, "")
    with pytest.raises(WrongState):
        do(country, "filer", tasks.drop, expired, "不用了")


def test_giving_a_name_up_says_why(country: Country, expired: int) -> None:
    with pytest.raises(Invalid):
        do(country, "filer", tasks.drop, expired, "  ")
    task = do(country, "filer", tasks.drop, expired, "改用其他域名")
    assert (task.state, task.reason) == ("dropped", "改用其他域名")


def test_the_desk_says_whose_turn_it_is(app: Flask, country: Country, expired: int) -> None:
    def lines(who: str) -> list[tuple[str, str]]:
        actor = country.actor(who)
        with access.acting_as(actor), app.test_request_context():
            return [(task.what, task.about) for task in of_names(actor)]

    assert lines("filer") == [("中文域名续费", EDU)]
    assert lines("clerk") == [] and lines("neighbour") == []
    do(country, "filer", tasks.report, expired, "")
    assert lines("filer") == []
    assert lines("clerk") == [("更新网上名称登记", "")]


def page(answer: Any) -> str:
    return unescape(answer.get_data(as_text=True))


def test_the_pages_lead_from_the_desk_to_the_end(country: Country, browse: Browse, expired: int) -> None:
    filer, clerk = browse("filer"), browse("clerk")
    at = f"/domain-tasks/{expired}"
    assert EDU in page(filer.get("/domain-tasks/")) and "2014年11月20日" in page(filer.get(at))
    assert "已办妥，请更新登记" not in page(clerk.get(at))
    refused = filer.post(f"{at}/report", data={"note": "长" * 201})
    assert refused.status_code == 422 and "长" * 201 in page(refused)
    assert filer.post(f"{at}/report", data={"note": "已续费"}).status_code == 302
    assert "已续费" in page(clerk.get(at)) and "修改网上名称登记" in page(clerk.get(at))
    assert EDU in page(clerk.get("/domain-tasks/?state=reported"))
    assert clerk.post(f"{at}/drop", data={"reason": "不用"}).status_code == 403
    assert filer.post(f"{at}/drop", data={}).status_code == 422
    assert filer.post(f"{at}/drop", data={"reason": "不用"}).status_code == 302
    assert "不用" in page(filer.get(at)) and EDU in page(filer.get("/domain-tasks/?state=closed"))
    assert browse("sibling").get(at).status_code == 404
    assert filer.get("/domain-tasks/999999999999").status_code == 404


def test_only_one_is_open_for_a_name_says_the_database(country: Country, expired: int) -> None:
    with access.acting_as(access.system("tests", over="0.")):
        (task,) = every()
        with pytest.raises(Exception, match="UNIQUE"), transaction() as session:
            session.add(
                DomainTask(
                    unit_id=task.unit_id, domain=task.domain, ascii=task.ascii, kind="renew",
                    opened_at=clock.now(),
                )
            )  # fmt: skip
