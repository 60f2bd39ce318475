"""The office's side: approved sites as a tick list, the batch to check and send, and what became of each batch."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.foundation import audit
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.foundation.tenancy.models import Office
from app.kernel.errors import Finding, Invalid
from app.plugins.applications.models import Application
from app.plugins.registry import freezing, queries, rules, service
from app.plugins.registry.asked import page_number, ticked
from app.plugins.registry.models import Batch

PAGE_SIZE = 20


class ReportView(ScopedView):
    """Reporting approved sites to the central layer (S25, P-3.5)."""

    route_base = "/registry/report"
    obj = "badge"
    acts = {"index": "request", "check": "request", "send": "request"}
    targets = {
        "check.applications": Application, "send.applications": Application,
        "index.office": Row(Office, by="code", enough=False),
    }  # fmt: skip
    default_view = "index"
    list_title = _l("报送标识")

    @expose("/")
    @has_access
    def index(self) -> Any:
        """Approved sites to tick, and the batches sent before."""
        return self._page([], ())

    @expose("/check", methods=["POST"])
    @has_access
    def check(self) -> Any:
        """What was frozen and will be sent, to be looked through once more."""
        try:
            office, sites = self._asked()
            service.ensure_reportable(office, sites)
            frozen = list(zip(sites, freezing.shown(sites), strict=True))
        except Invalid as invalid:
            return self._page(list(invalid.findings), ticked("applications")), 422
        return self.render_template("registry/check.html", office=office, frozen=frozen)

    @expose("/send", methods=["POST"])
    @has_access
    def send(self) -> Any:
        """Send the ticked sites as one batch."""
        try:
            with transaction():
                office, sites = self._asked()
                batch = service.send_batch(office, sites, actor=current_actor())
        except Invalid as invalid:
            return self._page(list(invalid.findings), ticked("applications")), 422
        flash(
            ngettext(
                "已报送 %(num)d 个网站，批次号 %(number)s。",
                "已报送 %(num)d 个网站，批次号 %(number)s。",
                batch.size,
                number=batch.number,
            ),
            "success",
        )
        return redirect(url_for("BatchView.show", pk=batch.id))

    def _asked(self) -> tuple[Office, list[Application]]:
        """Office and ticked sites of a posted form."""
        keys = ticked("applications")
        return self._office(queries.offices_of(current_actor())), queries.applications(keys)

    def _office(self, offices: list[Office]) -> Office:
        """The office reported for: the one asked for, else the first of the actor's own.

        Raises:
            NotSeen: the actor reports for no office, or not for that one.
        """
        code = request.values.get("office", "")
        for office in offices:
            if not code or office.code == code:
                return office
        raise arguments.unseen()

    def _page(self, findings: list[Finding], chosen: Any) -> str:
        actor = current_actor()
        offices = queries.offices_of(actor)
        office = self._office(offices)
        page = page_number()
        lines, total = queries.page_of_batches(Batch.office_id == office.id, page, PAGE_SIZE)
        return self.render_template(
            "registry/report.html",
            office_choices=[
                (one.short_name, url_for("ReportView.index", office=one.code), one is office, None)
                for one in offices
            ],
            office=office,
            sites=queries.reportable(actor, office),
            largest=rules.BATCH_LARGEST,
            lines=lines,
            page=page,
            pages=pages_of(total, PAGE_SIZE),
            total=total,
            findings=findings,
            chosen=set(chosen),
        )


class BatchView(ScopedView):
    """One batch as the office sees it: which items wait, were issued or came back, and why."""

    route_base = "/registry/batches"
    obj = "badge"
    targets = {"pk": Batch}
    default_view = "show"

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """The batch and its items."""
        batch = queries.batch(pk)
        return self.render_template(
            "registry/batch.html",
            batch=batch,
            items=queries.items_of(batch),
            timeline=audit.timeline(batch),
            may_report=bool(queries.offices_of(current_actor())),
        )
