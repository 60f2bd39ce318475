"""What each plugin below has for this person to do, as tasks of one shape."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.clock import ClockView
from app.foundation.database import db
from app.foundation.tenancy.models import Unit
from app.kernel import paths, workdays
from app.plugins.applications import clocks
from app.plugins.applications import queries as applications
from app.plugins.badges import queries as badges
from app.plugins.badges import service as badge_service
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Deadline, Whose
from app.plugins.desk.tasks import Task
from app.plugins.registry import queries as registry
from app.plugins.surveys import queries as surveys

SURVEY, FILING, FINISH = "survey", "filing", "finish"
DATES_SHOWN = 5
TRACKS = ("organ", "institution")

# task key of the applications plugin → (what is to be done, what the link says)
APPLICATION = {
    "fix": (_l("补正后再提交"), _l("去补正")),
    "send-paper": (_l("报送书面材料"), _l("打印和报送")),
    "finish": (_l("填完申请表"), _l("继续填写")),
    "first-review": (_l("在线初审"), _l("去审核")),
    "paper-review": (_l("书面审核"), _l("去审核")),
    "await-paper": (_l("收书面材料"), _l("登记收件")),
}


def of_surveys(actor: Actor) -> Iterator[Task]:
    """Survey sheets to fill in or correct, and those to accept."""
    if access.may(actor, "survey", "edit"):
        for one in surveys.to_fill(actor):
            done = {"returned": _("补正摸底调查表"), "draft": _("填完摸底调查表")}
            yield Task(
                what=done.get(one.state, _("填报摸底调查表")),
                subject=one.unit_name,
                about=one.desk_name,
                url=_sheet_url(one),
                action=_("去补正") if one.state == "returned" else _("去填报"),
                due=one.deadline.date if one.deadline else None,
                clock=_dated(one.deadline),
                state=("survey", one.state) if one.sheet_id is not None else None,
            )
    if access.may(actor, "survey", "accept"):
        for sheet in surveys.to_accept(actor):
            yield Task(
                what=_("接收摸底调查表"),
                subject=sheet.unit_name,
                about="",
                url=url_for("SurveyView.page", pk=sheet.id),
                action=_("去核对"),
                state=("survey", sheet.state),
            )


def _sheet_url(one: surveys.Task) -> str:
    if one.sheet_id is not None:
        return url_for("SurveyView.edit", pk=one.sheet_id)
    return url_for("SurveyView.new", unit=one.unit_id, desk=one.desk_id)


def _dated(due: Deadline | None) -> ClockView | None:
    if due is None:
        return None
    fixed = workdays.fixed(
        due.kind, due.issued_on, due.date, rule=due.label, source=due.source, firm=due.binding
    )
    return clock.view(fixed, clock.today())


def deadlines(actor: Actor) -> list[Deadline]:
    """The dates that bind the actor's own units, desks or offices, soonest first."""
    table = campaigns.timetable()
    found: dict[tuple[str, str], Deadline] = {}
    for whose, tracks in _bound(actor):
        for kind, track in product((SURVEY, FILING, FINISH), tracks):
            due = table.deadline(kind, whose, track)
            if due is not None:
                found.setdefault((due.label, due.date.isoformat()), due)
    return sorted(found.values(), key=lambda due: due.date)[:DATES_SHOWN]


def _bound(actor: Actor) -> Iterator[tuple[Whose, tuple[str, ...]]]:
    """Row facts and tracks to ask dates for: a unit's own track, both tracks for an office or a desk."""
    units = [post.unit_id for post in actor.posts if post.unit_id is not None]
    if units:
        for unit in db.session.scalars(select(Unit).where(Unit.id.in_(units))):
            yield Whose(unit.review_path, unit.filing_path), (unit.nature,)
    for post in actor.posts:
        if post.unit_id is not None:
            continue
        if post.level == "desk":
            yield Whose(paths.parent(post.path), post.path), TRACKS
        else:
            yield Whose(post.path, None), TRACKS


def of_filing(actor: Actor) -> Iterator[Task]:
    """Websites that have no application yet, with the filing date that binds them (S19)."""
    table = campaigns.timetable()
    for site in applications.unfiled_sites(actor):
        track = site.unit.nature if site.unit is not None else None
        due = table.deadline(FILING, Whose(site.review_path, site.filing_path), track)
        yield Task(
            what=_("申请资格复核"),
            subject=site.unit.name if site.unit is not None else site.name,
            about=site.name,
            url=url_for("FilingView.new"),
            action=_("去申请"),
            due=due.date if due else None,
            clock=_dated(due),
        )


def of_applications(actor: Actor) -> Iterator[Task]:
    """Applications that wait for this person; approved ones are one line of ``of_office``."""
    for one in applications.todo(actor):
        if one.key not in APPLICATION:
            continue
        what, action = APPLICATION[one.key]
        row = one.application
        yield Task(
            what=str(what),
            subject=row.organ_name,
            about=row.site_name,
            url=url_for("ApplicationView.show", pk=row.id),
            action=str(action),
            due=one.clock.due if one.clock else None,
            clock=clocks.view(one.clock),
            state=("application", row.state),
        )


def of_badges(actor: Actor) -> Iterator[Task]:
    """Badges to hang, decisions to execute, reported sites to issue for."""
    for badge in badges.to_hang(actor):
        running = badge_service.hanging_clock(badge)
        yield Task(
            what=_("加挂网站标识"),
            subject=badge.organ_name,
            about=badge.name,
            url=url_for("BadgeView.page", pk=badge.id),
            action=_("取代码"),
            due=running.due,
            clock=clock.view(running, clock.today()),
            state=("badge", badge.state),
        )
    for badge in badges.to_strike(actor):
        yield Task(
            what=_("执行撤销决定"),
            subject=badge.organ_name,
            about=badge.name,
            url=url_for("BadgeView.page", pk=badge.id),
            action=_("去执行"),
            state=("badge", badge.state),
        )


def of_registrar(actor: Actor) -> Iterator[Task]:
    """The registrar's queue as one line."""
    waiting = badges.count_pending(actor)
    if waiting:
        yield Task(
            what=_("核发标识"),
            subject=_("%(n)s 个网站待核发", n=waiting),
            about="",
            url=url_for("QueueView.index"),
            action=_("去核发"),
            many=True,
        )


def of_office(actor: Actor) -> Iterator[Task]:
    """Approved sites waiting to be reported, as one line."""
    waiting = registry.count_reportable(actor)
    if waiting:
        yield Task(
            what=_("报送注册管理中心"),
            subject=_("%(n)s 个网站已审核通过", n=waiting),
            about="",
            url=url_for("ReportView.index"),
            action=_("去报送"),
            many=True,
        )
