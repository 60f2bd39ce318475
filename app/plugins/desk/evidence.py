"""What surveys and badges know of a website, beside the claims of its review: neither may read the other's plugin."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.plugins.applications.evidence import Evidence
from app.plugins.applications.fields import BY_NAME
from app.plugins.applications.models import Application
from app.plugins.badges import labels as badge_labels
from app.plugins.badges.models import Badge
from app.plugins.surveys import labels as survey_labels
from app.plugins.surveys.models import SurveySheet, SurveySite

NAMES = (
    ("name", "site_name"), ("chinese_domain", "chinese_domain"), ("english_domain", "english_domain"), ("ip", "ip"),
)  # fmt: skip
HANDED_IN = ("submitted", "accepted")


def of_survey(application: Application, actor: Actor) -> Iterator[tuple[int, Evidence]]:
    """The website's row in the newest sheet that was handed in (S18), compared box by box; one statement."""
    if not access.can(actor, "survey", "see", application):
        return
    row = db.session.scalar(
        select(SurveySite)
        .join(SurveySite.sheet)
        .where(
            SurveySheet.unit_id == application.unit_id,
            SurveySheet.state.in_(HANDED_IN),
            or_(
                SurveySite.name == application.site_name,
                (SurveySite.chinese_domain == application.chinese_domain) & (SurveySite.chinese_domain != ""),
                (SurveySite.english_domain == application.english_domain) & (SurveySite.english_domain != ""),
            ),
        )
        .options(joinedload(SurveySite.sheet))
        .order_by(SurveySheet.id.desc(), SurveySite.number)
        .limit(1)
    )
    if row is None:
        missing = application.kind == "requalification"
        yield 4, Evidence(_("摸底表"), _("没有该网站的记录"), None, _("请核实") if missing else "")
        return
    differ = [
        str(BY_NAME[field].label)
        for name, field in NAMES
        if getattr(row, name) != getattr(application, field)
    ]
    listed = " · ".join(text for name, _field in NAMES if (text := getattr(row, name)))
    said = _("与申请不一致：%(names)s", names=_("、").join(differ)) if differ else _("与申请一致")
    yield 4, Evidence(_("摸底表"), listed, not differ, said)
    yield from _unit(row.sheet, application)


def _unit(sheet: SurveySheet, application: Application) -> Iterator[tuple[int, Evidence]]:
    state = survey_labels.STATES[sheet.state][0]
    same = sheet.unit_name == application.organ_name
    text = _("%(name)s（%(state)s）", name=sheet.unit_name, state=state)
    said = _("与申请一致") if same else _("与申请不一致")
    yield 3, Evidence(_("摸底表填报单位"), text, same, said)


def of_badges(application: Application, actor: Actor) -> Iterator[tuple[int, Evidence]]:
    """The badge the unit holds for a website of this name or domain, and how it stands; one statement."""
    if not access.can(actor, "badge", "see", application):
        return
    badge = db.session.scalar(
        select(Badge)
        .where(
            Badge.unit_id == application.unit_id,
            or_(
                Badge.name == application.site_name,
                (Badge.english_domain == application.english_domain) & (Badge.english_domain != ""),
            ),
        )
        .order_by(Badge.id.desc())
        .limit(1)
    )
    if badge is not None:
        state = badge_labels.STATE[badge.state][0]
        yield 5, Evidence(_("已有标识"), f"{badge.number} · {badge.name} · {state}")
