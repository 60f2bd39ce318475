"""The daily look: once for each surveyed site, the owner told first, nothing automatic (S26)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, audit, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.notices.models import Message
from app.foundation.tenancy.models import Site, Unit
from app.plugins.campaigns.models import CampaignStep
from app.plugins.lapses import looking, service
from app.plugins.lapses.models import Lapse
from app.plugins.surveys.models import SurveySheet
from tests.plugins.lapses.ground import (
    AFTER,
    CITY,
    DUE_DAY,
    applications_of,
    candidate,
    filer_of,
    look,
    of,
    rows,
    set_state,
    surveyed,
    withdrawn,
)
from tests.plugins.messages.conftest import EVERYWHERE, Town

SENTENCE = "由此产生的一切后果由网站开办单位自负"
LATER = datetime(2014, 12, 3, 9, 0, tzinfo=clock.SHANGHAI)


def test_a_surveyed_site_never_filed_for_becomes_a_candidate_on_the_day_after(town: Town) -> None:
    site = next(one for one in surveyed(town) if not applications_of(town, one))
    look(DUE_DAY)
    assert of(town, site) is None, "until midnight it is in time"
    look(AFTER)
    row = of(town, site)
    assert row is not None
    assert (row.state, row.due.isoformat(), row.site_name) == ("candidate", "2014-11-25", site.name)
    assert row.source.endswith("第三条")


def test_a_withdrawn_application_is_none(town: Town) -> None:
    site = withdrawn(town)
    look()
    row = of(town, site)
    assert row is not None and row.state == "candidate"


@pytest.mark.parametrize(
    "state", ["submitted", "returned", "awaiting_paper", "approved", "badged", "refused", "ineligible"]
)
def test_what_was_filed_for_is_no_candidate(town: Town, state: str) -> None:
    site = withdrawn(town)
    if state in ("approved", "badged", "refused"):  # decided by two: as the demo has them
        site = next(
            one for one in surveyed(town) if any(row.state == state for row in applications_of(town, one))
        )
    else:
        set_state(site, state)
    look()
    assert of(town, site) is None


def test_a_draft_is_not_filed(town: Town) -> None:
    site = withdrawn(town)
    set_state(site, "draft")
    look()
    assert of(town, site) is not None


def test_an_opening_review_under_way_is_no_candidate(town: Town) -> None:
    site = withdrawn(town)
    set_state(site, "submitted", "opening")
    look()
    assert of(town, site) is None


def test_an_application_for_a_site_not_registered_then_counts_by_its_domain(town: Town) -> None:
    site = withdrawn(town)
    with access.acting_as(EVERYWHERE), transaction():
        from app.plugins.applications.models import Application

        row = db.session.scalars(select(Application).where(Application.site_id == site.id)).first()
        assert row is not None
        row.state, row.site_id = "submitted", None
        row.chinese_domain = site.chinese_domain
        row.english_domain, row.site_name = site.english_domain, "另一个名称"
    look()
    assert of(town, site) is None


@pytest.mark.parametrize("what", ["sheet", "site", "unit"])
def test_a_site_not_surveyed_or_closed_is_none(town: Town, what: str) -> None:
    site = withdrawn(town)
    with access.acting_as(EVERYWHERE), transaction():
        if what == "site":
            db.session.get_one(Site, site.id).active = False
        elif what == "unit":
            db.session.get_one(Unit, site.unit_id).active = False
        else:
            for sheet in db.session.scalars(select(SurveySheet).where(SurveySheet.unit_id == site.unit_id)):
                sheet.state, sheet.accepted_at = "submitted", None
    look()
    assert of(town, site) is None


def test_once_however_often_it_looks(town: Town) -> None:
    candidate(town)
    first = [(row.id, row.state) for row in rows(town)]
    told = len(town.all(select(Message).where(Message.event == "lapse.listed")))
    look()
    look(LATER)
    assert [(row.id, row.state) for row in rows(town)] == first
    assert len(town.all(select(Message).where(Message.event == "lapse.listed"))) == told


def test_a_county_is_bound_by_its_own_date(town: Town) -> None:
    """Wuling set 26 November for organs; counties that set none have no filing date (S16)."""
    look(AFTER)
    assert {row.review_path for row in rows(town)} == {CITY}
    with access.acting_as(EVERYWHERE), transaction():
        from app.plugins.applications.models import Application

        for row in db.session.scalars(select(Application).where(Application.review_path == "0.43.07.02.")):
            row.state, row.number, row.declared_at = "withdrawn", row.number or f"T-{row.id}", clock.now()
    look(datetime(2014, 11, 26, 23, 0, tzinfo=clock.SHANGHAI))
    assert {row.review_path for row in rows(town)} == {CITY}
    look(datetime(2014, 11, 27, 9, 0, tzinfo=clock.SHANGHAI))
    theirs = [row for row in rows(town) if row.review_path == "0.43.07.02."]
    assert theirs and {row.due.isoformat() for row in theirs} == {"2014-11-26"}
    assert not [row for row in rows(town) if row.review_path == "0.43.07.03."]


def put_off(day: int, month: int = 12) -> None:
    with access.acting_as(EVERYWHERE), transaction():
        for step in db.session.scalars(select(CampaignStep).where(CampaignStep.key == "municipal-filing")):
            step.due = datetime(2014, month, day).date()


def test_a_later_date_takes_the_candidate_away_until_it_is_past_too(town: Town) -> None:
    row = candidate(town)
    put_off(5)
    look(LATER)
    site_id = row.site_id
    row = town.one(select(Lapse).where(Lapse.site_id == site_id))
    assert row.state == "lifted"
    look(datetime(2014, 12, 6, 9, 0, tzinfo=clock.SHANGHAI))
    row = town.one(select(Lapse).where(Lapse.site_id == site_id))
    assert (row.state, row.due.isoformat()) == ("candidate", "2014-12-05")
    assert [entry.verb for entry in reversed(_timeline(row))] == [
        "lapse.listed", "lapse.lifted", "lapse.relisted",
    ]  # fmt: skip


def _timeline(row: Lapse) -> list[Any]:
    with access.acting_as(EVERYWHERE):
        return audit.timeline(row)


def test_the_owner_is_warned_before_and_told_when_it_is_listed_with_the_notices_own_words(town: Town) -> None:
    site = withdrawn(town)
    look(datetime(2014, 11, 24, 9, 0, tzinfo=clock.SHANGHAI))
    look(datetime(2014, 11, 24, 15, 0, tzinfo=clock.SHANGHAI))
    look(DUE_DAY)
    row_filers = town.filers(site)  # type: ignore[arg-type]
    warned = [
        one for one in town.inbox(row_filers[0]) if one.event == "lapse.warned" and site.name in one.text
    ]
    assert len(warned) == 2, "one working day before, and on the day"
    assert all(SENTENCE in one.text and "通知第四条" in one.text for one in warned)
    look(AFTER)
    listed = [one for one in town.inbox(row_filers[0]) if one.event == "lapse.listed"]
    assert len(listed) == 1 and SENTENCE in listed[0].text
    heads = [one for one in town.inbox("changde.head") if one.event == "lapse.to_decide"]
    assert any(site.name in one.subject for one in heads)


def test_whoever_has_filed_is_not_warned(town: Town) -> None:
    site = withdrawn(town)
    set_state(site, "submitted")
    look(datetime(2014, 11, 24, 9, 0, tzinfo=clock.SHANGHAI))
    assert not [
        one
        for one in town.all(select(Message).where(Message.event == "lapse.warned"))
        if site.name in one.subject
    ]


def test_moving_the_drill_clock_past_the_date_lists_them_once(app: Flask, town: Town) -> None:
    """The job goes with the daily reminders; moved again, or run again, it finds them listed."""
    site = withdrawn(town)
    jobs.run_due(app)
    assert of(town, site) is None
    for moment in ("2014-11-26T09:00", "2014-11-24T09:00", "2014-11-27T09:00"):
        assert app.test_cli_runner().invoke(args=["drill", "move", moment]).exit_code == 0
        jobs.run_due(app)
    assert len(town.all(select(Lapse).where(Lapse.site_id == site.id))) == 1
    assert all(row.state == "candidate" for row in rows(town)), "nothing is decided by itself"
    assert audit.verify() == []


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
def test_two_looks_at_once_list_once(app: Flask, town: Town, database_kind: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    site = withdrawn(town)

    def run(_n: int) -> None:
        with app.app_context():
            look()
            db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert len(town.all(select(Lapse).where(Lapse.site_id == site.id))) == 1
    assert len({row.site_id for row in rows(town)}) == len(rows(town)) > 0


def test_the_look_goes_part_by_part(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "AT_ONCE", 2)
    site = withdrawn(town)
    look()
    assert of(town, site) is not None


def test_a_withdrawn_late_application_makes_it_a_candidate_again(town: Town) -> None:
    row = candidate(town)
    with access.acting_as(EVERYWHERE), transaction():
        from app.plugins.applications.models import Application

        late = db.session.scalars(select(Application).where(Application.site_id == row.site_id)).first()
        assert late is not None
        late.state = "submitted"
        service.file(db.session.get_one(Lapse, row.id), late, actor=EVERYWHERE)
    assert town.one(select(Lapse).where(Lapse.id == row.id)).state == "filed"
    look()
    assert town.one(select(Lapse).where(Lapse.id == row.id)).state == "filed"
    set_state(town.one(select(Site).where(Site.id == row.site_id)), "withdrawn")
    look(LATER)
    again = town.one(select(Lapse).where(Lapse.id == row.id))
    assert (again.state, again.application_id) == ("candidate", None)
    assert len([one for one in town.inbox(filer_of(town, again)) if one.event == "lapse.listed"]) == 2
