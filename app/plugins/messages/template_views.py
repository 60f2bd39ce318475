"""通知模板: an office's own words for what it tells, previewed before they are kept."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import db, transaction
from app.foundation.notices import Event, catalogue, owns
from app.foundation.notices.owns import Draft
from app.foundation.tenancy.models import Office
from app.kernel.errors import Finding, Invalid
from app.plugins.messages import labels


def _office() -> Office:
    """The office whose words the actor looks at: that of his first post with a say.

    Raises:
        NotSeen: none of his posts is at an office.
    """
    for post in current_actor().posts:
        if post.office_id is not None and access.policy().lines_for(post.role, "template", "see"):
            return db.session.get_one(Office, post.office_id)
    raise arguments.unseen()


def _event(key: str) -> Event:
    """An event that leaves the platform with words to choose.

    Raises:
        NotSeen: no such event.
    """
    found = catalogue().events.get(key)
    if found is None:
        raise arguments.unseen()
    return found


class TemplateView(ScopedView):
    """What each event says here."""

    route_base = "/templates"
    obj = "template"
    acts = {"index": "see", "show": "see", "edit": "edit", "restore": "edit"}
    default_view = "index"

    def __init__(self) -> None:
        self.targets = {"key": tuple(catalogue().events)}  # addresses name events
        super().__init__()

    @expose("/")
    @has_access
    def index(self) -> str:
        """All events, those with own words marked."""
        office = _office()
        return self.render_template(
            "messages/templates.html",
            office=office,
            events=list(catalogue().events.values()),
            own=owns.own_of(office),
            channels=labels.CHANNEL,
        )

    @expose("/<key>")
    @has_access
    def show(self, key: str) -> str:
        """One event as it reads now."""
        return self._page(_event(key), None)

    @expose("/<key>", methods=["POST"])
    @has_access
    def edit(self, key: str) -> Any:
        """Preview what was typed, or keep it."""
        event, office = _event(key), _office()
        typed = Draft(
            **{name: request.form.get(name, "").replace("\r\n", "\n") for name in owns.fields_of(event)}
        )
        if request.form.get("do") == "preview":
            return self._page(event, typed)
        try:
            with transaction():
                kept = owns.keep(office, event, typed, actor=current_actor())
        except Invalid as invalid:
            return make_response(self._page(event, typed, invalid.findings), 422)
        if kept is None:
            flash(_("与全国统一用语相同，按全国统一用语发出。"), "info")
        else:
            flash(_("已保存，今后的通知按此用语发出。"), "success")
        return redirect(url_for("TemplateView.index"))

    @expose("/<key>/restore", methods=["POST"])
    @has_access
    def restore(self, key: str) -> Any:
        """Back to the national words."""
        event, office = _event(key), _office()
        with transaction():
            owns.give_up(office, event, actor=current_actor())
        flash(_("已恢复全国统一用语。"), "success")
        return redirect(url_for("TemplateView.index"))

    def _page(self, event: Event, typed: Draft | None, findings: tuple[Finding, ...] = ()) -> str:
        office = _office()
        row = owns.own_of(office).get(event.key)
        draft = typed if typed is not None else owns.in_force(event, row)
        found = findings or tuple(owns.findings(event, draft))
        return self.render_template(
            "messages/template.html",
            office=office,
            event=event,
            row=row,
            draft=draft,
            own=owns.differing(event, draft),
            fields=owns.fields_of(event),
            variables=[(name, catalogue().variables[name]) for name in event.variables],
            preview=None if found else owns.preview(event, draft),
            previewed=typed is not None,
            findings=list(found),
            longest=owns.LONGEST,
            may_edit=access.can(current_actor(), "template", "edit", office),
            channels=labels.CHANNEL,
        )
