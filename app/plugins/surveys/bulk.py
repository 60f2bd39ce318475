"""Many sheets at once, as an office takes them in from workbooks: the rules, guards and records of a single one (A5).

Whoever takes a sheet in needs ``survey import`` over its unit. What the form would keep from being handed in keeps
it out whole; what was handed in or accepted already is never overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.foundation import access, adding, audit, clock
from app.foundation.access import Actor, Facts
from app.foundation.audit import Act
from app.foundation.database import db
from app.foundation.tenancy.models import Unit
from app.kernel.errors import N_, Finding
from app.plugins.campaigns.rules import Plan
from app.plugins.surveys import flow, queries, rules
from app.plugins.surveys.models import EDITABLE, NATURES, SurveySheet, SurveySite
from app.plugins.surveys.rules import Circumstances, SheetEntry
from app.plugins.surveys.service import BARRED, KEPT

IMPORT = "import"
CREATE, CHANGE, SAME, REFUSE = ACTS = ("create", "change", "same", "refuse")
VERB = "survey.imported"
AT_ONCE = 500
_SITE = ("name", "chinese_domain", "english_domain", "ip")
_SHEET = ("id", "campaign_id", "unit_id", "account", "state", "submitted_at", *KEPT)


@dataclass(frozen=True, slots=True)
class Addressee:
    """The unit a sheet is for, as far as importing goes."""

    id: int
    account: str
    name: str
    nature: str
    credit_code: str
    review_path: str
    filing_path: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of one sheet: one of ``ACTS``, the state it will stand in, and why not where it is refused.

    ``unsealed``: it stays a draft although it should be handed in, until the sealed scan is there (S12).
    """

    unit: Addressee
    entry: SheetEntry
    act: str
    findings: tuple[Finding, ...] = ()
    state: str = ""
    sheet_id: int | None = None
    sheet_version: int | None = None
    campaign_id: int = 0
    unsealed: bool = False


def addressees(actor: Actor, *, accounts: set[str], codes: set[str], names: set[str]) -> list[Addressee]:
    """The active units of these accounts, credit codes or names for which the actor may take sheets in."""
    found: dict[int, Addressee] = {}
    columns = (
        Unit.id, Unit.account, Unit.name, Unit.nature, Unit.credit_code, Unit.review_path, Unit.filing_path,
    )  # fmt: skip
    for column, values in ((Unit.account, accounts), (Unit.credit_code, codes), (Unit.name, names)):
        asked = sorted(values)
        for start in range(0, len(asked), AT_ONCE):
            statement = select(*columns).where(
                column.in_(asked[start : start + AT_ONCE]),
                Unit.active.is_(True),
                access.scope(actor, "survey", IMPORT, Unit),
            )
            for key, account, name, nature, code, *place in db.session.execute(statement):
                found[key] = Addressee(key, account, name, nature, code or "", *place)
    return list(found.values())


class Judging:
    """Judges sheets for one actor; what depends on the place alone is looked up once."""

    def __init__(self, actor: Actor, *, hand_in: bool) -> None:
        self.actor, self.hand_in = actor, hand_in
        self._plan = cache(queries.plan_for)
        self._given = cache(self._circumstances)
        self._may = cache(self._allowed)

    def judge(self, arriving: Sequence[tuple[Addressee, SheetEntry]]) -> list[Judged]:
        """What becomes of each, read in two statements for some hundred sheets."""
        there = self._sheets({unit.id for unit, _entry in arriving})
        return [self._one(unit, entry, there) for unit, entry in arriving]

    def _one(
        self, unit: Addressee, entry: SheetEntry, there: Mapping[tuple[int, int], SurveySheet]
    ) -> Judged:
        plan = self._plan(unit.review_path, unit.filing_path)
        sheet = there.get((unit.id, plan.id)) if plan is not None else None
        barred = self._barred(unit, plan, sheet)
        if barred is not None or plan is None:
            return Judged(unit, entry, REFUSE, (barred,) if barred is not None else ())
        findings, clean = rules.examine(entry, self._given(unit.review_path, unit.filing_path, plan))
        open_ones = tuple(one for one in findings if one.code != "scan-missing")
        if open_ones:
            return Judged(unit, entry, REFUSE, open_ones)
        unsealed = len(open_ones) < len(findings)
        before = sheet.state if sheet is not None else _initial()
        after = _handed_in(before) if self.hand_in and not unsealed else before
        act = CREATE if sheet is None else CHANGE
        if sheet is not None and before == after and queries.entry_of(sheet) == clean:
            act = SAME
        return Judged(
            unit, clean, act, state=after, campaign_id=plan.id, unsealed=unsealed and self.hand_in,
            sheet_id=sheet.id if sheet is not None else None,
            sheet_version=sheet.version if sheet is not None else None,
        )  # fmt: skip

    def _barred(self, unit: Addressee, plan: Plan | None, sheet: SurveySheet | None) -> Finding | None:
        if not self._may(unit.review_path, unit.filing_path):
            return Finding("unit", N_("未找到该单位，或者它不在您的管辖范围内。"), code="unit-not-seen")
        if unit.nature not in NATURES:
            return Finding(
                "unit",
                N_("企业、个人以及其他社会组织不得开办党政机关网站，不填摸底调查表。"),
                BARRED,
                "nature-barred",
            )
        if plan is None:
            return Finding("unit", N_("该单位所属层级还没有部署调查摸底，暂不能填写。"), code="no-survey")
        if sheet is not None and sheet.state not in EDITABLE:
            said = (
                N_("该单位的摸底调查表已经提交，不能覆盖。需要更正的，请先撤回或者退回补正。")
                if sheet.state == "submitted"
                else N_("该单位的摸底调查表已经接收，不能覆盖。")
            )
            return Finding("unit", said, code=f"sheet-{sheet.state}")
        return None

    def _allowed(self, review_path: str, filing_path: str | None) -> bool:
        return access.can(self.actor, "survey", IMPORT, Facts(review_path, filing_path))

    @staticmethod
    def _circumstances(review_path: str, filing_path: str | None, plan: Plan) -> Circumstances:
        asked = SurveySheet(campaign_id=plan.id, review_path=review_path, filing_path=filing_path)
        return queries.circumstances(asked, scanned=False)

    @staticmethod
    def _sheets(units: set[int]) -> dict[tuple[int, int], SurveySheet]:
        """The units' own sheets, by unit and campaign."""
        found, asked = {}, sorted(units)
        for start in range(0, len(asked), AT_ONCE):
            statement = (
                select(SurveySheet)
                .where(
                    SurveySheet.unit_id.in_(asked[start : start + AT_ONCE]),
                    SurveySheet.filing_desk_id.is_(None),
                )
                .options(selectinload(SurveySheet.sites))
            )
            for sheet in db.session.scalars(statement):
                found[sheet.unit_id, sheet.campaign_id] = sheet
        return found


def take_in(judged: Iterable[Judged], *, actor: Actor, reason: str) -> dict[int, int]:
    """Store what was judged good, inside the caller's transaction and in one with the judging; unit → sheet.

    Raises:
        AccessDenied, ForeignWrite: not the actor's to take in.
        IntegrityError, StaleDataError: somebody else began or changed one at the same moment.
    """
    kept = [one for one in judged if one.act in (CREATE, CHANGE)]
    for facts in {Facts(one.unit.review_path, one.unit.filing_path) for one in kept}:
        access.require(actor, "survey", IMPORT, facts)
    made = _create([one for one in kept if one.act == CREATE])
    acts = [
        Act(made[one.unit.id], one.unit.review_path, None, _snapshot(one), reason)
        for one in kept
        if one.act == CREATE
    ]
    changed = [(one, one.sheet_id) for one in kept if one.act == CHANGE]
    acts += _change({key: one for one, key in changed if key is not None}, reason)
    audit.record_each(actor, VERB, SurveySheet, acts)
    return made | {one.unit.id: key for one, key in changed if key is not None}


def _create(some: Sequence[Judged]) -> dict[int, int]:
    """New sheets with their rows of websites; the key of each by its unit."""
    if not some:
        return {}
    first, now = adding.reserve(SurveySheet, len(some)), clock.now()
    rows, keys = [], {}
    for key, one in enumerate(some, start=first):
        keys[one.unit.id] = key
        since = now if one.state == "submitted" else None
        entry = one.entry
        rows.append(
            (
                key, one.campaign_id, one.unit.id, one.unit.account, one.state, since,
                *(getattr(entry, name) for name in KEPT),
            )
        )  # fmt: skip
    adding.add(SurveySheet, _SHEET, rows)
    _add_sites({keys[one.unit.id]: one for one in some})
    return keys


def _change(some: Mapping[int, Judged], reason: str) -> list[Act]:
    """Drafts and returned sheets, written over."""
    acts = []
    asked = sorted(some)
    for start in range(0, len(asked), AT_ONCE):
        part = asked[start : start + AT_ONCE]
        statement = (
            select(SurveySheet).where(SurveySheet.id.in_(part)).options(selectinload(SurveySheet.sites))
        )
        acts += [_over(sheet, some[sheet.id], reason) for sheet in db.session.scalars(statement).all()]
    db.session.flush()
    return acts


def _over(sheet: SurveySheet, one: Judged, reason: str) -> Act:
    """One sheet written over; its rows are reused, so that numbers stay unique while they are written."""
    before = {**_written(queries.entry_of(sheet)), "state": sheet.state}
    for name in KEPT:
        setattr(sheet, name, getattr(one.entry, name))
    rows, sites = sheet.sites, one.entry.sites
    for row in rows[len(sites) :]:
        db.session.delete(row)
    del rows[len(sites) :]
    rows += [SurveySite(number=number) for number in range(len(rows) + 1, len(sites) + 1)]
    for row, site in zip(rows, sites, strict=True):
        for name in _SITE:
            setattr(row, name, getattr(site, name))
    if sheet.state != one.state:
        flow.take(sheet, "submit")
        sheet.submitted_at = clock.now()
    sheet.updated_at = clock.wall()
    after = _snapshot(one)
    changed = [name for name in after if before[name] != after[name]]
    old, new = ({name: side[name] for name in changed} for side in (before, after))
    return Act(sheet.id, sheet.review_path, old, new, reason)


def _add_sites(by_sheet: Mapping[int, Judged]) -> None:
    rows = [
        (key, number, *(getattr(site, name) for name in _SITE))
        for key, one in by_sheet.items()
        for number, site in enumerate(one.entry.sites, start=1)
    ]
    adding.add(SurveySite, ("sheet_id", "number", *_SITE), rows)


def _written(entry: SheetEntry) -> dict[str, Any]:
    sites = [[getattr(site, name) for name in _SITE] for site in entry.sites]
    return {**{name: getattr(entry, name) for name in KEPT}, "sites": sites}


def _snapshot(one: Judged) -> dict[str, Any]:
    return {**_written(one.entry), "state": one.state}


class _Step:
    """Something in a state, to ask the flow where a step leads."""

    state: str | None = None


@cache
def _initial() -> str:
    step = _Step()
    flow.SurveyFlow(step)
    return str(step.state)


@cache
def _handed_in(before: str) -> str:
    step = _Step()
    step.state = before
    flow.take(step, "submit")
    return str(step.state)
