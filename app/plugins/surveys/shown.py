"""What the pages of a sheet show beside its fields: dates, who fills it in, what happened, what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.foundation import access, audit, clock
from app.foundation.admin.filters import words
from app.foundation.admin.formatters import cn_date, short_date
from app.foundation.audit import Entry
from app.foundation.clock.views import ClockView
from app.foundation.clock.views import view as clock_view
from app.foundation.database import db
from app.foundation.tenancy import routing
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Site, Unit
from app.foundation.tenancy.routing import RoutingRefused, Ruling, UnitFact
from app.kernel import paths, workdays
from app.kernel.errors import fill
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Deadline
from app.plugins.establishment.labels import RANK
from app.plugins.surveys import desks, doubles, labels, queries, register
from app.plugins.surveys.models import EDITABLE, SurveySheet

SAVED = "survey.saved"


def chip(deadline: Deadline | None) -> ClockView | None:
    """Days left until a date, with who set it behind the chip."""
    if deadline is None:
        return None
    running = workdays.fixed(
        deadline.kind,
        deadline.issued_on,
        deadline.date,
        rule=deadline.label,
        source=deadline.source,
        firm=deadline.binding,
    )
    return clock_view(running, clock.today())


def handed_in(sheet: SurveySheet, deadline: Deadline | None) -> tuple[str, str]:
    """When a sheet was handed in, and whether in time: text and tone."""
    if sheet.submitted_at is None:
        return "", ""
    day = clock.localise(sheet.submitted_at).date()
    if deadline is not None and deadline.passed(day):
        return str(_("%(day)s 报送（逾期）", day=short_date(day))), "w"
    return str(_("%(day)s 报送", day=short_date(day))), ""


def due_cell(sheet: SurveySheet, deadline: Deadline | None) -> tuple[str, str]:
    """The list's cell: when it was handed in, or how long there is."""
    if sheet.state not in EDITABLE:
        return handed_in(sheet, deadline)
    view = chip(deadline)
    return (view.text, view.tone) if view is not None else ("", "")


def stages(sheet: SurveySheet) -> list[tuple[str, str]]:
    """The flow's own states for the stage picture: done, now, to come."""
    fill_in = _("补正") if sheet.state == "returned" else _("填写")
    at = {"draft": 0, "returned": 0, "submitted": 2, "accepted": 3}[sheet.state]
    names = (fill_in, _("提交"), _("机构接收"))
    marks = ["d" if place < at else "n" if place == at else "" for place in range(len(names))]
    return list(zip((str(name) for name in names), marks, strict=True))


def next_step(sheet: SurveySheet, deadline: Deadline | None, office: str) -> str:
    """What happens next, and by when."""
    if sheet.state == "accepted":
        return str(_("已由%(office)s接收，等待汇总。", office=office))
    if sheet.state == "submitted":
        return str(_("等待%(office)s接收；接收之前可以撤回修改。", office=office))
    if deadline is None:
        return str(_("填写完整后提交；本级报送日期由%(office)s另行明确。", office=office))
    to = deadline.deliver_to or office
    if deadline.passed(clock.today()):
        return str(_("已过报送期限%(day)s，请尽快提交，报送%(to)s。", day=cn_date(deadline.date), to=to))
    return str(_("请于%(day)s以前提交，报送%(to)s。", day=cn_date(deadline.date), to=to))


def responsible(sheet: SurveySheet) -> tuple[str, str]:
    """Who fills the sheet in, and by which rule and article (S7–S11)."""
    if sheet.filing_desk is not None:
        return desk_rule(sheet.filing_desk)
    return _arranged(sheet, *filing_rule(sheet.unit_id))


def desk_rule(desk: Office) -> tuple[str, str]:
    """That a desk fills in single sites, and by which article (S8)."""
    said = str(_("该网站由%(desk)s负责填报，不随开办单位。", desk=desk.name))
    return said, str(desk.settings.get("source", ""))


def _arranged(sheet: SurveySheet, rule: str, source: str) -> tuple[str, str]:
    """With the lower office that arranges the survey in its own territory, where the notice leaves it to it (S7)."""
    plan = next((one for one in campaigns.timetable().plans if one.id == sheet.campaign_id), None)
    group = plan.group_for_office(sheet.review_path) if plan is not None else None
    office = queries.reviewing_office(sheet) if group is not None else None
    if plan is None or group is None or office is None:
        return rule, source
    left = next(
        (s.source for s in plan.steps if s.kind == queries.SURVEY and s.open and group.key in s.groups), ""
    )
    said = str(_("本辖区的调查摸底由%(office)s部署。%(rule)s", office=office.short_name, rule=rule))
    return said, "、".join(one for one in dict.fromkeys((left, source)) if one)


def filing_rule(unit_id: int) -> tuple[str, str]:
    """Who fills in for a unit, and by which rule and article; a desk named by an office, by that office's word."""
    # The rule rests on the supervising unit and its desk, which the unit itself need not see.
    with access.acting_as(access.system("survey responsibility", over=access.EVERYWHERE)):
        try:
            unit, ruling = _ruling(unit_id)
        except RoutingRefused as refused:
            return fill(str(_(refused.message)), refused.params), refused.source
        named = audit.timeline(unit) if unit.named_desk_id is not None else []
    decided = next((one for one in named if one.verb == desks.VERB and not one.after.get("sites")), None)
    said = fill(str(_(ruling.rule)), ruling.params)
    if decided is None:
        return said, ruling.source
    day = cn_date(clock.localise(decided.at).date())
    return said, str(_("%(post)s %(day)s调整：%(reason)s", post=decided.post, day=day, reason=decided.reason))


def _ruling(unit_id: int) -> tuple[Unit, Ruling]:
    """A unit and how its forms are filed, read in two statements.

    Raises:
        RoutingRefused: see ``routing.derive``.
    """
    unit = db.session.scalars(
        select(Unit)
        .where(Unit.id == unit_id)
        .options(
            joinedload(Unit.home),
            joinedload(Unit.named_desk),
            joinedload(Unit.supervisor).joinedload(Unit.personnel_desk),
        )
    ).one()
    supervisor = unit.supervisor
    personnel = supervisor.personnel_desk if supervisor is not None else None
    near = [office.path for office in (unit.home, unit.named_desk, personnel) if office is not None]
    wanted = {path for one in near for path in (*paths.ancestors(one), one)}
    tree = tenancy.tree_of(db.session.scalars(select(Office).where(Office.path.in_(wanted))))
    fact = UnitFact(
        home=unit.home.path,
        management=unit.management,
        rank=unit.rank,
        named_desk=unit.named_desk.path if unit.named_desk is not None else None,
        supervisor_desk=personnel.path if personnel is not None else None,
    )
    return unit, routing.derive(fact, tree).filing


def story(entries: Iterable[Entry]) -> list[Entry]:
    """The timeline without a line for every save: of savings in a row by one person the latest stays."""
    told: list[Entry] = []
    for entry in entries:
        before = told[-1] if told else None
        if before is not None and before.verb == entry.verb == SAVED and before.person == entry.person:
            continue
        told.append(entry)
    return told


@dataclass(frozen=True)
class Against:
    """One thing on the sheet beside what the register says."""

    what: str
    text: str
    agrees: bool


def compared(sheet: SurveySheet) -> list[Against]:
    """The sheet against the register, for whoever accepts it: evidence beside the claim."""
    unit = db.session.scalar(select(Unit).where(Unit.id == sheet.unit_id))
    if unit is None:
        return []
    found = [
        _plain(str(labels.FIELDS["unit_name"]), unit.name, unit.name == sheet.unit_name),
        _plain(
            str(labels.FIELDS["nature"]),
            str(labels.NATURE.get(unit.nature, unit.nature)),
            unit.nature == sheet.nature,
        ),
        _plain(str(labels.FIELDS["rank"]), str(RANK[unit.rank]), unit.rank == sheet.rank),
    ]
    return [*found, *_sites(sheet, register.sites_of(sheet)), *_doubled(sheet)]


def _doubled(sheet: SurveySheet) -> list[Against]:
    """Domains that others have too: whoever handed in the sheet has said that they are right."""
    found = doubles.of(sheet, queries.entry_of(sheet), actor=access.current_actor())
    return [Against(str(_("网站")), f"{_domain(sheet, one.field)}：{words(one)}", False) for one in found]


def _domain(sheet: SurveySheet, field: str) -> str:
    _sites_word, number, name = field.split("-")
    return str(getattr(sheet.sites[int(number)], name))


def _plain(what: str, text: str, agrees: bool) -> Against:
    return Against(what, text, agrees)


def _sites(sheet: SurveySheet, sites: list[Site]) -> list[Against]:
    known, what = set(), str(_("网站"))
    found = []
    for row in sheet.sites:
        site = register.matching(row, sites)
        if site is None:
            found.append(Against(what, str(_("“%(name)s”未登记，接收后登记", name=row.name)), False))
        else:
            known.add(site.id)
            found.append(Against(what, str(_("“%(name)s”已登记", name=site.name)), True))
    found += [
        Against(what, str(_("登记有“%(name)s”，表中未填", name=site.name)), False)
        for site in sites
        if site.id not in known
    ]
    return found
