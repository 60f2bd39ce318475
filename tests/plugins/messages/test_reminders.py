"""The ladders: each rung once, nobody who has done it, on business time."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.notices.models import Message
from app.kernel import workdays
from app.plugins.applications.models import Application
from app.plugins.messages import reminders
from tests.plugins.messages.conftest import EVERYWHERE, Town


def remind(at: datetime | None = None) -> None:
    work: Any = SimpleNamespace(progress=lambda *_args: None)
    if at is None:
        reminders.remind(work)
    else:
        with clock.at(at):
            reminders.remind(work)


def told(town: Town, event: str) -> list[Message]:
    return town.all(select(Message).where(Message.event == event).order_by(Message.id))


def moved(row: Application, due: Any) -> None:
    with access.acting_as(EVERYWHERE), transaction():
        found = db.session.get_one(Application, row.id)
        found.due = found.due_order = due


def test_paper_that_is_awaited_each_rung_once(town: Town) -> None:
    row = town.application("awaiting_paper")
    (filer,) = town.filers(row)
    due = workdays.add(clock.today(), 4, clock.calendar())
    moved(row, due)
    remind()
    first = [one for one in town.inbox(filer) if one.event.startswith("application.paper")]
    assert first == []
    said = []
    day = clock.now()
    for _day in range(12):
        for _again in range(2):
            remind(day)
        found = [one for one in town.inbox(filer) if one.event.startswith("application.paper")]
        said = [(one.event, one.subject) for one in found]
        day += timedelta(days=1)
    site = row.site_name
    assert said == [
        ("application.paper_due", f"请报送书面材料（还有 3 个工作日）：{site}"),
        ("application.paper_due", f"请报送书面材料（还有 1 个工作日）：{site}"),
        ("application.paper_due", f"请报送书面材料（今天截止）：{site}"),
        ("application.paper_overdue", f"书面材料逾期未报：{site}"),
    ]
    assert [one.subject for one in told(town, "application.paper_missing") if site in one.subject] == [
        f"书面材料逾期未到：{site}"
    ] * len({one.person_id for one in told(town, "application.paper_missing") if site in one.subject})
    assert any(one.subject.endswith(site) for one in town.inbox("changde.clerk"))


def test_paper_that_came_is_not_asked_for(town: Town) -> None:
    row = town.application("paper_review")
    (filer,) = town.filers(row)
    moved(row, clock.today() - timedelta(days=1))
    remind()
    asked = {"application.paper_due", "application.paper_overdue"}
    assert [one for one in town.inbox(filer) if one.event in asked] == []


def test_dates_of_the_campaign_are_told_to_those_who_owe(town: Town) -> None:
    """On 24 November the survey (21 November) is over, the filing (25 November) due tomorrow (S18, S19)."""
    remind()
    (over,) = [one for one in town.inbox("unit.changde") if one.event == "deadline.overdue"]
    assert over.subject == "报送摸底调查表：已经逾期"
    near = [one for one in town.inbox("unit.changde") if one.event == "deadline.near"]
    assert near
    assert all("还有 1 个工作日" in one.subject for one in near)
    count = len(town.inbox("unit.changde"))
    remind()
    assert len(town.inbox("unit.changde")) == count


def test_whoever_handed_in_is_not_reminded(town: Town) -> None:
    from app.plugins.surveys.models import SurveySheet

    remind()
    handed_in = town.all(
        select(SurveySheet.unit_id).where(
            SurveySheet.state.in_(("submitted", "accepted")), SurveySheet.filing_desk_id.is_(None)
        )
    )
    from app.foundation.tenancy.models import Post

    people = town.all(select(Post.person_id).where(Post.unit_id.in_(handed_in)))
    late = [one for one in told(town, "deadline.overdue") if one.subject.startswith("报送摸底调查表")]
    assert late
    assert {one.person_id for one in late} & set(people) == set()


def test_the_scheduled_job_reminds(app: Flask, town: Town) -> None:
    with access.acting_as(EVERYWHERE), transaction():
        jobs.put("notices.reminders", {}, path="0.")
    db.session.remove()
    jobs.run_due(app)
    assert [one.event for one in town.inbox("unit.changde")].count("deadline.overdue") == 1


def test_it_stands_in_the_schedules(app: Flask) -> None:
    from app.foundation.jobs.schedules import schedules

    assert {"notices.reminders", "notices.digest", "notices.returns"} <= {one.job for one in schedules(app)}
