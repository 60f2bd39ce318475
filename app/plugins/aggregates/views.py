"""汇总上报: an office's versions, each with what is in and what is missing, and the steps from draft to shared (S14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, redirect, request, url_for
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit, clock
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.foundation.tenancy.models import Office
from app.kernel.errors import Finding
from app.plugins.aggregates import charts, exporting, queries, rules, seen, service, taking, words, workbook
from app.plugins.aggregates.content import MissingLine
from app.plugins.aggregates.labels import CHANGES, TOTALS
from app.plugins.aggregates.models import AggregateVersion
from app.plugins.aggregates.steps import Steps
from app.plugins.operations import exports
from app.plugins.surveys.labels import NATURE
from app.plugins.surveys.labels import STATES as SHEET_STATES
from app.plugins.surveys.place import asked, find

PAGE = 25
WAITING, MISSING_SHOWN, ODD_SHOWN = 50, 12, 50


class VersionView(Steps, ScopedView):
    """Versions of the office's aggregate, and those of lower offices that are handed up."""

    route_base = "/aggregate/versions"
    obj = "aggregate"
    acts = {
        "index": "see", "show": "see", "lines": "see", "odd": "see", "differences": "see", "chart": "see",
        "export": "see", "start": "see", "prepare": "aggregate", "lock": "aggregate", "report": "publish",
        "withdraw": "publish", "receive": "receive", "send_back": "receive", "share": "publish", "unshare": "publish",
    }  # fmt: skip
    targets = {
        "pk": Row(AggregateVersion, enough=False), "chart.name": charts.CHARTS,
        "index.office": Row(Office, by="code", enough=False), "prepare.office": Row(Office, by="code", enough=False),
        "differences.with": Row(AggregateVersion, enough=False),
    }  # fmt: skip
    default_view = "index"
    list_title = _l("汇总上报")

    # -- reading ---------------------------------------------------------------------------------------------

    @expose("/")
    @has_access
    def index(self) -> str:
        """The versions of one's own office (or one below), lower offices, and what waits to be received.

        Raises:
            AccessDenied: nobody shares figures with the actor.
            NotSeen: no such office or survey, or not the actor's to see.
        """
        actor = current_actor()
        place = find(actor, asked())
        own = access.can(actor, "aggregate", "history", place.office)
        campaign = place.plan.id if place.plan is not None else None
        found = queries.versions(actor, place.office, campaign)
        may = access.can(actor, "aggregate", "aggregate", place.office)
        return self.render_template(
            "aggregates/index.html",
            place=place,
            rows=found,
            own=own,
            lower=taking.lower(place) if own and place.plan is not None else [],
            waiting=queries.waiting(actor, WAITING) if place.office.path == place.own.path else [],
            prepares=may and place.plan is not None and all(row.state != "draft" for row in found),
            totals=TOTALS,
        )

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """One version: its numbers, tables and charts, what is missing, what looks wrong, and its steps."""
        return self.page_of(pk)

    def page_of(self, pk: int, findings: tuple[Finding, ...] = (), step: str = "") -> str:
        actor = current_actor()
        row = queries.get(pk, actor)
        found = seen.seen(row, actor)
        survey, by = seen.survey(found.contents), arguments.offered("by", words.TABLES) or "county"
        history = queries.versions(actor, row.office, row.campaign_id)
        own = access.can(actor, "aggregate", "history", row)
        return self.render_template(
            "aggregates/show.html",
            row=row,
            content=found.own,
            whole=survey.whole(),
            judged=any(survey.judged(one) for one in found.contents),
            by=by,
            tables=words.TABLES,
            lines=[(line, words.label_of_line(by, line)) for line in survey.table(by)],
            missing=[
                (one, words.MISSING_STATES[one.state], date.fromisoformat(one.due) if one.due else None)
                for one in found.own.missing[:MISSING_SHOWN]
            ],
            odd=sum(1 for _ in survey.anomalies()),
            earlier=next((one for one in history if one.number < row.number), None),
            latest=all(one.number <= row.number or one.state == "draft" for one in history),
            own=own,
            may=self._may(actor, row),
            sharing=queries.sharing(row.office, clock.today()) if own else [],
            timeline=audit.timeline(row) if own else [],
            findings=list(findings),
            step=step,
            typed=request.form,
            now=clock.now(),
        )

    @staticmethod
    def _may(actor: access.Actor, row: AggregateVersion) -> dict[str, bool]:
        may = {act: access.can(actor, "aggregate", act, row) for act in ("aggregate", "publish", "receive")}
        if may["receive"]:
            may["receive"] = rules.is_next_above(row, service.receives_at(actor))
        return may

    @expose("/<int:pk>/lines")
    @has_access
    def lines(self, pk: int) -> str:
        """The sheets behind a number of a table, missing ones included."""
        actor, number = current_actor(), arguments.page_number()
        row = queries.get(pk, actor)
        survey = seen.survey(seen.seen(row, actor).contents)
        by, what = arguments.offered("by", words.TABLES), arguments.offered("what", words.WHAT) or "expected"
        key = request.args.get("key", "")
        label = next(
            (words.label_of_line(by, one) for one in survey.table(by) if one.key == key), ""
        ) if by else ""  # fmt: skip
        if by and not label:
            raise queries.unseen()
        chosen = [pair for pair in survey.rows(by, key) if _WHAT[what](pair[1])]
        return self.render_template(
            "aggregates/lines.html",
            row=row,
            label=label,
            what=what,
            whats=words.WHAT,
            count=len(chosen),
            page=number,
            pages=pages_of(len(chosen), PAGE),
            rows=chosen[(number - 1) * PAGE : number * PAGE],
            natures=NATURE,
            states=SHEET_STATES,
            missing=words.MISSING_STATES,
        )

    @expose("/<int:pk>/odd")
    @has_access
    def odd(self, pk: int) -> str:
        """What somebody should look at, kind by kind."""
        actor, number = current_actor(), arguments.page_number()
        row = queries.get(pk, actor)
        survey = seen.survey(seen.seen(row, actor).contents)
        kind = arguments.offered("kind", words.ANOMALIES)
        every = list(survey.anomalies())
        chosen = [one for one in every if not kind or one.kind == kind]
        return self.render_template(
            "aggregates/odd.html",
            row=row,
            kind=kind,
            kinds={
                key: (word, sum(one.kind == key for one in every)) for key, word in words.ANOMALIES.items()
            },
            total=len(every),
            count=len(chosen),
            page=number,
            pages=pages_of(len(chosen), ODD_SHOWN),
            rows=chosen[(number - 1) * ODD_SHOWN : number * ODD_SHOWN],
        )

    @expose("/<int:pk>/differences")
    @has_access
    def differences(self, pk: int) -> str:
        """What a version changed from an earlier one of the same office: the one asked for, else the one before.

        Raises:
            NotSeen: no such version, or of another office or survey.
        """
        actor = current_actor()
        row = queries.get(pk, actor)
        history = queries.versions(actor, row.office, row.campaign_id)
        earlier = [one for one in history if one.number < row.number]
        key = request.args.get("with", "")
        other = next((one for one in earlier if not key or one.id == arguments.key(key)), None)
        if other is None:
            raise queries.unseen()
        return self.render_template(
            "aggregates/differences.html",
            row=row,
            other=other,
            earlier=earlier,
            found=rules.differences(queries.stored(other), seen.seen(row, actor).own),
            totals=TOTALS,
            changes=CHANGES,
            field_word=words.field_word,
            value_word=words.value_word,
        )

    @expose("/<int:pk>/chart/<name>.svg")
    @has_access
    def chart(self, pk: int, name: str) -> Response:
        """A chart of one of the tables."""
        actor = current_actor()
        if name not in charts.CHARTS:
            raise queries.unseen()
        row = queries.get(pk, actor)
        survey, by = (
            seen.survey(seen.seen(row, actor).contents),
            arguments.offered("by", words.TABLES) or "county",
        )
        answer = Response(charts.svg(name, by, survey.table(by)), content_type="image/svg+xml; charset=utf-8")
        answer.headers["Content-Security-Policy"] = charts.POLICY
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    # -- taking it away --------------------------------------------------------------------------------------

    @expose("/<int:pk>/export.xlsx")
    @has_access
    def export(self, pk: int) -> Any:
        """The version as a workbook; who took it is remembered. A long one is offered as work to wait for.

        Raises:
            Refusal: too many rows for one file, or a draft.
        """
        actor = current_actor()
        row = queries.get(pk, actor)
        rules.ensure_locked(row)
        rows = exporting.long(row)
        if rows:
            return self.render_template(
                "operations/offer.html",
                what=exporting.title(row),
                rows=rows,
                action=url_for("VersionView.start", pk=pk),
                hidden={},
                back=url_for("VersionView.show", pk=pk),
            )
        book = exporting.book(row)
        content = workbook.workbook(book)
        with transaction():
            exporting.remember(row, actor, book.rows)
        return exports.answer(workbook.name(row), workbook.CONTENT_TYPE, content)

    @expose("/<int:pk>/export", methods=["POST"])
    @has_access
    def start(self, pk: int) -> Any:
        """Put a long export to work.

        Raises:
            Refusal: too many rows, too many exports open, or a draft.
        """
        actor = current_actor()
        with transaction():
            row = queries.get(pk, actor)
            rules.ensure_locked(row)
            exporting.put(row, actor=actor)
        return redirect(exports.wait_url())


_WHAT: dict[str, Callable[[Any], bool]] = {
    "expected": lambda _row: True,
    "received": lambda row: not isinstance(row, MissingLine),
    "missing": lambda row: isinstance(row, MissingLine),
    "without": lambda row: not isinstance(row, MissingLine) and row.no_website,
}
