"""Documents: made, looked up by the code on them, taken away."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit
from app.foundation.access import current_actor
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedModelView, ScopedView, expose, has_access
from app.foundation.database import transaction
from app.foundation.documents import pdf
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, NotSeen, Refusal
from app.plugins.applications import queries as applications
from app.plugins.applications.models import Application
from app.plugins.badges import queries as badges
from app.plugins.badges.models import Badge
from app.plugins.letters import kinds, queries, service, typesetting
from app.plugins.letters.drafts.orders import STANDING
from app.plugins.letters.models import Letter
from app.plugins.operations.exports import answer
from app.plugins.results import queries as results
from app.plugins.results.models import StopOrder

PRINTED = tuple(kind.key for kind in kinds.of("application") if kind.act == "print")
ISSUED = tuple(kind.key for kind in kinds.of("application") if kind.act == "issue")
ORDER_KINDS = tuple(kind.key for kind in kinds.of("order"))


class LetterListView(ScopedModelView):
    """Every document the reader sees, the newest first."""

    route_base = "/letters"
    datamodel = ScopedInterface(Letter)
    obj = "letter"
    base_permissions = ["can_list"]
    list_template = "letters/list.html"
    list_title = _l("文书")
    list_columns = ["number", "kind", "about", "issued_at"]
    label_columns = {
        "number": _l("文书编号"),
        "kind": _l("文书"),
        "about": _l("事由"),
        "issued_at": _l("生成时间"),
    }
    search_columns = ["kind", "number", "about"]
    order_columns = ["issued_at", "number"]
    base_order = ("id", "desc")
    chips = {"kind": kinds.LABELS}
    list_empty = _l("还没有生成过文书")
    list_hint = _l("在申请页面的“文书”栏生成；每件文书上的二维码通向它的核对页面。")

    def row_url(self, row: Letter) -> str:
        """The page its code leads to."""
        return url_for("LetterView.page", mark=row.token)


class LetterView(ScopedView):
    """One document."""

    route_base = typesetting.ROUTE
    obj = "letter"
    acts = {
        "page": "see", "file": "see", "print_out": "print", "issue": "issue",
        "issue_badge": "issue", "orders": "issue", "order": "see", "issue_order": "issue", "passed": "issue", "issue_passed": "issue",
    }  # fmt: skip
    targets = {
        "mark": Row(Letter, by="token"),
        "pk": Application,
        "issue_badge.pk": Badge,
        "order.pk": StopOrder,
        "issue_order.pk": StopOrder,
        "print_out.key": PRINTED,
        "issue.key": ISSUED,
        "issue_order.key": ORDER_KINDS,
        "issue_passed.office": Row(Office, by="code", enough=False),
    }
    default_view = "orders"

    @expose("/<string:mark>")
    @has_access
    def page(self, mark: str) -> str:
        """Where the code on a document leads: what it is, its hash, and whether it still holds."""
        letter = queries.by_token(mark)
        kind, data = kinds.BY_KEY[letter.kind], service.sealed(letter)
        subject = service.subject_of(letter)
        return self.render_template(
            "letters/page.html",
            letter=letter,
            kind=kind,
            standing=service.standing(letter),
            missing=[{"sign": one, "code": f"U+{ord(one):04X}"} for one in typesetting.missing(data)],
            may_take=not kind.personal or access.can(current_actor(), "application", "reveal", subject),
            by=letter.issued_by
            if kind.act == "print" or access.can(current_actor(), "letter", "issue", letter)
            else "",
            back=_back(letter),
            timeline=[entry for entry in audit.timeline(letter)],
        )

    @expose("/<string:mark>/file", methods=["POST"])
    @has_access
    def file(self, mark: str) -> Any:
        """Its file; that it was taken is remembered, and of a form that somebody looked (A4.注3)."""
        with transaction():
            letter = queries.by_token(mark)
            content = service.take(letter, actor=current_actor())
        name = f"{kinds.BY_KEY[letter.kind].label}_{letter.number}.pdf"
        return answer(name, pdf.CONTENT_TYPE, content)

    @expose("/application/<int:pk>/print/<string:key>", methods=["POST"])
    @has_access
    def print_out(self, pk: int, key: str) -> Any:
        """What the applicant hands in."""
        return self._made(kinds.named(key, "application"), "print", lambda: applications.get(pk))

    @expose("/application/<int:pk>/issue/<string:key>", methods=["POST"])
    @has_access
    def issue(self, pk: int, key: str) -> Any:
        """What the office says."""
        return self._made(kinds.named(key, "application"), "issue", lambda: applications.get(pk))

    @expose("/badge/<int:pk>", methods=["POST"])
    @has_access
    def issue_badge(self, pk: int) -> Any:
        """The notice that a badge was given."""
        return self._made(kinds.BY_KEY["badge"], "issue", lambda: badges.get(pk))

    @expose("/orders")
    @has_access
    def orders(self) -> str:
        """The confirmed orders to stop resolution, each with its two letters."""
        return self.render_template(
            "letters/orders.html",
            orders=queries.orders(current_actor()),
        )

    @expose("/orders/<int:pk>")
    @has_access
    def order(self, pk: int) -> str:
        """One order with its letters: those that were made, and buttons for the rest."""
        order, actor = results.order(pk), current_actor()
        return self.render_template(
            "letters/order.html",
            order=order,
            made=queries.of(order, "order"),
            offered=[kind for kind in kinds.of("order") if access.can(actor, "letter", kind.act, order)]
            if order.state in STANDING
            else [],
        )

    @expose("/orders/<int:pk>/<string:key>", methods=["POST"])
    @has_access
    def issue_order(self, pk: int, key: str) -> Any:
        """A letter to one of the registries."""
        return self._made(kinds.named(key, "order"), "issue", lambda: results.order(pk))

    @expose("/passed")
    @has_access
    def passed(self) -> str:
        """The office's published list, before it is made."""
        office = _own_office()
        return self._passed(office, ())

    @expose("/passed", methods=["POST"])
    @has_access
    def issue_passed(self) -> Any:
        """Make it."""
        office = _own_office()
        try:
            return self._made(kinds.BY_KEY["passed"], "issue", lambda: office)
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            return self._passed(office, (refusal,)), refusal.status

    def _passed(self, office: Office, refusals: tuple[Refusal, ...]) -> str:
        return self.render_template(
            "letters/passed.html",
            office=office,
            made=queries.of(office, "office"),
            refusals=refusals,
        )

    def _made(self, kind: kinds.Kind, act: str, subject: Any) -> Any:
        """Make a document and show its page.

        Raises:
            NotSeen: no such row, or no such document on this address.
            AccessDenied, WrongState: see ``service.issue``.
        """
        if kind.act != act:
            raise NotSeen("letter-kind", N_("没有这一种文书。"))
        with transaction():
            letter = service.issue(kind, subject(), actor=current_actor())
        flash(_("已生成%(kind)s（%(number)s）。", kind=kind.label, number=letter.number), "success")
        return redirect(url_for("LetterView.page", mark=letter.token))


class FormPreviewView(ScopedView):
    """The form as whoever sees the application may see it: the two people's kept data masked (A4.注3)."""

    route_base = "/letters/application"
    obj = "application"
    acts = {"preview": "see"}
    targets = {"pk": Application}
    default_view = "preview"

    @expose("/<int:pk>/preview.pdf")
    @has_access
    def preview(self, pk: int) -> Any:
        """To look at, not to hand in."""
        content = service.preview(applications.get(pk), actor=current_actor())
        return answer(f"{_('申请表')}.pdf", pdf.CONTENT_TYPE, content)


def _own_office() -> Office:
    """The office in whose name the list is made.

    Raises:
        NotSeen: the actor stands at none, or not at the one asked for.
    """
    office = queries.own_office(current_actor())
    asked = request.values.get("office")
    if office is None or (asked is not None and asked != office.code):
        raise NotSeen("office-not-seen", N_("没有找到该机构，或者您不在该机构任职。"))
    return office


def _back(letter: Letter) -> str | None:
    """The page of what it is about, for whoever may open it."""
    if letter.application_id is not None:
        return url_for("ApplicationView.show", pk=letter.application_id)
    if letter.kind == "passed":
        return url_for("LetterView.passed") if access.may(current_actor(), "letter", "issue") else None
    return None
