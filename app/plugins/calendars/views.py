"""工作日历 for everybody, and for whoever keeps it the State Council's arrangement: paste, look through, confirm."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import clock
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.arguments import BadArgument
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, SignedInView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.clock.models import HolidayArrangement
from app.foundation.database import transaction
from app.kernel.errors import N_, Finding, Invalid
from app.plugins.calendars import labels, queries, service, year

FIRST, LAST = 2004, 2100
PAGE = 50


class CalendarView(SignedInView):
    """The national calendar, a year at a time; it is nobody's, so everybody who is signed in reads it."""

    route_base = "/calendar"
    default_view = "show"

    @expose("/")
    @has_access
    def show(self) -> str:
        """One year: where it comes from, whether it is certain, its days."""
        today = clock.today()
        chosen = _number("year", today.year)
        if not FIRST <= chosen <= LAST:
            raise BadArgument(
                "year", N_("参数“%(name)s”应在 %(first)s 至 %(last)s 之间。"), first=FIRST, last=LAST
            )
        calendar = clock.calendar()
        standing = calendar.standing(chosen)
        return self.render_template(
            "calendars/year.html",
            year=chosen,
            first=FIRST,
            last=LAST,
            standing=standing,
            basis=labels.BASES[standing.basis],
            months=year.months(standing, calendar),
            spans=list(year.spans(standing)),
            arrangements=queries.of_year(chosen),
            missing=calendar.unpublished(today),
            may_arrange=queries.may_arrange(current_actor()),
        )


class ArrangementView(ScopedView):
    """For the administrator of the central office; the verbs ask, as the pair alone says only "one's own office"."""

    route_base = "/calendar/arrangements"
    obj = "calendar"
    acts = dict.fromkeys(("new", "propose", "show", "confirm", "cancel"), "arrange")
    targets = {"pk": Row(HolidayArrangement, enough=False)}
    default_view = "new"

    @expose("/new")
    @has_access
    def new(self) -> Any:
        """The form."""
        return self._form(()) if queries.may_arrange(current_actor()) else _not_here()

    @expose("/new", methods=["POST"])
    @has_access
    def propose(self) -> Any:
        """Read what was pasted."""
        if not queries.may_arrange(current_actor()):
            return _not_here()
        raw = request.form.get("year", "").strip()
        try:
            with transaction():
                row = service.propose(
                    request.form.get("text", ""),
                    year=arguments.key(raw),
                    document=request.form.get("document", ""),
                    actor=current_actor(),
                )
        except Invalid as invalid:
            return make_response(self._form(invalid.findings), 422)
        return redirect(url_for("ArrangementView.show", pk=row.id))

    def _form(self, findings: tuple[Finding, ...]) -> str:
        typed = {name: request.form.get(name, "") for name in ("text", "year", "document")}
        return self.render_template("calendars/new.html", typed=typed, findings=list(findings))

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """What would change, day by day, and every running clock that would move."""
        row = queries.get(pk)
        service.ensure_may(current_actor())
        proposed, number = row.state == "proposed", _number("page", 1)
        turned = queries.changes(row) if proposed else []
        moved = queries.affected(row, turned)
        shown = moved[(number - 1) * PAGE : number * PAGE]
        return self.render_template(
            "calendars/arrangement.html",
            row=row,
            proposed=proposed,
            turned=turned,
            standing=clock.calendar().standing(row.year),
            moved=shown,
            total=len(moved),
            page=number,
            pages=pages_of(len(moved), PAGE),
            offices=queries.office_names(shown),
            edition=queries.edition(),
        )

    @expose("/<int:pk>/confirm", methods=["POST"])
    @has_access
    def confirm(self, pk: int) -> Any:
        """Let it stand."""
        with transaction():
            row = service.confirm(
                queries.get(pk), seen=request.form.get("edition", ""), actor=current_actor()
            )
        flash(_("%(year)s年放假安排已经生效，受影响的期限正在重新计算。", year=row.year), "success")
        return redirect(url_for("CalendarView.show", year=row.year))

    @expose("/<int:pk>/cancel", methods=["POST"])
    @has_access
    def cancel(self, pk: int) -> Any:
        """Give it up."""
        with transaction():
            row = service.cancel(queries.get(pk), actor=current_actor())
        flash(_("已放弃，日历没有变动。"), "success")
        return redirect(url_for("CalendarView.show", year=row.year))


def _not_here() -> Any:
    """An administrator of another office is told who keeps the calendar."""
    flash(_("工作日历全国统一，放假安排由中央机构编制部门的系统管理岗录入。"), "warning")
    return redirect(url_for("CalendarView.show"))


def _number(name: str, usual: int) -> int:
    """A whole number of the address.

    Raises:
        BadArgument: it is none.
    """
    number = arguments.key(request.args.get(name, str(usual)).strip())
    if not number:
        raise BadArgument(name, N_("参数“%(name)s”应为不小于 1 的整数。"))
    return min(number, 10_000)
