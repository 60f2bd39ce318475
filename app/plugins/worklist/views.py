"""审核办理: the office's queue, and what is done with the ticked cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.foundation import access
from app.foundation.access import Actor, current_actor
from app.foundation.admin import arguments
from app.foundation.admin.each import each
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.kernel.errors import Finding, Invalid, Refusal, WrongState
from app.plugins.applications import clocks, colleagues, service
from app.plugins.applications import labels as application_labels
from app.plugins.applications import queries as applications
from app.plugins.applications.models import Application
from app.plugins.applications.service import claiming
from app.plugins.applications.views import posted
from app.plugins.worklist import dates, filters, labels, queries
from app.plugins.worklist.filters import Asked

PAGE = 50
TABS: dict[str, Callable[[Actor, Asked, int, int], queries.Found]] = {
    "todo": queries.todo,
    "done": queries.done,
    "mine": queries.mine,
}


class WorkView(ScopedView):
    """The queue of the reader's own office: 待办, 已办, 我经手."""

    route_base = "/reviewing"
    obj = "application"
    acts = {
        "index": "receive-paper", "keep": "receive-paper", "claim": "receive-paper", "release": "receive-paper",
        "reassign": "receive-paper", "receive": "receive-paper",
    }  # fmt: skip
    targets = {
        "claim.application": Row(Application, enough=False),
        "release.application": Row(Application, enough=False),
        "reassign.application": Row(Application, enough=False),
        "receive.application": Row(Application, enough=False),
    }
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """One tab of the queue; without filters in the address those last worked with."""
        actor, number = current_actor(), arguments.page_number()
        tab = arguments.offered("tab", labels.TAB, "todo") or "todo"
        named = set(request.args) & {*filters.OFFERED, "q"}
        asked = filters.read(request.args) if named else filters.remembered(actor.person_id)
        found = TABS[tab](actor, asked, number, PAGE)
        return self.render_template(
            "worklist/list.html",
            tab=tab,
            tabs=[
                (label, url_for("WorkView.index", tab=key), key == tab, None)
                for key, label in labels.TAB.items()
            ],
            found=found,
            page=number,
            pages=pages_of(min(found.total, queries.BOUND), PAGE),
            asked=asked,
            kept=asked.any and not named,
            tasks=self._tasks(asked, found) if tab == "todo" else [],
            clock_of=clocks.view,
            past=dates.Finish(),
            people=self._people(actor, found) if tab == "todo" else [],
            may_file=access.may(actor, "exchange", "register"),
            me=actor.person_id,
            labels=labels,
            kinds={key: word[0] for key, word in application_labels.KIND.items()},
            tracks={key: word[0] for key, word in application_labels.TRACK.items()},
        )

    @staticmethod
    def _tasks(asked: Asked, found: queries.Found) -> list[tuple[Any, str, bool, int | None]]:
        """The chips of the steps that wait for the reader, with their counts; the other filters stay."""
        rest: dict[str, Any] = {**asked.said(), "task": ""}
        chips: list[tuple[Any, str, bool, int | None]] = [
            (_("全部"), url_for("WorkView.index", **rest), not asked.task, None)
        ]
        return chips + [
            (labels.TASK[key], url_for("WorkView.index", **{**rest, "task": key}), key == asked.task, count)
            for key, count in found.tasks.items()
        ]

    @staticmethod
    def _people(actor: Actor, found: queries.Found) -> list[Actor]:
        """Whom the ticked cases may be given to: colleagues who may take at least one of those on the page."""
        if not found.lines:
            return []
        among = colleagues.of_office(found.lines[0].application.review_path)
        wanted = {
            claiming.ACTS[line.application.state]
            for line in found.lines
            if line.application.state in claiming.ACTS
        }
        path = found.lines[0].application.review_path
        able = {one.person_id: one for act in wanted for one in colleagues.able_to(act, path, among)}
        return [one for one in among if one.person_id in able]

    @expose("/filters", methods=["POST"])
    @has_access
    def keep(self) -> Any:
        """Take the filters of the form and remember them; none: forget them."""
        actor = current_actor()
        asked = Asked() if request.form.get("clear") else filters.read(request.form)
        if actor.person_id is not None:
            with transaction():
                filters.remember(actor.person_id, asked)
        tab = request.form.get("tab", "")
        return redirect(url_for("WorkView.index", tab=tab if tab in labels.TAB else None))

    @expose("/claim", methods=["POST"])
    @has_access
    def claim(self) -> Any:
        """Take the ticked cases in hand."""
        self._each(
            lambda row: service.claim(row, actor=current_actor()),
            lambda n: ngettext("已认领 %(num)d 件。", "已认领 %(num)d 件。", n),
        )
        return self._back()

    @expose("/release", methods=["POST"])
    @has_access
    def release(self) -> Any:
        """Put the ticked cases back to the common to-do."""
        self._each(
            lambda row: service.release(row, actor=current_actor()),
            lambda n: ngettext(
                "%(num)d 件已退回待办，判定和说明都保留。", "%(num)d 件已退回待办，判定和说明都保留。", n
            ),
        )
        return self._back()

    @expose("/reassign", methods=["POST"])
    @has_access
    def reassign(self) -> Any:
        """Give the ticked cases to a colleague."""
        to, reason = posted.text("to"), posted.text("reason")

        def act(row: Application) -> None:
            chosen = colleagues.named(row, to)
            service.reassign(row, chosen, reason, actor=current_actor())

        self._each(act, lambda n: ngettext("已改派 %(num)d 件。", "已改派 %(num)d 件。", n))
        return self._back()

    @expose("/receive", methods=["POST"])
    @has_access
    def receive(self) -> Any:
        """Take the ticked cases that await paper to the register."""
        rows = [applications.get(key) for key in arguments.ticked("application")]
        for row in rows:
            access.require(current_actor(), "application", "receive-paper", row)
        waiting = [row.id for row in rows if row.state == "awaiting_paper"]
        if not waiting:
            flash(_("所勾选的没有等待书面材料的申请。"), "warning")
            return self._back()
        if len(waiting) < len(rows):
            left = len(rows) - len(waiting)
            flash(
                ngettext(
                    "另有 %(num)d 件不在等待书面材料，没有带入。",
                    "另有 %(num)d 件不在等待书面材料，没有带入。",
                    left,
                ),
                "warning",
            )
        return redirect(url_for("ExchangeView.new_in", application=waiting))

    @staticmethod
    def _each(act: Callable[[Application], Any], done: Callable[[int], str]) -> None:
        """On every ticked case; what is wrong with one is said with its name and does not hold up the others."""

        def one(row: Application) -> None:
            access.require(current_actor(), "application", "receive-paper", row)
            try:
                act(row)
            except Invalid as invalid:
                raise _as_state(invalid.findings[0]) from invalid
            except Refusal as refusal:
                if refusal.code != "same-person":
                    raise
                raise _as_state(refusal.finding()) from refusal

        each(
            "application", applications.get, one,
            name=lambda row: row.site_name, done=done, nothing=_("没有勾选申请。"),
        )  # fmt: skip

    @staticmethod
    def _back() -> Any:
        """To the case's own page where the button stood there, else to the queue."""
        pk = arguments.key(request.form.get("case", ""))
        if pk is not None:
            return redirect(url_for("ApplicationView.show", pk=pk))
        return redirect(url_for("WorkView.index"))


def _as_state(one: Finding) -> WrongState:
    """The same "no" as one that holds up this row alone."""
    params: dict[str, Any] = dict(one.params)
    return WrongState(one.code, one.message, source=one.source, **params)
