"""通知公告: what offices above say, confirmed by whoever reads it; what one's own office says, and who has read it."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access, audit
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.kernel.errors import Finding, Invalid
from app.plugins.messages import announcements
from app.plugins.messages.models import Announcement
from app.plugins.messages.views import page_number

PAGE = 25


class AnnouncementView(ScopedView):
    """Announcements addressed to one's posts, and those of one's own office."""

    route_base = "/announcements"
    obj = "announcement"
    acts = {
        "index": "see", "show": "see", "confirm": "see", "new": "publish", "publish": "publish",
        "withdraw": "publish",
    }  # fmt: skip
    targets = {"pk": Row(Announcement, enough=False)}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """Newest first."""
        actor, number = current_actor(), page_number()
        rows, count = announcements.page(actor, number, PAGE)
        return self.render_template(
            "messages/announcements.html",
            rows=[(row, read, announcements.addressed(actor, row)) for row, read in rows],
            count=count,
            page=number,
            pages=pages_of(count, PAGE),
            publishes=announcements.office_of(actor) is not None,
        )

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """One announcement; for its own office also who has read it."""
        return self._show(pk)

    def _show(self, pk: int, findings: tuple[Finding, ...] = ()) -> str:
        actor = current_actor()
        row = announcements.get(pk, actor)
        own = access.can(actor, "announcement", "publish", row)
        readers = announcements.readers(row) if own else []
        return self.render_template(
            "messages/announcement.html",
            row=row,
            own=own,
            readers=readers,
            read=[one for one in readers if one.read_at is not None],
            missing=[one for one in readers if one.read_at is None],
            addressed=announcements.addressed(actor, row),
            confirmed=announcements.confirmed(row, actor),
            timeline=audit.timeline(row) if own else [],
            findings=list(findings),
            reason=request.form.get("reason", ""),
        )

    @expose("/<int:pk>/confirm", methods=["POST"])
    @has_access
    def confirm(self, pk: int) -> Any:
        """Say that one has read it."""
        actor = current_actor()
        with transaction():
            announcements.confirm(announcements.get(pk, actor), actor=actor)
        flash(_("已确认阅读。"), "success")
        return redirect(url_for("AnnouncementView.index"))

    @expose("/new")
    @has_access
    def new(self) -> str:
        """The form."""
        return self._form({}, ())

    @expose("/new", methods=["POST"])
    @has_access
    def publish(self) -> Any:
        """Publish it."""
        actor = current_actor()
        office = announcements.office_of(actor)
        if office is None:
            raise arguments.unseen()
        to = request.form.getlist("to")
        try:
            with transaction():
                row = announcements.publish(
                    office, request.form.get("title", ""), request.form.get("text", ""),
                    to_offices="offices" in to, to_units="units" in to, actor=actor,
                )  # fmt: skip
        except Invalid as invalid:
            return make_response(self._form(request.form, invalid.findings), 422)
        flash(_("公告已发布。"), "success")
        return redirect(url_for("AnnouncementView.show", pk=row.id))

    @expose("/<int:pk>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, pk: int) -> Any:
        """Take it back."""
        actor = current_actor()
        try:
            with transaction():
                announcements.withdraw(
                    announcements.get(pk, actor), request.form.get("reason", ""), actor=actor
                )
        except Invalid as invalid:
            return make_response(self._show(pk, invalid.findings), 422)
        flash(_("公告已撤回，下级不再看到。"), "success")
        return redirect(url_for("AnnouncementView.show", pk=pk))

    def _form(self, typed: Any, findings: tuple[Finding, ...]) -> str:
        office = announcements.office_of(current_actor())
        if office is None:
            raise arguments.unseen()
        return self.render_template(
            "messages/announcement_new.html",
            office=office,
            title_typed=typed.get("title", ""),
            text_typed=typed.get("text", ""),
            to_typed=typed.getlist("to") if hasattr(typed, "getlist") else ["offices"],
            findings=list(findings),
            longest=(announcements.TITLE_LONGEST, announcements.TEXT_LONGEST),
        )
