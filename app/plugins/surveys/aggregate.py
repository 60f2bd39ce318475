"""The office's aggregate: progress by group, the units behind a number, the collated table and its export (S14)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select

from app.foundation import access, audit, clock
from app.foundation.access import Actor, current_actor
from app.foundation.admin import arguments
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import db, transaction
from app.foundation.documents import xlsx
from app.foundation.tenancy.models import Grant, Office, Site, Unit
from app.kernel import paths
from app.kernel.errors import N_, NotSeen
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Group, Plan
from app.plugins.establishment.labels import RANK
from app.plugins.surveys import collation, labels, offices, progress, queries, shown
from app.plugins.surveys.expected import BY_DESK, OWN
from app.plugins.surveys.models import EDITABLE, SurveySheet
from app.plugins.surveys.progress import Section

STATES = {
    "": _l("全部"),
    "unfinished": _l("未报送和退回"),
    "missing": _l("未报送"),
    "returned": _l("退回补正"),
    "submitted": _l("待接收"),
    "accepted": _l("已接收"),
}
PAGE = 50


class AggregateView(ScopedView):
    """Numbers by group, for offices and for those they are shared with."""

    route_base = "/aggregate"
    obj = "aggregate"
    acts = {"show": "see", "units": "see", "sites": "see", "export": "see"}
    default_view = "show"

    @expose("/")
    @has_access
    def show(self) -> str:
        """Progress of one survey within the actor's scope."""
        actor, plans = current_actor(), _plans(current_actor())
        plan = _chosen(plans)
        sections = _sections(actor, plan) if plan is not None else []
        return self.render_template(
            "surveys/aggregate.html",
            plan=plan,
            plans=plans,
            sections=sections,
            whole=progress.total(section.counts for section in sections),
            chips={row: shown.chip(row.deadline) for section in sections for row in section.rows},
            shared=_shared_with(actor),
        )

    @expose("/units")
    @has_access
    def units(self) -> str:
        """The units behind a number: whose sheets the actor sees, with their state.

        Raises:
            BadArgument: a filter that is not offered.
            NotSeen: no such survey, group or office here.
        """
        actor, plan = current_actor(), _needed(_chosen(_plans(current_actor())))
        asked = _Asked(plan)
        page = _page_number()
        rows, more = asked.rows(actor, plan, page)
        table = campaigns.timetable()
        listed = [
            (unit, desk, sheet, table.deadline("survey", queries.whose(sheet or unit), unit.nature))
            for unit, desk, sheet in rows
        ]
        return self.render_template(
            "surveys/units.html",
            plan=plan,
            asked=asked,
            rows=[(unit, desk, sheet, _due(sheet, due)) for unit, desk, sheet, due in listed],
            states=STATES,
            natures=labels.NATURE,
            page=page,
            more=more,
        )

    @expose("/sites")
    @has_access
    def sites(self) -> str:
        """The collated survey in annex 5's columns, page by page."""
        plan, page = _needed(_chosen(_plans(current_actor()))), _page_number()
        sheets, more = collation.page(current_actor(), plan, number=page, size=PAGE)
        return self.render_template(
            "surveys/sites.html", plan=plan, sheets=sheets, page=page, more=more, fields=labels.FIELDS,
            site_fields=labels.SITE_FIELDS, natures=labels.NATURE, ranks=RANK, first=(page - 1) * PAGE,
        )  # fmt: skip

    @expose("/export.xlsx")
    @has_access
    def export(self) -> Response:
        """The collated survey as a workbook; who took it is remembered.

        Raises:
            Refusal: too many sheets for one workbook.
        """
        actor, plan = current_actor(), _needed(_chosen(_plans(current_actor())))
        content = collation.workbook(actor, plan, _sections(actor, plan), _holders(actor), clock.today())
        with transaction():
            audit.record(actor, "aggregate.exported", campaigns.get(plan.id), after={"bytes": len(content)})
        response = Response(content, mimetype=xlsx.CONTENT_TYPE)
        response.headers["Content-Disposition"] = (
            f"attachment; filename=survey-{clock.today():%Y%m%d}.xlsx"
        )
        response.headers["Cache-Control"] = "private, no-store"
        return response


class _Asked:
    """What the list of units is narrowed to: group, office, nature, state."""

    def __init__(self, plan: Plan) -> None:
        self.group = self._group(plan)
        self.office = self._office(plan)
        self.nature = _offered("nature", {"": "", **labels.NATURE})
        self.state = _offered("state", STATES)

    def _group(self, plan: Plan) -> Group | None:
        key = request.args.get("group", "")
        found = next((group for group in plan.groups if group.key == key), None)
        if key and found is None:
            raise _unseen()
        return found

    def _office(self, plan: Plan) -> Office | None:
        raw = request.args.get("office", "")
        if not raw:
            return None
        key = arguments.key(raw)
        found = db.session.get(Office, key) if key is not None else None
        if found is None or not paths.covers(plan.office_path, found.path):
            raise _unseen()
        return found

    def where(self, plan: Plan, actor: Actor) -> Any:
        """The condition on units; the scope is that of the sheets themselves, not of the numbers."""
        clauses = [
            access.scope(actor, "survey", "see", Unit),
            Unit.review_path >= plan.office_path,
            Unit.review_path < paths.upper_bound(plan.office_path),
        ]
        if self.group is not None:
            clauses.append(progress.group_clause(plan, self.group, Unit))
        if self.office is not None:
            clauses.append(Unit.review_path == self.office.path)
        if self.nature:
            clauses.append(Unit.nature == self.nature)
        return and_(*clauses)

    def with_state(self, sheet: Any = SurveySheet) -> Any:
        """The condition on the sheet of a unit."""
        missing = or_(sheet.id.is_(None), sheet.state == "draft")
        if self.state == "missing":
            return missing
        if self.state == "unfinished":
            return or_(missing, sheet.state == "returned")
        return sheet.state == self.state if self.state else True

    def rows(self, actor: Actor, plan: Plan, page: int) -> tuple[list[tuple[Unit, Office | None, Any]], bool]:
        """Units with their sheets, one page; sites filed by desks follow on the last page."""
        own = and_(
            SurveySheet.unit_id == Unit.id, SurveySheet.campaign_id == plan.id, SurveySheet.filing_desk_id.is_(None)
        )
        statement = (
            select(Unit, SurveySheet)
            .outerjoin(SurveySheet, own)
            .where(OWN, self.where(plan, actor), self.with_state())
            .order_by(Unit.review_path, Unit.account)
            .offset((page - 1) * PAGE)
            .limit(PAGE + 1)
        )
        # Read by the platform within the scope written above: the guard would hide a sheet and leave its unit.
        with access.acting_as(access.system(progress.TASK)):
            found: list[tuple[Unit, Office | None, Any]] = [
                (unit, None, sheet) for unit, sheet in db.session.execute(statement)
            ]
            more = len(found) > PAGE
            found = found[:PAGE] if more else found + self._by_desk(actor, plan)
        return found, more

    def _by_desk(self, actor: Actor, plan: Plan) -> list[tuple[Unit, Office | None, Any]]:
        pairs = select(Site.unit_id, Site.filing_desk_id).where(BY_DESK).distinct().subquery()
        sheet = and_(
            SurveySheet.unit_id == Unit.id,
            SurveySheet.campaign_id == plan.id,
            SurveySheet.filing_desk_id == pairs.c.filing_desk_id,
        )
        statement = (
            select(Unit, Office, SurveySheet)
            .select_from(pairs)
            .join(Unit, Unit.id == pairs.c.unit_id)
            .join(Office, Office.id == pairs.c.filing_desk_id)
            .outerjoin(SurveySheet, sheet)
            .where(Unit.active.is_(True), self.where(plan, actor), self.with_state())
            .order_by(Unit.review_path, Unit.account)
            .limit(PAGE)
        )
        return [(unit, desk, sheet) for unit, desk, sheet in db.session.execute(statement)]


def _plans(actor: Actor) -> list[Plan]:
    """Surveys under way that reach the actor's scope, the nearest office's first."""
    places = [post.path for post in actor.posts if access.policy().lines_for(post.role, "aggregate", "see")]
    found = [
        plan
        for plan in campaigns.timetable().current("survey")
        if any(paths.covers(plan.office_path, place) or paths.covers(place, plan.office_path) for place in places)
    ]
    return sorted(found, key=lambda plan: (-len(plan.office_path), plan.office_path))


def _chosen(plans: list[Plan]) -> Plan | None:
    raw = request.args.get("campaign", "")
    if not raw:
        return plans[0] if plans else None
    found = next((plan for plan in plans if plan.id == arguments.key(raw)), None)
    if found is None:
        raise _unseen()
    return found


def _needed(plan: Plan | None) -> Plan:
    if plan is None:
        raise _unseen()
    return plan


def _unseen() -> NotSeen:
    return NotSeen("aggregate-not-seen", N_("没有找到该项汇总，或者它不在您的管辖范围内。"))


def _sections(actor: Actor, plan: Plan) -> list[Section]:
    found = progress.cells(actor, plan, campaigns.timetable(), clock.today(), obj="aggregate", act="see")
    return progress.sections(actor, plan, found, offices.by_path({cell.review_path for cell in found}))


def _offered(name: str, words: Any) -> str:
    value = request.args.get(name, "")
    if value not in words:
        raise arguments.BadArgument(name, N_("参数“%(name)s”没有这个选项。"))
    return value


def _page_number() -> int:
    raw = request.args.get("page", "1")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 6:
        raise arguments.BadArgument("page", N_("参数“%(name)s”应为不小于 0 的整数。"))
    return max(int(raw), 1)


def _due(sheet: SurveySheet | None, deadline: Any) -> Any:
    """A chip where something is still to be handed in, else when it was."""
    if sheet is None or sheet.state in EDITABLE:
        return shown.chip(deadline)
    return shown.handed_in(sheet, deadline)[0]


def _holders(actor: Actor) -> str:
    return "、".join(dict.fromkeys(post.holder for post in actor.posts))


def _shared_with(actor: Actor) -> list[tuple[str, str]]:
    """With whom an office shares its aggregate, and by which document; the office's own grants only."""
    places = [post.path for post in actor.posts if post.level not in {"desk", ""}]
    if not places:
        return []
    day = clock.today()
    rows = db.session.execute(
        select(Office.short_name, Grant.document)
        .join(Office, Office.path == Grant.holder_path)
        .where(
            Grant.relation == "shares", Grant.where_path.in_(places), Grant.since <= day,
            or_(Grant.until.is_(None), Grant.until >= day),
        )
    )  # fmt: skip
    return [(name, document) for name, document in rows]


def units_url(plan: Plan, row: progress.Row, state: str = "") -> str:
    """The units behind a number of a line."""
    args = {"group": row.group, "office": row.office_id, "nature": row.nature, "state": state}
    return url_for("AggregateView.units", campaign=plan.id, **{name: value for name, value in args.items() if value})
