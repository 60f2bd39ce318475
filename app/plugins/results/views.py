"""结果通报 and 停止解析: what the registries are to be told, and the orders the head decides on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm.exc import StaleDataError

from app.foundation import access, audit, clock
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.kernel.errors import N_, Finding, Invalid, NotSeen, Refusal, Stale
from app.plugins.lapses.catalogue import consequence
from app.plugins.results import labels, papers, queries, rules, service
from app.plugins.results.models import RECIPIENTS, ResultNotice, StopOrder

PAGE = 25
SIDES = {queries.OWN: _l("本级"), queries.BELOW: _l("下级")}
STALE = N_("他人在您打开页面之后改动了本件，本次没有写入。您填写的内容仍在页面上，请核对最新情况后再次提交。")


def _text(name: str) -> str:
    return request.form.get(name, "").strip()


def _day(name: str) -> date:
    """A date field.

    Raises:
        Invalid: not a date.
    """
    try:
        return date.fromisoformat(_text(name))
    except ValueError:
        raise Invalid([Finding(name, N_("请按“年-月-日”填写日期，例如 2014-11-28。"), code="date")]) from None


@contextmanager
def _attempt() -> Iterator[None]:
    """``transaction()``, with a lost race told as the refusal it is."""
    try:
        with transaction():
            yield
    except StaleDataError as error:
        raise Stale("result-stale", STALE) from error


def _chips(endpoint: str, kind: dict[str, Any], found: queries.Found, state: str, side: str) -> list[Any]:
    every = [(_("全部"), url_for(endpoint, state="all", side=side or None), state == "", None)]
    return every + [
        (label, url_for(endpoint, state=name, side=side or None), name == state, count)
        for name, (label, _tone) in kind.items()
        if (count := found.states.get(name, 0)) or name == state
    ]


def _sides(endpoint: str, state: str, side: str) -> list[Any]:
    if not any(post.office_id is not None for post in current_actor().posts):
        return []
    return [
        (label, url_for(endpoint, state=state or "all", side=name or None), name == side, None)
        for name, label in {"": _("全部"), **SIDES}.items()
    ]


def _state(known: dict[str, Any], default: str) -> str:
    """The state asked for; empty for all of them."""
    asked = arguments.offered("state", {"all": "", **known}, default)
    return "" if asked == "all" else asked


class ResultView(ScopedView):
    """What the two registries are to be told, and were (C-art.9, P-3.4)."""

    route_base = "/results"
    obj = "result"
    acts = {"index": "see", "send": "send"}
    targets = {"send.notices": Row(ResultNotice)}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """The list; what waits first."""
        return self._page(())

    @expose("/send", methods=["POST"])
    @has_access
    def send(self) -> Any:
        """Note that the ticked ones were told by one letter."""
        keys = arguments.ticked("notices")
        try:
            with _attempt():
                rows = queries.notices(keys)
                service.mark_sent(rows, _text("number"), _day("day"), actor=current_actor())
        except Invalid as invalid:
            return make_response(self._page(invalid.findings, tuple(keys)), 422)
        flash(
            ngettext("已登记通报 %(num)d 项审核结果。", "已登记通报 %(num)d 项审核结果。", len(keys)),
            "success",
        )
        return redirect(url_for("ResultView.index"))

    def _page(self, findings: tuple[Finding, ...], ticked: tuple[int, ...] = ()) -> str:
        actor, number = current_actor(), arguments.page_number()
        state, side = _state(labels.NOTICE, "waiting"), arguments.offered("side", SIDES, "")
        found = queries.page(ResultNotice, actor, state=state, side=side, number=number, size=PAGE)
        sends = [
            row.id
            for row in found.rows
            if row.state == "waiting" and access.can(actor, "result", "send", row)
        ]
        return self.render_template(
            "results/list.html",
            found=found,
            page=number,
            pages=pages_of(found.total, PAGE),
            states=_chips("ResultView.index", labels.NOTICE, found, state, side),
            sides=_sides("ResultView.index", state, side),
            state=state,
            side=side,
            sends=sends,
            ticked=ticked,
            findings=list(findings),
            typed=request.form,
            today=clock.today(),
            papers={row.id: papers.of(row, actor) for row in found.rows},
        )


class OrderView(ScopedView):
    """Stop orders, for their owners, the office that decides and those above it (C-art.11, S26)."""

    route_base = "/results/orders"
    obj = "result"
    acts = {
        "index": "see", "show": "see", "confirm": "decide", "dismiss": "decide", "send": "send",
        "finish": "send",
    }  # fmt: skip
    targets = {"pk": StopOrder}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """The list; what waits to be decided first."""
        actor, number = current_actor(), arguments.page_number()
        state, side = _state(labels.ORDER, ""), arguments.offered("side", SIDES, "")
        found = queries.page(StopOrder, actor, state=state, side=side, number=number, size=PAGE)
        return self.render_template(
            "results/orders.html",
            found=found,
            page=number,
            pages=pages_of(found.total, PAGE),
            states=_chips("OrderView.index", labels.ORDER, found, state, side),
            sides=_sides("OrderView.index", state, side),
            labels=labels,
        )

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """One order: why, what follows, what was decided, what left."""
        return self._page(queries.order(pk))

    @expose("/<int:pk>/confirm", methods=["POST"])
    @has_access
    def confirm(self, pk: int) -> Any:
        """Decide that both registries be asked."""

        def verb(order: StopOrder) -> None:
            service.confirm(
                order, reason=_text("reason"), checked=_text("checked") == "1", actor=current_actor()
            )

        return self._do(pk, "confirm", verb, _("已确认停止解析，请打印停止解析函并发出。"))

    @expose("/<int:pk>/dismiss", methods=["POST"])
    @has_access
    def dismiss(self, pk: int) -> Any:
        """Decide that resolution is not stopped."""
        return self._do(
            pk,
            "dismiss",
            lambda order: service.dismiss(order, reason=_text("reason"), actor=current_actor()),
            _("已决定不予停止解析。"),
        )

    @expose("/<int:pk>/send", methods=["POST"])
    @has_access
    def send(self, pk: int) -> Any:
        """Note that one of the letters left."""
        recipient = _text("recipient")
        if recipient not in RECIPIENTS:
            raise NotSeen("recipient-not-seen", N_("停止解析函只发注册管理中心和 CNNIC。"))

        def verb(order: StopOrder) -> None:
            number, day = _text(f"{recipient}-number"), _day(f"{recipient}-day")
            service.send(order, recipient, number, day, actor=current_actor())

        said = _("已登记发出%(to)s的停止解析函。", to=labels.RECIPIENT[recipient][0])
        return self._do(pk, recipient, verb, said)

    @expose("/<int:pk>/finish", methods=["POST"])
    @has_access
    def finish(self, pk: int) -> Any:
        """Note that the names no longer resolve."""
        return self._do(
            pk,
            "finish",
            lambda order: service.finish(order, _day("stopped"), _text("note"), actor=current_actor()),
            _("已登记停止解析，本件办结。"),
        )

    def _do(self, pk: int, form: str, verb: Callable[[StopOrder], Any], said: str) -> Any:
        """Run one verb; a rule's "no" shows the page again with what was typed."""
        try:
            with _attempt():
                order = queries.order(pk)
                seen = request.form.get("version")
                if seen is not None and seen != str(order.version):
                    raise Stale("result-stale", STALE)
                verb(order)
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            found = refusal.findings if isinstance(refusal, Invalid) else (refusal.finding(),)
            return make_response(self._page(queries.order(pk), tuple(found), form), refusal.status)
        flash(said, "success")
        return redirect(url_for("OrderView.show", pk=pk))

    def _page(self, order: StopOrder, findings: tuple[Finding, ...] = (), form: str = "") -> str:
        actor = current_actor()
        office = queries.office_at(order.review_path)
        return self.render_template(
            "results/order.html",
            order=order,
            office=office,
            consequence=consequence(office),
            can={act: access.can(actor, "result", act, order) for act in ("decide", "send")},
            required=rules.required(order.cause),
            passed=bool(queries.hosts(order) & queries.passed_since(order))
            if order.state in {"proposed", "confirmed"}
            else False,
            letters=[
                (
                    one,
                    labels.RECIPIENT[one][0],
                    getattr(order, f"{one}_number"),
                    getattr(order, f"{one}_sent_on"),
                )
                for one in RECIPIENTS
            ],
            papers=papers.of(order, actor),
            timeline=audit.timeline(order),
            sees_application=order.application_id is not None
            and access.can(actor, "application", "see", order),
            labels=labels,
            findings=list(findings),
            form=form,
            typed=request.form,
            today=clock.today(),
        )
