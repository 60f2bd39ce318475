"""What campaigns have for a person to do: urgings to confirm, documents to read, dates to set, drafts to issue."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from app.foundation import access, clock
from app.foundation.access import Actor
from app.plugins.campaigns import drafts, duties, extending, receipts
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Plan
from app.plugins.desk.tasks import Task


def of_campaigns(actor: Actor) -> Iterator[Task]:
    """Everything; at most two statements beside the timetable."""
    plans = campaigns.timetable().plans
    yield from _to_confirm(actor, plans)
    yield from _to_set(actor, plans)
    yield from _exceptions(actor, plans)
    if access.may(actor, "campaign", "issue"):
        for draft in drafts.ready(actor):
            yield Task(
                what=_("印发工作安排"), subject=draft.title, about=draft.document,
                url=url_for("CampaignDraftView.show", pk=draft.id), action=_("去核对"),
                state=("campaign-draft", draft.state),
            )  # fmt: skip


def _page(plan: Plan) -> str:
    return url_for("CampaignView.show", pk=plan.id)


def _to_confirm(actor: Actor, plans: tuple[Plan, ...]) -> Iterator[Task]:
    """Urgings nobody of one's unit or office has confirmed, and documents issued online nobody of it has read."""
    pressing, read = receipts.standing_of(actor)
    by_id = {plan.id: plan for plan in plans}
    for campaign_id, label in pressing:
        if campaign_id in by_id:
            plan = by_id[campaign_id]
            yield Task(
                what=_("确认收到催办"), subject=label or plan.short_title, about=plan.document, url=_page(plan),
                action=_("去办理"),
            )  # fmt: skip
    for plan in plans:
        if plan.online and plan.id not in read and _addressed(actor, plan):
            yield Task(
                what=_("阅读文件"), subject=plan.short_title, about=plan.document, url=_page(plan),
                action=_("去阅读"),
            )  # fmt: skip


def _addressed(actor: Actor, plan: Plan) -> bool:
    homes = {path for group in plan.groups for path in group.homes}
    offices = {path for group in plan.groups for path in group.offices} | homes
    return any(
        post.path in homes if post.unit_id is not None else post.path in offices - {plan.office_path}
        for post in actor.posts
    )


def _to_set(actor: Actor, plans: tuple[Plan, ...]) -> Iterator[Task]:
    """Dates the actor's office is to set and has not (S16)."""
    table = campaigns.timetable()
    for post in actor.at("head"):
        for plan in plans:
            for step in duties.may_set(plan, post.path, table):
                if not any(plan.local(step, post.path)):
                    yield Task(
                        what=_("明确本级时限"), subject=step.label, about=plan.document,
                        url=url_for("CampaignView.local", pk=plan.id, step=step.id), action=_("去设定"),
                    )  # fmt: skip


def _exceptions(actor: Actor, plans: tuple[Plan, ...]) -> Iterator[Task]:
    """Dates below that go past a binding line and are still to come, as one line (S15)."""
    if not access.may(actor, "drafting", "see"):
        return
    for post in actor.posts:
        found = [
            one
            for one in extending.exceptions(plans, post.path)
            if one.step.due is not None and one.step.due >= clock.today()
        ]
        if post.unit_id is None and post.level != "desk" and found:
            yield Task(
                what=_("下级晚于完成期限的例外"),
                subject=_("%(n)s 项", n=len(found)),
                about="、".join(dict.fromkeys(one.step.office_name for one in found)),
                url=_page(found[0].plan) + "#exceptions",
                action=_("去查看"),
                many=True,
            )
