"""Pages: the campaigns one sees, one with its text and dates, and the form for a local date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, clock
from app.foundation.access import Actor, current_actor
from app.foundation.admin import conflicts
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedModelView, ScopedView, expose, has_access
from app.foundation.clock.views import ClockView
from app.foundation.clock.views import view as clock_view
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office, Unit
from app.kernel import workdays
from app.kernel.errors import Invalid, Stale
from app.plugins.campaigns import (
    beside,
    duties,
    extending,
    local_dates,
    parsing,
    queries,
    receipts,
    service,
    text,
)
from app.plugins.campaigns.duties import DESK, OFFICE, UNIT, Stand
from app.plugins.campaigns.models import ANY, Campaign, CampaignStep
from app.plugins.campaigns.rules import Plan, Step


class CampaignListView(ScopedModelView):
    """The campaigns issued at or above one's level, and below it for offices that oversee."""

    route_base = "/campaigns"
    datamodel = ScopedInterface(Campaign)
    obj = "campaign"
    base_permissions = ["can_list"]
    list_title = _l("工作安排与时限")
    list_columns = ["title", "document", "office.short_name", "issued_on"]
    label_columns = {
        "title": _l("文件标题"),
        "document": _l("文号"),
        "office.short_name": _l("印发机构"),
        "issued_on": _l("印发日期"),
    }
    search_columns = ["title", "document"]
    order_columns = ["issued_on"]
    base_order = ("issued_on", "desc")
    list_empty = _l("还没有印发给您所在层级的工作安排")
    list_hint = _l("由机构编制部门印发后，在此查看正文、附件和各项时限。")

    def row_url(self, row: Campaign) -> str:
        """The page of one campaign."""
        return url_for("CampaignView.show", pk=row.id)


class CampaignView(ScopedView):
    """One campaign."""

    route_base = "/campaigns"
    obj = "campaign"
    acts = {
        "show": "see", "annex": "see", "local": "issue", "set_local": "issue", "confirm": "see", "received": "see",
        "extension": "issue", "extend": "issue",
    }  # fmt: skip
    targets = {
        "pk": Campaign, "number": ("1",), "step": Row(CampaignStep, act="see", enough=False),
        "local.pk": Row(Campaign, act="see", enough=False), "set_local.pk": Row(Campaign, act="see", enough=False),
        "annex.pk": Row(Campaign, enough=False), "confirm.pk": Row(Campaign, enough=False),
        "extension.pk": Row(Campaign, act="see", enough=False), "extend.pk": Row(Campaign, act="see", enough=False),
    }  # fmt: skip
    default_view = "show"

    @expose("/<int:pk>/")
    @has_access
    def show(self, pk: int) -> str:
        """Text, dates and addressees.

        Raises:
            NotSeen: not issued to the reader's level.
        """
        campaign = queries.get(pk)
        return self._page(campaign, 0, campaign.title, text.body(campaign))

    @expose("/<int:pk>/annex/<int:number>")
    @has_access
    def annex(self, pk: int, number: int) -> str:
        """An annex.

        Raises:
            NotSeen: the campaign is not seen, or has no such annex.
        """
        campaign = queries.get(pk)
        title, shown = text.annex(campaign, number)
        return self._page(campaign, number, title, shown)

    @expose("/<int:pk>/local/<int:step>")
    @has_access
    def local(self, pk: int, step: int) -> Any:
        """The form for one's own date.

        Raises:
            NotSeen, AccessDenied: the step is not seen, or not one the actor's office may set.
        """
        campaign = queries.get(pk)
        row = queries.get_step(campaign, step)
        office = _own_office(current_actor(), queries.plan(campaign))
        access.require(current_actor(), "campaign", "issue", office)
        service.ensure_left_to(queries.plan(campaign), row, office)
        return self._form(
            campaign, row, office, local_dates.kept(campaign, row, office, request.args.get("track", ANY))
        )

    @expose("/<int:pk>/local/<int:step>", methods=["POST"])
    @has_access
    def set_local(self, pk: int, step: int) -> Any:
        """Set or change one's own date; what was typed stays when it is refused, beside what another saved meanwhile."""
        typed = {name: request.form.get(name, "").strip() for name in ("track", "due", "reason")}
        try:
            with local_dates.attempt():
                campaign = queries.get(pk)
                row = queries.get_step(campaign, step)
                office = _own_office(current_actor(), queries.plan(campaign))
                local_dates.ensure_fresh(row, office, typed["track"] or ANY)
                typed |= local_dates.taken(campaign, row, office, typed["track"] or ANY)
                own = service.set_local_step(
                    row, office, track=typed["track"] or ANY, due=parsing.day(typed["due"]), reason=typed["reason"],
                    actor=current_actor(),
                )  # fmt: skip
        except Invalid as refused:
            return make_response(self._form(campaign, row, office, typed, refused.findings), refused.status)
        except Stale as refused:
            both = local_dates.both(campaign, row, office, typed)
            page = self._form(campaign, row, office, typed, [refused.finding("due")], both)
            return make_response(page, refused.status)
        flash(_("已保存。本机构审核的单位即按此时限办理。"), "success")
        if own.exception:
            flash(_("该日期晚于完成期限，已作为例外标明，上级机构可以看到理由。"), "warning")
        return redirect(url_for("CampaignView.show", pk=campaign.id))

    @expose("/<int:pk>/confirm", methods=["POST"])
    @has_access
    def confirm(self, pk: int) -> Any:
        """Say that one's unit or office has read it."""
        with transaction():
            receipts.confirm(queries.get(pk), actor=current_actor())
        flash(_("已确认阅读。"), "success")
        return redirect(url_for("CampaignView.show", pk=pk))

    @expose("/<int:pk>/received", methods=["POST"])
    @has_access
    def received(self, pk: int) -> Any:
        """Say that one has received what the office urged."""
        with transaction():
            receipts.acknowledge(queries.get(pk), actor=current_actor())
        flash(_("已确认收到，请按要求抓紧办理。"), "success")
        return redirect(url_for("CampaignView.show", pk=pk))

    @expose("/<int:pk>/extend/<int:step>")
    @has_access
    def extension(self, pk: int, step: int) -> Any:
        """The form for a later date.

        Raises:
            NotSeen, AccessDenied: the step is not seen, or not of the actor's own campaign.
        """
        campaign = queries.get(pk)
        row = queries.get_step(campaign, step)
        access.require(current_actor(), "campaign", "issue", row)
        extending.ensure_dated(row)
        return self._extension(campaign, row, {"due": "", "reason": ""})

    @expose("/<int:pk>/extend/<int:step>", methods=["POST"])
    @has_access
    def extend(self, pk: int, step: int) -> Any:
        """Give more time; what was typed stays when it is refused."""
        typed = {name: request.form.get(name, "").strip() for name in ("due", "reason")}
        try:
            with transaction():
                campaign = queries.get(pk)
                row = queries.get_step(campaign, step)
                extending.extend(row, parsing.day(typed["due"]), typed["reason"], actor=current_actor())
        except Invalid as refused:
            return make_response(self._extension(campaign, row, typed, refused.findings), refused.status)
        flash(_("已延期，并告知有关单位和机构。"), "success")
        return redirect(url_for("CampaignView.show", pk=pk))

    def _extension(
        self, campaign: Campaign, step: CampaignStep, typed: dict[str, str], findings: Any = ()
    ) -> str:
        return self.render_template(
            "campaigns/extend.html", campaign=campaign, step=step, typed=typed, findings=list(findings)
        )

    def _page(self, campaign: Campaign, number: int, title: str, shown: Any) -> str:
        plan, actor = queries.plan(campaign), current_actor()
        labels = {group.key: group.label for group in plan.groups}
        stands = _stands(actor)
        own = duties.of(plan, stands, queries.timetable())
        return self.render_template(
            "campaigns/show.html",
            campaign=campaign,
            plan=plan,
            number=number,
            title=title,
            shown=shown,
            duties=[(duty, _chip(plan, duty.dated)) for duty in own],
            steps=[one for one in plan.steps if one.sets is None]
            if duties.oversees(plan, stands, own)
            else [],
            local=[one for one in plan.steps if one.sets is not None],
            groups=labels,
            lines={line.key: line.label for line in plan.lines},
            settable=_settable(actor, plan),
            extra=beside.of(campaign, plan, actor, duties.lines_of(plan, stands)),
        )

    def _form(
        self,
        campaign: Campaign,
        step: CampaignStep,
        office: Office,
        typed: dict[str, str],
        findings: Any = (),
        both: Sequence[conflicts.Conflict] = (),
    ) -> str:
        plan = queries.plan(campaign)
        group = plan.group_for_office(office.path)
        ends = [
            one
            for one in plan.steps
            if one.kind == "finish" and one.sets is None and group is not None and group.key in one.groups
        ]
        return self.render_template(
            "campaigns/local.html",
            campaign=campaign,
            step=step,
            office=office,
            typed=typed,
            findings=list(findings),
            both=both,
            seen=local_dates.seen(step, office),
            ends=ends,
            lines=[(ANY, _("两类单位相同")), *((line.key, line.label) for line in plan.lines)],
        )


def _stands(actor: Actor) -> list[Stand]:
    """Where the actor's posts stand; a unit's own facts tell its group and line."""
    found = []
    units = [post.unit_id for post in actor.posts if post.unit_id is not None]
    rows = {row.id: row for row in db.session.query(Unit).filter(Unit.id.in_(units))} if units else {}
    for post in actor.posts:
        unit = rows.get(post.unit_id) if post.unit_id is not None else None
        if unit is not None:
            found.append(Stand(UNIT, unit.review_path, unit.name, unit.filing_path, unit.nature))
        elif post.level == "desk":
            found.append(Stand(DESK, duties.home_of(post.path, post.level), post.holder, post.path))
        elif post.unit_id is None:
            found.append(Stand(OFFICE, post.path, post.holder))
    return found


def _settable(actor: Actor, plan: Plan) -> list[Step]:
    """The steps the actor, as head, may set a date for."""
    return [
        step for post in actor.at("head") for step in duties.may_set(plan, post.path, queries.timetable())
    ]


def _own_office(actor: Actor, plan: Plan) -> Office:
    """The office among the actor's headships that the plan leaves steps to; otherwise the first of them."""
    paths = [post.path for post in actor.at("head")]
    chosen = next(
        (path for path in paths if duties.may_set(plan, path, queries.timetable())), paths[0] if paths else ""
    )
    office = db.session.scalar(db.select(Office).where(Office.path == chosen))
    if office is None:
        # Nobody without a headship passes @has_access; a headship always stands at an office.
        raise LookupError(chosen)
    return office


def _chip(plan: Plan, step: Step | None) -> ClockView | None:
    """Days left, with the source behind it."""
    if step is None or step.due is None:
        return None
    clock_ = workdays.fixed(
        step.kind, plan.issued_on, step.due, rule=step.label, source=step.source, firm=step.binding
    )
    return clock_view(clock_, clock.today())
