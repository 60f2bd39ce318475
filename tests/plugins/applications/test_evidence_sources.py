"""What plugins above say beside a claim; the survey's row and the badge are said by the desk plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access
from app.foundation.access import Actor, system
from app.foundation.database import transaction
from app.foundation.tenancy.models import Office
from app.plugins.applications import evidence_sources
from app.plugins.applications.evidence import Evidence
from app.plugins.applications.evidence_sources import Source
from app.plugins.applications.models import Application
from app.plugins.campaigns.models import Campaign
from app.plugins.surveys.models import SurveySheet, SurveySite
from tests.plugins.applications.country import MONDAY, Country

Browse = Callable[[str], FlaskClient]


def _saying(number: int, text: str) -> Callable[[Application, Actor], Iterator[tuple[int, Evidence]]]:
    def build(_row: Application, _actor: Actor) -> Iterator[tuple[int, Evidence]]:
        yield number, Evidence("label", text)

    return build


def test_lines_are_gathered_by_item_in_the_order_of_keys() -> None:
    app = Flask(__name__)
    evidence_sources.offer(app, Source("b", _saying(4, "second")))
    evidence_sources.offer(app, Source("a", _saying(4, "first")))
    evidence_sources.offer(app, Source("c", _saying(5, "other")))
    with app.app_context():
        found = evidence_sources.gathered(Application(), system("tests", over="0."))
    assert {number: [line.text for line in lines] for number, lines in found.items()} == {
        4: ["first", "second"], 5: ["other"],
    }  # fmt: skip
    with pytest.raises(ValueError, match="twice"):
        evidence_sources.offer(app, Source("a", _saying(1, "again")))


def _surveyed(
    country: Country, *, name: str = "武陵教育网", ip: str = "203.0.113.5", state: str = "accepted"
) -> None:
    with access.acting_as(system("tests", over="0.")), transaction() as session:
        office = session.scalars(select(Office).where(Office.path == "0.43.07.")).one()
        campaign = Campaign(
            office_id=office.id, document="测发〔2014〕1号", title="摸底", short_title="摸底",
            issued_on=date(2014, 11, 10), folder="", body="",
        )  # fmt: skip
        session.add(campaign)
        session.flush()
        sheet = SurveySheet(
            campaign_id=campaign.id, unit_id=country.units["wuling"], account="00000007", state=state,
            unit_name="武陵区教育局", nature="organ", rank="section", site_count=1,
            submitted_at=MONDAY if state != "draft" else None, accepted_at=MONDAY if state == "accepted" else None,
        )  # fmt: skip
        sheet.sites.append(
            SurveySite(
                number=1, name=name, chinese_domain="武陵区教育局.政务", english_domain="wljy.gov.cn", ip=ip
            )
        )
        session.add(sheet)


@pytest.mark.parametrize(
    ("ip", "state", "says"),
    [
        ("203.0.113.5", "accepted", "203.0.113.5"),
        ("203.0.113.99", "submitted", "与申请不一致：网站IP地址"),
        ("203.0.113.5", "draft", "没有该网站的记录"),
    ],
)
def test_the_surveys_row_stands_beside_the_names(
    country: Country, browse: Browse, ip: str, state: str, says: str
) -> None:
    pk = country.submitted()
    _surveyed(country, ip=ip, state=state)
    page = browse("reviewer").get(f"/applications/{pk}").get_data(as_text=True)
    part = page[page.index('id="item-4"') : page.index('id="item-5"')]
    assert "摸底表" in part and says in part


def test_a_desk_that_sees_no_survey_hears_nothing_of_it(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    _surveyed(country)
    page = browse("county_egov").get(f"/applications/{pk}").get_data(as_text=True)
    assert "摸底表" not in page[page.index('id="item-1"') : page.index("</main>")]


def test_other_cases_of_the_unit_stand_beside_it(country: Country, browse: Browse) -> None:
    first, other = country.returned("edu"), country.submitted("exam")
    page = browse("reviewer").get(f"/applications/{other}").get_data(as_text=True)
    part = page[page.index('id="others"') :]
    part = part[: part.index("</section>")]
    assert f"/applications/{first}" in part and "武陵教育网" in part and "退回补正" in part
    assert "同一网站" not in part
    neighbour = browse("filer").get(f"/applications/{other}").get_data(as_text=True)
    assert 'id="others"' not in neighbour
