"""How one's own scope stands: the cards beside the to-do list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, clock, jobs
from app.foundation.access import Actor
from app.plugins.applications import queries as applications
from app.plugins.campaigns import queries as campaigns
from app.plugins.operations import shown
from app.plugins.surveys import standing

# Parts of the bar: label, states counted, tone.
APPLICATION_PARTS = (
    (_l("已核发标识"), ("badged",), "ok"),
    (_l("审核通过"), ("approved", "reported"), "b"),
    (_l("审核中"), ("submitted", "paper_review"), "w"),
    (_l("待申请单位"), ("draft", "returned", "awaiting_paper"), "g"),
    (_l("未通过"), ("refused", "ineligible"), "r"),
)


JOBS_LOOKED_AT, JOBS_SHOWN = 20, 3


@dataclass(frozen=True)
class Panel:
    """A card: a bar of parts (label, count, tone), sentences, things to fetch, and where to read more."""

    title: str
    parts: list[tuple[str, int, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    action: str = ""


def of_jobs(actor: Actor) -> Iterator[Panel]:
    """Work one waits for that goes on, and files that are ready."""
    if actor.person_id is None:
        return
    found = [shown.shown(one) for one in jobs.mine(actor.person_id, limit=JOBS_LOOKED_AT)]
    going = [one for one in found if one.open][:JOBS_SHOWN]
    ready = [one for one in found if one.ready][:JOBS_SHOWN]
    if not going and not ready:
        return
    yield Panel(
        title=_("我的任务"),
        lines=["：".join(filter(None, (one.title, one.said or one.state[0]))) for one in going],
        links=[
            (_("下载：%(file)s", file=one.file), url_for("OwnJobsView.result", pk=one.pk)) for one in ready
        ],
        url=url_for("OwnJobsView.index"),
        action=_("查看全部任务"),
    )


def of_surveys(actor: Actor) -> Iterator[Panel]:
    """How the survey of one's own office stands, and who is missing."""
    if not access.may(actor, "aggregate", "see"):
        return
    table = campaigns.timetable()
    plans = table.current("survey")
    if not plans:
        return
    found = standing.standing(actor, plans[-1], table)
    counts = found.counts
    if not counts.total:
        return
    parts = (
        (_("已接收"), counts.accepted, "ok"),
        (_("已提交"), counts.submitted, "b"),
        (_("退回补正"), counts.returned, "w"),
        (_("未报送"), counts.missing, "r"),
    )
    lines = [
        _(
            "应报 %(n)s 份，已收 %(m)s 份，超期未报 %(late)s 份。",
            n=counts.total,
            m=counts.accepted + counts.submitted,
            late=counts.overdue,
        )
    ]
    if found.as_of is not None:
        lines.append(_("截至 %(time)s，每分钟更新。", time=f"{clock.localise(found.as_of):%H:%M}"))
    yield Panel(
        title=_("摸底调查"),
        parts=[part for part in parts if part[1]],
        lines=lines,
        url=url_for("AggregateView.show"),
        action=_("查看汇总"),
    )


def of_applications(actor: Actor) -> Iterator[Panel]:
    """Applications of one's scope by where they stand."""
    if not access.may(actor, "application", "see"):
        return
    counted = applications.standing()
    if not counted:
        return
    parts = [
        (str(label), number, tone)
        for label, states, tone in APPLICATION_PARTS
        if (number := sum(counted.get(state, 0) for state in states))
    ]
    yield Panel(
        title=_("开办审核和资格复核"),
        parts=parts,
        url=url_for("ApplicationListView.list"),
        action=_("查看申请"),
    )
