"""Many rows at once are judged like single ones: parents, facts, reach, links; and their record like single acts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.foundation import access, adding, audit
from app.foundation.access import Actor, ForeignWrite
from app.foundation.audit import Act
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.jobs import Job
from app.plugins.surveys.models import SurveySheet, SurveySite
from tests.plugins.surveys.ground import As, acting, app, ground, named, shared_app
from tests.services.afresh import read_afresh

__all__ = ["acting", "app", "ground", "shared_app"]
SHEET = ("id", "campaign_id", "unit_id", "account", "state", "nature", "rank")
PLATFORM = access.system("tests", over="0.")


def sheet(unit: str, key: int = 1, campaign: int = 1, state: str = "draft") -> tuple[object, ...]:
    return key, campaign, named(unit).id, "41840000", state, "organ", "division"


def stored() -> list[SurveySheet]:
    read_afresh()
    with access.acting_as(PLATFORM):
        return list(db.session.scalars(select(SurveySheet).order_by(SurveySheet.id)))


@pytest.fixture
def clerk(acting: As) -> Iterator[Actor]:
    with acting("changde.clerk") as actor:
        yield actor


def test_facts_are_the_parents_whatever_the_caller_thinks(app: Flask, clerk: Actor) -> None:
    with transaction():
        first = adding.reserve(SurveySheet, 2)
        rows = [sheet("财政局", first), sheet("人才中心", first + 1)]
        assert adding.add(SurveySheet, SHEET, rows) == 2
        assert (
            adding.add(SurveySite, ("sheet_id", "number", "name"), [(first + 1, 1, "甲"), (first, 1, "乙")])
            == 2
        )
    for one, unit in zip(stored(), (named("财政局"), named("人才中心")), strict=True):
        assert (one.review_path, one.filing_path, one.city_id) == (
            unit.review_path,
            unit.filing_path,
            unit.city_id,
        )
        assert one.version == 1 and one.no_website is False and one.created_at is not None  # defaults
    with access.acting_as(PLATFORM):
        site = db.session.scalars(select(SurveySite).where(SurveySite.name == "甲")).one()
        unit = named("人才中心")
        assert (site.unit_id, site.filing_path) == (unit.id, unit.filing_path)


@pytest.mark.parametrize("unit", ["武陵教育局", "海关"])
def test_a_parent_out_of_reach_takes_all_of_it_back(app: Flask, clerk: Actor, unit: str) -> None:
    with pytest.raises(ForeignWrite), transaction():
        adding.add(SurveySheet, SHEET, [sheet("财政局", 1), sheet(unit, 2)])
    assert stored() == []


def test_what_is_only_seen_is_not_written_to(app: Flask, acting: As) -> None:
    with acting("changde.auditor"), pytest.raises(ForeignWrite, match="outside the reach"), transaction():
        adding.add(SurveySheet, SHEET, [sheet("财政局")])
    assert stored() == []


def test_a_link_to_what_is_not_seen(app: Flask, clerk: Actor) -> None:
    with pytest.raises(ForeignWrite, match="campaign_id"), transaction():
        adding.add(SurveySheet, SHEET, [sheet("财政局", campaign=987_654)])


def test_outside_a_transaction_and_of_nothing(app: Flask, clerk: Actor) -> None:
    with pytest.raises(RuntimeError):
        adding.add(SurveySheet, SHEET, [sheet("财政局")])
    with pytest.raises(RuntimeError):
        adding.reserve(SurveySheet, 1)
    with transaction():
        assert adding.add(SurveySheet, SHEET, []) == 0


def test_a_row_kept_by_nobody_in_particular_is_not_for_many(app: Flask, clerk: Actor) -> None:
    with pytest.raises(ForeignWrite), transaction():
        adding.add(Job, ("office_id", "kind"), [(987_654, "x")])


def test_acts_recorded_together_are_a_chain_like_single_ones(app: Flask, clerk: Actor) -> None:
    with transaction():
        adding.add(SurveySheet, SHEET, [sheet("财政局", 1), sheet("机关事务局", 2)])
        acts = [
            Act(key, "0.43.07.", None, {"phone": "0736-7786510", "rows": [["甲"]]}, "批") for key in (1, 2)
        ]
        assert audit.record_each(clerk, "survey.imported", SurveySheet, acts) == 2
        one = db.session.get(SurveySheet, 1)
        audit.record(clerk, "survey.saved", one)
        assert audit.record_each(clerk, "survey.imported", SurveySheet, []) == 0
    read_afresh()
    with access.acting_as(PLATFORM):
        assert audit.verify() == []
        found = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(3)).all()
        assert [one.verb for one in found] == ["survey.saved", "survey.imported", "survey.imported"]
        assert (found[1].person, found[1].object_id, found[1].reason) == ("某changde.clerk", 2, "批")
        assert found[1].post == found[0].post
        after = found[1].after or {}
        assert after["phone"].startswith("hmac:") and after["rows"] == [["甲"]]


def test_recorded_together_and_undone_together(app: Flask, clerk: Actor) -> None:
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    with pytest.raises(ZeroDivisionError), transaction():
        audit.record_each(clerk, "survey.imported", SurveySheet, [Act(1, "0.43.07.")])
        raise ZeroDivisionError
    read_afresh()
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before
    assert audit.verify() == []
    with pytest.raises(RuntimeError):
        audit.record_each(clerk, "survey.imported", SurveySheet, [])
