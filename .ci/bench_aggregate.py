"""A national survey: 100,000 sheets with 300,000 websites under some 3,400 offices, counted for the centre.

Beside it the same GROUP BY written by hand in SQL, by turns on one connection; then the numbers of the desk at that
size and at a hundredth of it. ``BENCH_SHEETS`` is the larger size; a smaller one is for a quick look, and judges nothing.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import flask_migrate
from benching import Verdict, command, medians, say, timed
from flask import Flask
from sqlalchemy import select, text

from app import create_app
from app.foundation import access, bulk, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.jurisdiction import FACTS
from app.foundation.tenancy.models import Office, Unit
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.models import Campaign, CampaignStep
from app.plugins.desk import panels
from app.plugins.surveys import progress
from app.plugins.surveys.models import NATURES, SurveySheet, SurveySite

SHEETS, HUNDREDTH, SITES = 100_000, 100, 3
OVER_SQL, GROWTH = 1.5, 1.3
CENTRE = "000000.head"
DUE, ISSUED = date(2014, 11, 21), date(2014, 9, 15)
AT = datetime(2014, 11, 18, 9, tzinfo=clock.SHANGHAI)
SHEET = (
    "id", "unit_id", "campaign_id", "account", "state", "unit_name", "nature", "rank", "site_count", "submitted_at",
    "accepted_at", *FACTS,
)  # fmt: skip
SITE = ("sheet_id", "unit_id", "number", "name", "chinese_domain", "english_domain", "ip", *FACTS)
# Out of ten units in a row: five accepted, three handed in, one begun, one not begun.
COURSE = ("accepted",) * 5 + ("submitted",) * 3 + ("draft", "")
BY_HAND = """
SELECT e.review_path, e.filing_path, e.nature, count(*),
       sum(s.state = 'submitted'), sum(s.state = 'accepted'), sum(s.state = 'returned'),
       sum(CASE WHEN s.state IN ('submitted', 'accepted') THEN s.site_count END),
       sum(s.state IN ('submitted', 'accepted') AND s.no_website)
FROM (
    SELECT u.id AS unit_id, NULL AS desk_id, u.nature, u.review_path, u.filing_path FROM unit u
    WHERE u.active AND u.nature IN ('organ', 'institution')
      AND (NOT EXISTS (SELECT 1 FROM site WHERE unit_id = u.id AND active AND filing_desk_id IS NOT NULL)
           OR EXISTS (SELECT 1 FROM site WHERE unit_id = u.id AND active AND filing_desk_id IS NULL))
    UNION ALL
    SELECT DISTINCT u.id, t.filing_desk_id, u.nature, u.review_path, t.filing_path
    FROM unit u JOIN site t ON t.unit_id = u.id
    WHERE t.active AND t.filing_desk_id IS NOT NULL AND u.active AND u.nature IN ('organ', 'institution')
) e
LEFT JOIN survey_sheet s ON s.campaign_id = :campaign AND s.unit_id = e.unit_id AND s.filing_desk_id IS e.desk_id
GROUP BY e.review_path, e.filing_path, e.nature
ORDER BY e.review_path, e.filing_path, e.nature
"""


def _made(folder: Path, sheets: int) -> Flask:
    """An instance with a national survey."""
    folder.mkdir()
    app = create_app(
        {
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            "INSTANCE_DIR": str(folder),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'bianban.sqlite3'}",
        }
    )
    units = sheets * 10 // 9 + 1  # one in ten has not begun
    with app.app_context():
        flask_migrate.upgrade()
    with timed(f"aggregate.generate_{sheets}_sheets"):
        command(app, "scale", "generate", "--units", str(units), "--seed", "1")
        with app.app_context(), access.acting_as(access.system("bench", over=access.EVERYWHERE)):
            with transaction():
                _survey(sheets)
            bulk.analyse()
    return app


def _survey(most: int) -> None:
    offices = list(db.session.scalars(select(Office).where(Office.kind == "office").order_by(Office.path)))
    centre = offices[0]
    campaign = Campaign(
        office_id=centre.id, document="规模测试〔2014〕1号", title="规模测试", short_title="规模测试", issued_on=ISSUED,
        folder="000000", body="", groups=[
            {"key": "own", "label": "中央单位", "homes": [centre.path], "offices": []},
            {"key": "below", "label": "地方", "homes": [], "offices": [one.path for one in offices[1:]]},
        ],
        tracks=[{"key": one, "label": one, "natures": [one]} for one in NATURES],
    )  # fmt: skip
    db.session.add(campaign)
    db.session.flush()
    db.session.add(
        CampaignStep(
            office_id=centre.id, campaign_id=campaign.id, ordinal=1, key="survey", kind="survey", label="摸底",
            groups=["own", "below"], due=DUE, source="规模测试",
        )
    )  # fmt: skip
    db.session.flush()
    units = db.session.execute(
        select(
            Unit.id, Unit.account, Unit.name, Unit.nature, Unit.rank, *(getattr(Unit, one) for one in FACTS)
        )
        .where(Unit.nature.in_(NATURES))
        .order_by(Unit.id)
    ).all()
    begun = [(row, state) for row, state in _courses(units) if state][:most]
    first = bulk.reserve(SurveySheet, len(begun))
    say("aggregate.offices", len(offices), "offices")
    say("aggregate.sheets", bulk.write(SurveySheet, SHEET, _sheets(begun, first, campaign.id)), "sheets")
    say("aggregate.sites", bulk.write(SurveySite, SITE, _sites(begun, first)), "websites")


def _courses(units: Any) -> Iterator[tuple[Any, str]]:
    return ((row, COURSE[index % len(COURSE)]) for index, row in enumerate(units))


def _sheets(begun: list[tuple[Any, str]], first: int, campaign: int) -> Iterator[tuple[Any, ...]]:
    for number, (row, state) in enumerate(begun, first):
        pk, account, name, nature, rank, *facts = row
        handed_in = AT if state in ("accepted", "submitted") else None
        accepted = AT if state == "accepted" else None
        yield (number, pk, campaign, account, state, name, nature, rank, SITES, handed_in, accepted, *facts)


def _sites(begun: list[tuple[Any, str]], first: int) -> Iterator[tuple[Any, ...]]:
    for number, (row, _state) in enumerate(begun, first):
        pk, account, name, _nature, _rank, *facts = row
        for one in range(1, SITES + 1):
            domain = f"示例{account}之{one}.政务" if one < SITES else "无"
            yield (
                number,
                pk,
                one,
                f"{name}网站{one}",
                domain,
                f"w{one}.u{account}.gov.cn",
                "203.0.113.1",
                *facts,
            )


def _ours(actor: Actor) -> Any:
    table = campaigns.timetable()
    (plan,) = table.current("survey")
    return progress.cells(actor, plan, table, DUE)


def _over_sql(app: Flask, verdict: Verdict, *, binding: bool) -> None:
    with app.app_context(), clock.at(AT):
        actor = access.actor_for(CENTRE)
        with access.acting_as(actor):
            campaign = campaigns.timetable().plans[0].id
            by_hand = text(BY_HAND)
            connection = db.session.connection()

            def theirs() -> Any:
                return connection.execute(by_hand, {"campaign": campaign}).all()

            found = [
                (
                    c.review_path,
                    c.filing_path,
                    c.nature,
                    c.counts.total,
                    c.counts.submitted,
                    c.counts.accepted,
                )
                for c in _ours(actor)
            ]
            if found != [(*row[:4], *(number or 0 for number in row[4:6])) for row in theirs()]:
                raise SystemExit("the statement by hand counts something else")
            times = medians({"ours": lambda: _ours(actor), "by_hand": theirs}, time.process_time)
        say("aggregate.time", times["ours"] * 1000, "ms")
        say("aggregate.by_hand", times["by_hand"] * 1000, "ms")
        verdict.at_most("aggregate.over_sql", times["ours"] / times["by_hand"], OVER_SQL, binding=binding)


def _desk(app: Flask) -> Any:
    """The numbers of the survey on the centre's desk, timetable and all, as a request asks for them."""

    def ask() -> Any:
        with app.test_request_context("/desk/"), access.acting_as(access.actor_for(CENTRE)):
            return list(panels.of_surveys(access.current_actor()))

    return ask


def _grown(small: Flask, large: Flask, verdict: Verdict, *, binding: bool) -> None:
    works = {"small": _desk(small), "large": _desk(large)}
    if not all(work() for work in works.values()):
        raise SystemExit("a desk shows no numbers of the survey")
    times = medians(works, time.process_time)
    say("desk.survey_numbers.time", times["large"] * 1000, "ms")
    verdict.at_most("desk.survey_numbers.growth", times["large"] / times["small"], GROWTH, binding=binding)


def run(verdict: Verdict) -> None:
    """Everything, on instances that are gone afterwards."""
    sheets = int(os.environ.get("BENCH_SHEETS", SHEETS))
    binding = sheets >= SHEETS
    with tempfile.TemporaryDirectory() as below:
        large, small = (_made(Path(below) / f"{size}", size) for size in (sheets, sheets // HUNDREDTH))
        _over_sql(large, verdict, binding=binding)
        _grown(small, large, verdict, binding=binding)
        for app in (large, small):
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
