"""征求意见: asked on the case's page, answered there or from the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Finding, Invalid, Refusal, Stale
from app.plugins.applications import queries as applications
from app.plugins.applications.models import Application
from app.plugins.applications.views import posted
from app.plugins.opinions import labels, queries, rules, service
from app.plugins.opinions.models import Consultation


class OpinionView(ScopedView):
    """What desks are asked, and what they say."""

    route_base = "/opinions"
    obj = "opinion"
    acts = {
        "index": "see", "page": "see", "ask": "ask", "remind": "ask", "withdraw": "ask", "answer": "answer",
    }  # fmt: skip
    targets = {
        "pk": Row(Consultation, enough=False),
        "ask.pk": Row(Application, enough=False),
    }
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """What waits, or with ``?show=all`` everything."""
        actor = current_actor()
        show = "all" if request.args.get("show") == "all" else "open"
        rows = queries.listed(actor, show)
        return self.render_template(
            "opinions/index.html",
            rows=[(row, queries.standing(row), queries.chip(row)) for row in rows],
            show=show,
            desk=bool(queries.own_desks(actor)),
        )

    @expose("/<int:pk>")
    @has_access
    def page(self, pk: int) -> Any:
        """One consultation, with the case beside it."""
        return self._page(queries.get(pk))

    def _page(
        self, row: Consultation, findings: Sequence[Finding] = (), typed: Mapping[str, str] | None = None
    ) -> str:
        actor = current_actor()
        state = queries.standing(row)
        return self.render_template(
            "opinions/page.html",
            row=row,
            state=state,
            chip=queries.chip(row),
            mine=state == "open" and queries.answers_for(actor, row),
            asks=state == "open" and access.can(actor, "opinion", "ask", row),
            answers={key: word for key, (word, _tone) in labels.ANSWER.items()},
            findings=list(findings),
            typed=typed or {},
            longest=rules.LONGEST_WORDS,
        )

    @expose("/ask/<int:pk>", methods=["POST"])
    @has_access
    def ask(self, pk: int) -> Any:
        """Ask the ticked desks one question about an application."""
        asked = 0
        try:
            with posted.attempt():
                application = applications.get(pk)
                access.require(current_actor(), "opinion", "ask", application)
                for desk in _desks():
                    service.ask(application, desk, posted.text("question"), actor=current_actor())
                    asked += 1
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            return self._again(pk, refusal)
        done = ngettext("已向 %(num)d 个部门征求意见。", "已向 %(num)d 个部门征求意见。", asked)
        flash(done, "success")
        return redirect(url_for("ApplicationView.show", pk=pk, _anchor="opinions"))

    def _again(self, pk: int, refusal: Refusal) -> Any:
        """The form once more, with what was typed."""
        application = applications.get(pk)
        busy = {row.desk_id for row in queries.of_application(application) if queries.standing(row) == "open"}
        office = queries.office_of(application)
        page = self.render_template(
            "opinions/ask.html",
            application=application,
            desks=[desk for desk in queries.desks_of(office) if desk.id not in busy],
            chosen=posted.listed("desk"),
            typed=posted.texts(),
            findings=posted.findings_of(refusal),
            longest=rules.LONGEST_QUESTION,
        )
        return page, refusal.status

    @expose("/<int:pk>/answer", methods=["POST"])
    @has_access
    def answer(self, pk: int) -> Any:
        """The desk's opinion."""
        return self._do(
            pk,
            lambda row: service.answer(
                row, posted.text("answer"), posted.text("words"), actor=current_actor()
            ),
            _("意见已反馈。"),
        )

    @expose("/<int:pk>/remind", methods=["POST"])
    @has_access
    def remind(self, pk: int) -> Any:
        """Remind the desk."""
        return self._do(pk, lambda row: service.remind(row, actor=current_actor()), _("已催办。"))

    @expose("/<int:pk>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, pk: int) -> Any:
        """Take the question back."""
        return self._do(
            pk,
            lambda row: service.withdraw(row, posted.text("reason"), actor=current_actor()),
            _("已撤回，对方不需再反馈。"),
        )

    def _do(self, pk: int, verb: Callable[[Consultation], Any], said: str) -> Any:
        """Run a verb; a rule's "no" shows the page of the consultation with what was typed."""

        def do() -> Any:
            with posted.attempt():
                row = queries.get(pk)
                _ensure_fresh(row)
                verb(row)
                application_id = row.application_id
            flash(said, "success")
            return redirect(url_for("ApplicationView.show", pk=application_id, _anchor="opinions"))

        return posted.answered(
            do,
            lambda refusal: self._page(queries.get(pk), posted.findings_of(refusal), posted.texts()),
        )


def _ensure_fresh(row: Consultation) -> None:
    """Raises:
    Stale: somebody else acted since the page was opened.
    """
    seen = request.form.get("version")
    if seen is not None and seen != str(row.version):
        raise Stale("application-stale", posted.STALE)


def _desks() -> list[Office]:
    """The desks that were ticked.

    Raises:
        Invalid: none.
        NotSeen: one is no desk at all.
    """
    raw = posted.listed("desk")
    if not raw:
        raise Invalid([Finding("desk", N_("请选择征求意见的部门。"), code="empty")])
    keys = [arguments.key(one) for one in dict.fromkeys(raw)]
    found = db.session.scalars(select(Office).where(Office.id.in_([key for key in keys if key is not None])))
    by_key = {office.id: office for office in found}
    if any(key is None or key not in by_key for key in keys):
        raise arguments.unseen()
    return [by_key[key] for key in keys if key is not None]
