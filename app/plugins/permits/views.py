"""授权与共享: the list both sides see, one grant, and the steps to grant and to end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit, clock
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.filters import words
from app.foundation.admin.lookup import FIND, read_term
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.foundation.tenancy.models import Grant, Office
from app.kernel.errors import N_, AccessDenied, Finding, Invalid, Refusal
from app.plugins.permits import labels, queries, rights, rules, service
from app.plugins.permits.forms import OFFICES, EndForm, GrantForm
from app.plugins.permits.rights import Gain

PAGE = 25


@dataclass(frozen=True)
class Effect:
    """What a grant does: for whom, over how many, and what."""

    units: int
    sites: int
    gains: tuple[Gain, ...]


def effect(grant: Grant | rules.Wanted, holder: Office) -> Effect:
    """Counted today, in the words of the policy."""
    units, sites = queries.opened(grant.how, grant.where_path, holder)
    people = queries.holders_of_posts(holder, clock.today())
    return Effect(units, sites, rights.gains(access.policy(), holder.kind, grant.relation, dict(people)))


class GrantView(ScopedView):
    """Delegations and shares: dated, by document, seen by both sides, never deleted."""

    route_base = "/permits/grants"
    obj = "grant"
    acts = {
        "index": "see", "show": "see", "lookup": "manage",
        "new": "manage", "preview": "manage", "create": "manage", "end": "manage",
    }  # fmt: skip
    targets = {
        "pk": Grant, "preview.holder": Row(Office, enough=False), "preview.where": Row(Office, enough=False),
        "create.holder": Row(Office, enough=False), "create.where": Row(Office, enough=False),
    }  # fmt: skip
    lookups = {"holder": OFFICES, "where": OFFICES}
    default_view = "index"
    list_title = _l("授权与共享")

    @expose("/")
    @has_access
    def index(self) -> str:
        """Every grant the actor's office gave or holds.

        Raises:
            BadArgument: a filter that is not offered.
        """
        actor, today = current_actor(), clock.today()
        state = arguments.offered("state", ("", *labels.GRANT_STATES))
        side = arguments.offered("side", tuple(labels.SIDES)) or "all"
        page = arguments.page_number()
        rows, total = queries.grants(actor, state=state, side=side, today=today, page=page - 1, size=PAGE)
        return self.render_template(
            "permits/grants.html",
            rows=[(row, rules.standing_of(row, today)) for row in rows],
            offices=queries.offices_at(path for row in rows for path in (row.holder_path, row.where_path)),
            state=state,
            side=side,
            states=labels.GRANT_STATES,
            sides=labels.SIDES,
            how=labels.HOW,
            page=page,
            pages=pages_of(total, PAGE),
            total=total,
            may_give=access.may(actor, "grant", "manage"),
        )

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """One grant: the document, the days, what it lets whom do, and its course."""
        return self._show(queries.grant(pk), EndForm(formdata=None))

    @expose("/new")
    @has_access
    def new(self) -> str:
        """The form."""
        form = self._bound()
        if form.since.data is None:
            form.since.data = clock.today()
        return self._form(form)

    @expose("/preview", methods=["POST"])
    @has_access
    def preview(self) -> Any:
        """What the grant would do, before it is made; nothing is written."""
        form = self._bound()
        if FIND in request.form:
            for field in form.lookups():
                if field.name == request.form[FIND]:
                    field.search(read_term(f"{field.name}-term"))
            return self._form(form)
        if not form.validate() or "back" in request.form:
            return self._form(form), 200 if "back" in request.form else 422
        holder, where, asked = _asked(form)
        try:
            service.ensure(holder, where, asked, actor=current_actor())
        except AccessDenied as denied:
            return self._form(form, [denied.finding("where")]), 403
        except (Invalid, Refusal) as refusal:
            return self._form(form, _findings(refusal)), 422
        return self.render_template(
            "permits/preview.html",
            form=form,
            holder=holder,
            where=where,
            asked=asked,
            effect=effect(asked, holder),
            how=labels.HOW,
        )

    @expose("/create", methods=["POST"])
    @has_access
    def create(self) -> Any:
        """Make the grant that was looked through."""
        form = self._bound()
        if not form.validate():
            return self._form(form), 422
        try:
            with transaction():
                holder, where, asked = _asked(form)
                row = service.give(holder, where, asked, actor=current_actor())
        except AccessDenied as denied:
            return self._form(form, [denied.finding("where")]), 403
        except (Invalid, Refusal) as refusal:
            return self._form(form, _findings(refusal)), 422
        flash(_("已办理授权。自起始日起，被授权方下一次打开页面即可办理。"), "success")
        return redirect(url_for("GrantView.show", pk=row.id))

    @expose("/<int:pk>/end", methods=["POST"])
    @has_access
    def end(self, pk: int) -> Any:
        """End a grant at once, or after a chosen day."""
        form = EndForm()
        try:
            with transaction():
                row = queries.grant(pk, lock=True)
                service.ensure_may_end(row, actor=current_actor())
                _ensure_filled(form)
                service.end(row, form.last_day(), form.reason.data or "", actor=current_actor())
        except AccessDenied:
            raise
        except (Invalid, Refusal) as refusal:
            if refusal.status == 404:
                raise
            return self._show(queries.grant(pk), form, _findings(refusal)), refusal.status
        flash(_("已终止授权。记录保留，双方仍可查看。"), "success")
        return redirect(url_for("GrantView.show", pk=pk))

    def _show(self, row: Grant, form: EndForm, findings: list[Finding] | None = None) -> str:
        actor, today = current_actor(), clock.today()
        offices = queries.offices_at((row.holder_path, row.where_path))
        standing = rules.standing_of(row, today)
        return self.render_template(
            "permits/grant.html",
            row=row,
            standing=standing,
            states=labels.GRANT_STATES,
            offices=offices,
            how=labels.HOW,
            effect=effect(row, offices[row.holder_path]) if row.holder_path in offices else None,
            may_end=not row.declared and standing in {"current", "future"} and _may_end(row, actor),
            form=form,
            findings=findings or [],
            timeline=audit.timeline(row),
            today=today,
        )

    def _bound(self) -> GrantForm:
        form = GrantForm()
        for field in form.lookups():
            field.endpoint = self.endpoint
        return form

    def _form(self, form: GrantForm, findings: list[Finding] | None = None) -> str:
        form.in_own_words()
        return self.render_template(
            "permits/new.html", form=form, findings=[*form.findings(), *(findings or [])]
        )


def _asked(form: GrantForm) -> tuple[Office, Office, rules.Wanted]:
    holder, where = form.holder.data, form.where.data
    asked = service.wanted(
        holder, where, form.relation.data, form.how.data, form.since.data, form.until.data, form.document.data
    )
    return holder, where, asked


def _findings(refusal: Refusal) -> list[Finding]:
    if isinstance(refusal, Invalid):
        return list(refusal.findings)
    return [Finding(refusal.field or "", words(refusal), refusal.source)]


def _may_end(row: Grant, actor: access.Actor) -> bool:
    try:
        service.ensure_may_end(row, actor=actor)
    except AccessDenied:
        return False
    return True


def _ensure_filled(form: EndForm) -> None:
    if form.mode.data == "day" and form.last.data is None:
        raise Refusal("day-missing", N_("请选择最后一天。"), field="last")
    if form.mode.data not in {"now", "day"}:
        raise Refusal("mode-missing", N_("请选择何时终止。"), field="mode")
