"""The campaign's completion date (S15): shown once it is past, in the queue and on the case, and blocking nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.plugins.applications import queries, service
from app.plugins.campaigns.models import Campaign, CampaignStep
from app.plugins.worklist.dates import Finish
from tests.plugins.applications.country import MONDAY, Country

Browse = Callable[[str], FlaskClient]
ORGANS = date(2014, 11, 30)


@pytest.fixture
def campaign(country: Country) -> None:
    """The city's: organs finish by the end of November."""
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        city = session.scalars(db.select(Office).where(Office.path == "0.43.07.")).one()
        groups = [{"key": "all", "label": "各单位", "homes": ["0.43.07.", "0.43.07.02."], "offices": []}]
        tracks = [{"key": one, "label": one, "natures": [one]} for one in ("organ", "institution")]
        issued = Campaign(
            tracks=tracks, document="常编办发〔2014〕9号", title="通知", short_title="通知", issued_on=date(2014, 11, 10), folder="x",
            body="body.txt", office_id=city.id, groups=groups,
        )  # fmt: skip
        session.add(issued)
        session.flush()
        step = CampaignStep(
            campaign_id=issued.id, office_id=city.id, ordinal=1, key="f", kind="finish", track="organ"
        )
        step.label, step.groups, step.due, step.source = "完成资格复核", ["all"], ORGANS, "第三条"
        session.add(step)


def later() -> None:
    with access.acting_as(access.system("tests", over="0.")), transaction():
        clock.move(MONDAY + timedelta(days=8))


def test_it_is_past_only_afterwards_and_only_while_the_case_goes_on(country: Country, campaign: None) -> None:
    pk, library = country.submitted(), country.submitted("library", "librarian")
    with access.acting_as(country.actor("reviewer")):
        row = queries.get(pk)
        found = Finish().of(row)
        assert (found.date if found else None, Finish().past(row)) == (ORGANS, None)
        assert Finish().of(queries.get(library)) is None  # the campaign has no date for institutions
    later()
    with access.acting_as(country.actor("reviewer")):
        past = Finish().past(queries.get(pk))
        assert past is not None and past.date == ORGANS
    country.do("filer", pk, lambda row, actor: service.withdraw(row, actor=actor, reason="网站不再开办"))
    with access.acting_as(country.actor("reviewer")):
        assert Finish().past(queries.get(pk)) is None


def test_it_is_shown_and_blocks_nothing(country: Country, campaign: None, browse: Browse) -> None:
    pk = country.submitted()
    later()
    page = unescape(browse("reviewer").get("/reviewing/").get_data(as_text=True))
    assert "已过完成期限 2014-11-30" in page and "第三条" in page
    for who in ("filer", "reviewer", "city_reviewer"):
        page = unescape(browse(who).get(f"/applications/{pk}").get_data(as_text=True))
        assert "已过完成期限" in page and "本件继续办理，不受影响" in page
    country.checked(pk)
    country.do("reviewer", pk, lambda row, actor: service.pass_first(row, actor=actor))
    country.receive(pk)
    country.do("head", pk, lambda row, actor: service.approve(row, actor=actor))
    assert country.read(pk).state == "approved"
