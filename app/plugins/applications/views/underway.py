"""What an applicant may still do once it is submitted: let another person handle it, or take it back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.tenancy.settings import setting
from app.kernel.errors import Refusal
from app.plugins.applications import dossier, flow, labels, queries, rules, service
from app.plugins.applications.fields import HANDLER, KEPT, masked, of
from app.plugins.applications.models import Application
from app.plugins.applications.service.people import ensure_may_change
from app.plugins.applications.views import posted
from app.plugins.applications.views.materials import upload


class UnderwayView(ScopedView):
    """Both ask once more before they do it."""

    route_base = "/applications"
    obj = "application"
    acts = {"handler": "edit", "change_handler": "edit", "withdrawal": "submit", "withdraw": "submit"}
    targets = {"pk": Application}
    default_view = "handler"

    @expose("/<int:pk>/handler")
    @has_access
    def handler(self, pk: int) -> Any:
        """Who handles it, and who shall from now on."""
        application = queries.whole(pk)
        access.require(current_actor(), "application", "edit", application)
        ensure_may_change(application)
        return self._handler(application)

    def _handler(self, application: Application, refusal: Refusal | None = None) -> Any:
        if refusal is not None:
            ensure_may_change(application)
        values = dossier.values(application)
        return self.render_template(
            "applications/handler.html",
            application=application,
            fields=list(of(HANDLER)),
            now=[
                (
                    field.label,
                    masked(field.name, values[field.name]) if field.name in KEPT else values[field.name],
                )
                for field in of(HANDLER)
            ],
            typed=posted.texts(),
            findings=posted.findings_of(refusal) if refusal else (),
        )

    @expose("/<int:pk>/handler", methods=["POST"])
    @has_access
    def change_handler(self, pk: int) -> Any:
        """Let another person handle it."""

        def do() -> Any:
            with posted.attempt():
                application = queries.get(pk)
                access.require(current_actor(), "application", "edit", application)
                posted.ensure_fresh(application)
                sent = request.files.get(rules.IDENTITY)
                proof = upload(rules.IDENTITY) if sent is not None and sent.filename else None
                typed = {field.name: request.form.get(field.name, "") for field in of(HANDLER)}
                service.change_handler(
                    application, typed, posted.text("reason"), proof=proof, actor=current_actor()
                )
                printed = application.state != "submitted"
            said = (
                _("已更换经办人。此前打印的申请表作废，请重新打印盖章。") if printed else _("已更换经办人。")
            )
            flash(said, "success")
            return redirect(url_for("ApplicationView.show", pk=pk))

        return posted.answered(do, lambda refusal: self._handler(queries.whole(pk), refusal))

    @expose("/<int:pk>/withdraw")
    @has_access
    def withdrawal(self, pk: int) -> Any:
        """What it means to take it back, and why it is."""
        application = queries.whole(pk)
        access.require(current_actor(), "application", "submit", application)
        flow.ensure(application, "withdraw")
        return self._withdrawal(application)

    def _withdrawal(self, application: Application, refusal: Refusal | None = None) -> Any:
        if refusal is not None and not flow.allows(application.state, "withdraw"):
            raise refusal
        office = dossier.reviewing_office(application)
        lapse = setting(office, "lapse") if application.kind == "requalification" else None
        return self.render_template(
            "applications/withdraw.html",
            application=application,
            kind=labels.KIND_BOX[application.kind],
            office=office,
            lapse=lapse,
            required=bool(application.round),
            longest=rules.LONGEST_REASON,
            typed=posted.texts(),
            findings=posted.findings_of(refusal) if refusal else (),
        )

    @expose("/<int:pk>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, pk: int) -> Any:
        """Take it back for good."""

        def do() -> Any:
            with posted.attempt():
                application = queries.get(pk)
                access.require(current_actor(), "application", "submit", application)
                posted.ensure_fresh(application)
                service.withdraw(application, actor=current_actor(), reason=posted.text("reason"))
            flash(_("已撤回。"), "success")
            return redirect(url_for("ApplicationView.show", pk=pk))

        return posted.answered(do, lambda refusal: self._withdrawal(queries.whole(pk), refusal))
