"""The office's aggregate: progress by group, who is missing, the collated table, its export, the units behind a number (S14)."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, or_

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.plugins.campaigns.rules import Group, Plan
from app.plugins.operations import exports
from app.plugins.surveys import collation, expected, exporting, groups, labels, progress, shown, workbook
from app.plugins.surveys.models import EDITABLE
from app.plugins.surveys.place import Place, asked, find, unseen

STATES = {
    "missing": _l("未报送"),
    "returned": _l("退回补正"),
    "submitted": _l("已提交"),
    "accepted": _l("已接收"),
}
PAGE = 25


class AggregateView(ScopedView):
    """Numbers by group, for offices and for those they are shared with."""

    route_base = "/aggregate"
    obj = "aggregate"
    acts = {"show": "see", "units": "see", "export": "see", "start": "see"}
    targets = {
        "office": Row(Office, by="code"), "units.office": Row(Office, by="code", enough=False),
        "export.office": Row(Office, by="code", enough=False), "start.office": Row(Office, by="code", enough=False),
    }  # fmt: skip
    default_view = "show"

    @expose("/")
    @has_access
    def show(self) -> str:
        """Progress of one survey at and below an office, then the collated table; its further pages stand alone.

        Raises:
            AccessDenied: nobody shares figures with the actor.
            NotSeen: no such office or survey, or not the actor's to see.
            BadArgument: a page or state that is not offered.
        """
        place, number, state = (
            find(current_actor(), asked()),
            arguments.page_number(),
            arguments.offered("state", collation.RECEIVED),
        )
        shown_first = number == 1 and not state
        table = self._table(place, number, state) if place.plan is not None else {}
        sections = place.sections() if place.plan is not None and shown_first else []
        return self.render_template(
            "surveys/aggregate.html",
            place=place,
            sections=sections,
            whole=groups.total(section.counts for section in sections),
            missing=[(row, shown.chip(due)) for row, due in place.missing()] if sections else [],
            first=shown_first,
            state=state,
            states={one: labels.STATES[one][0] for one in collation.RECEIVED},
            **table,
        )

    @staticmethod
    def _table(place: Place, number: int, state: str) -> dict[str, Any]:
        rows, count, at = collation.page(
            place.actor, place.survey, place.office, number=number, size=PAGE, state=state
        )
        fields = collation.fields(place.actor, place.office)
        return {
            "rows": rows,
            "fields": fields,
            "headings": [str(field.heading) for field in fields],
            "page": at,
            "pages": pages_of(count, PAGE),
            "count": count,
        }

    @expose("/units")
    @has_access
    def units(self) -> str:
        """The units behind a number, those not started included: only where the sheets are the actor's to see.

        Raises:
            BadArgument: a filter that is not offered.
            NotSeen: no such survey, group or office here.
        """
        place, number = find(current_actor(), asked(), level=True), arguments.page_number()
        group, track, state = (
            _group(place),
            arguments.offered("track", [line.key for line in place.survey.lines]),
            arguments.offered("state", STATES),
        )
        plan, path = place.survey, place.office.path
        sheets = expected.sheets(place.actor, plan, obj="survey", act="see", path=path, level=path)
        where = [_of_group(plan, group, sheets.c)] if group is not None else []
        where += [sheets.c.nature.in_(line.natures) for line in plan.lines if line.key == track]
        query = expected.listed(sheets, plan, state, *where, limit=PAGE + 1, offset=(number - 1) * PAGE)
        with access.acting_as(access.system(progress.TASK, over=path)):
            rows = db.session.execute(query).all()
        return self.render_template(
            "surveys/aggregate_units.html",
            place=place,
            group=group,
            track=track,
            state=state,
            states=STATES,
            tracks={line.key: line.label for line in plan.lines},
            natures=labels.NATURE,
            rows=[(row, _due(row, place)) for row in rows[:PAGE]],
            page=number,
            more=len(rows) > PAGE,
            urges=access.can(place.actor, "survey", "urge", place.office),
        )

    @expose("/export.xlsx")
    @has_access
    def export(self) -> Any:
        """The collated survey as a workbook; who took it is remembered. A long one is offered as work to wait for.

        Raises:
            Refusal: too many rows for one file. Others as ``show``.
        """
        place = find(current_actor(), asked())
        rows = exporting.long(place)
        if rows:
            return self.render_template(
                "operations/offer.html",
                what=exporting.title(place),
                rows=rows,
                action=url_for("AggregateView.start"),
                hidden=exporting.named(place),
                back=url_for("AggregateView.show", **exporting.named(place)),
            )
        made = workbook.workbook(place)
        with transaction():
            exporting.remember(place, made)
        return exports.answer(made.name, workbook.CONTENT_TYPE, made.content)

    @expose("/export", methods=["POST"])
    @has_access
    def start(self) -> Any:
        """Put a long export to work.

        Raises:
            Refusal: too many rows, or too many exports open. Others as ``show``.
        """
        place = find(current_actor(), asked())
        with transaction():
            exporting.put(place)
        return redirect(exports.wait_url())


def _group(place: Place) -> Group | None:
    key = request.args.get("group", "")
    found = next((group for group in place.survey.groups if group.key == key), None)
    if key and found is None:
        raise unseen()
    return found


def _of_group(plan: Plan, group: Group, columns: Any) -> ColumnElement[bool]:
    """The rows of a group at a level, by the same facts as ``Plan.group_of``."""
    desks = [home for one in plan.groups for home in one.homes if home != plan.office_path]
    carried = columns.filing_path.in_([home for home in group.homes if home in desks])
    level = columns.review_path.in_([*group.homes, *group.offices])
    return or_(carried, and_(level, or_(columns.filing_path.is_(None), columns.filing_path.not_in(desks))))


def _due(row: Any, place: Place) -> Any:
    """A chip where something is still to be handed in, else when it was and whether in time."""
    deadline = place.deadline(row)
    if row.sheet_id is None or row.state in EDITABLE:
        return shown.chip(deadline)
    return shown.handed_in(row, deadline)[0]
