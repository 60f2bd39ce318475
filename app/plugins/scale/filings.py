"""Applications and what their reviews left behind: rows as the verbs would have written them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from app.foundation import clock
from app.foundation.jurisdiction import FACTS
from app.kernel import workdays
from app.plugins.applications.fields import ORGAN_TYPES
from app.plugins.applications.models import (
    NO_DUE,
    Application,
    ApplicationClock,
    ChecklistItem,
    PaperReceipt,
    ReviewDecision,
)
from app.plugins.scale import spread
from app.plugins.scale.land import Land
from app.plugins.scale.register import UnitRow
from app.plugins.scale.spread import Course
from app.plugins.scale.staff import Staff

WINDOW = 130  # working days over which applications were begun
SCOPED = ("unit_id", *FACTS)
COLUMNS: dict[type[Any], tuple[str, ...]] = {
    Application: (
        "id", "site_id", "number", "kind", "track", "state", "round", "account", "organ_name",
        "supervisor_name", "functions", "organ_type", "address", "postcode", "site_name", "site_intro",
        "chinese_domain", "english_domain", "ip", "leader_name", "leader_phone", "leader_mobile",
        "leader_email", "handler_name", "handler_phone", "handler_mobile", "handler_email",
        "handler_id_number", "declared_at", "declared_by_id", "submitted_at", "first_reviewer_id",
        "first_reviewed_at", "paper_reviewer_id", "paper_reviewed_at", "reported_at", "badged_at",
        "closed_at", "due", "due_order", *SCOPED,
    ),
    ChecklistItem: (
        "application_id", "round", "number", "finding", "note", "judged_by_id", "judged_by", "judged_at",
        *SCOPED,
    ),
    ReviewDecision: (
        "application_id", "round", "outcome", "reasons", "words", "decided_by_id", "decided_by", "decided_at",
        *SCOPED,
    ),
    PaperReceipt: (
        "application_id", "means", "received_on", "copies", "received_by_id", "received_by", *SCOPED,
    ),
    ApplicationClock: (
        "application_id", "kind", "round", "started_on", "days", "counted_in", "due", "stopped_on", "rule",
        "source", "firm", *SCOPED,
    ),
}  # fmt: skip
Rows = dict[type[Any], list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Personal:
    """One made-up set of what is kept encrypted, sealed already."""

    mobile: str
    email: str
    identity: str


@dataclass(slots=True)
class Docket:
    """Numbers given so far and the keys of other tables."""

    land: Land
    staff: Staff
    today: date
    personal: list[Personal]
    bases: dict[str, int]
    given: Counter[tuple[str, int]] = field(default_factory=Counter)

    def number(self, unit: UnitRow, year: int) -> str:
        """The next number of the reviewing office, as ``numbering.next_number`` forms it."""
        prefix = self.land.places[unit.review_path].prefix
        self.given[prefix, year] += 1
        return f"{prefix}-{year}-{self.given[prefix, year]:04d}"

    def who(self, role: str, unit: UnitRow) -> tuple[int, str]:
        """Key and name of the office's reviewer, clerk or head."""
        number, name = self.staff.at[role, unit.review_path]
        return self.bases["person"] + number, name

    def filer(self, unit: UnitRow) -> int:
        """Key of whoever files: the unit's officer, or the desk's."""
        filing = unit.facts[1]
        number = self.staff.filers[unit.id] if filing is None else self.staff.at["coordinator", filing][0]
        return self.bases["person"] + number


@cache
def _workday(start: date, count: int) -> date:
    return workdays.add(start, count, clock.calendar()) if count else start


@cache
def _moment(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(9), tzinfo=clock.SHANGHAI).astimezone(UTC) + timedelta(minutes=minute)


def ordered(units: list[UnitRow], today: date, chance: Random) -> list[tuple[UnitRow, date, Course]]:
    """Each application with the day it was begun and its way; those submitted first come first."""
    first = today
    for _ in range(WINDOW):
        first = _workday_before(first)
    found = []
    for unit in units:
        if unit.filed:
            ago = chance.randint(0, WINDOW)
            found.append((unit, _workday(first, WINDOW - ago), spread.course(ago, chance)))
    latest = date.max
    found.sort(key=lambda one: (_day(one[1], one[2].submitted) or latest, one[0].id))
    return found


def _workday_before(day: date) -> date:
    day -= timedelta(days=1)
    while not clock.calendar().is_workday(day):
        day -= timedelta(days=1)
    return day


def _day(begun: date, count: int | None) -> date | None:
    return None if count is None else _workday(begun, count)


def write(docket: Docket, cases: list[tuple[UnitRow, date, Course]], first: int) -> Rows:
    """All rows of a run of applications, numbered from ``first``."""
    rows: Rows = {model: [] for model in COLUMNS}
    for key, (unit, begun, course) in enumerate(cases, first):
        _Writer(docket, rows, key, unit, begun, course).write()
    return rows


class _Writer:
    """One application's rows."""

    def __init__(
        self, docket: Docket, rows: Rows, key: int, unit: UnitRow, begun: date, course: Course
    ) -> None:
        self.docket, self.rows, self.key, self.unit, self.course = docket, rows, key, unit, course
        self.begun = begun
        self.round = 0 if course.submitted is None else 2 if course.resubmitted is not None else 1
        self.scope = (docket.bases["unit"] + unit.id, *unit.facts)
        self.due: date | None = None
        self.minute = key % 480

    def day(self, name: str) -> date | None:
        return _day(self.begun, getattr(self.course, name))

    def at(self, name: str) -> datetime | None:
        day = self.day(name)
        return None if day is None else _moment(day, self.minute)

    def write(self) -> None:
        if self.course.submitted is not None:
            self._rounds()
        if self.course.received is not None:
            self._paper()
        self._application()

    def _rounds(self) -> None:
        course = self.course
        if course.returned is not None:
            self._items(1, "returned")
            self._decision(1, "reviewer", "returned", "returned", ["incomplete"], "请补齐网站简介。")
            self._clock("first_review", 1, self.day("submitted"), self.day("returned"))
        if course.returned is None or course.resubmitted is not None:
            begun = self.day("resubmitted") or self.day("submitted")
            done = self.day("reviewed") or (self.day("closed") if course.state == "withdrawn" else None)
            self._items(self.round, "reviewed" if course.reviewed is not None else None)
            self._clock("first_review", self.round, begun, done)
            if course.state == "ineligible":
                self._decision(
                    self.round,
                    "reviewer",
                    "reviewed",
                    "ineligible",
                    ["use-upper-site"],
                    "请使用上级网站平台。",
                )
            elif course.reviewed is not None:
                self._decision(self.round, "reviewer", "reviewed", "passed", [], "")
                self._clock("applicant_paper", self.round, self.day("reviewed"), self.day("received"))

    def _paper(self) -> None:
        who = self.docket.who("clerk", self.unit)
        self.rows[PaperReceipt].append((self.key, "exchange", self.day("received"), 3, *who, *self.scope))
        self._clock("paper_review", self.round, self.day("received"), self.day("decided"))
        if self.course.state == "refused":
            self._decision(
                self.round, "head", "decided", "refused", ["paper-incomplete"], "书面材料不齐，逾期未补。"
            )
        elif self.course.decided is not None:
            self._decision(self.round, "head", "decided", "approved", [], "同意。")

    def _items(self, turn: int, done: str | None) -> None:
        who: tuple[int | None, str] = (None, "")
        finding, moment = "open", None
        if done is not None:
            who, finding, moment = self.docket.who("reviewer", self.unit), "ok", self.at(done)
        bad = done == "returned"
        self.rows[ChecklistItem].extend(
            (
                self.key,
                turn,
                number,
                "bad" if bad and number == 5 else finding,
                "网站简介不完整。" if bad and number == 5 else "",
                *who,
                moment,
                *self.scope,
            )
            for number in range(1, 6)
        )

    def _decision(self, turn: int, role: str, when: str, outcome: str, codes: list[str], words: str) -> None:
        who = self.docket.who(role, self.unit)
        self.rows[ReviewDecision].append(
            (self.key, turn, outcome, codes, words, *who, self.at(when), *self.scope)
        )

    def _clock(self, kind: str, turn: int, start: date | None, stop: date | None) -> None:
        assert start is not None  # noqa: S101 - a period starts with the step before it
        made = self.docket.land.clock(self.unit.review_path, kind, start)
        if stop is None:
            self.due = made.due
        self.rows[ApplicationClock].append(
            (
                self.key,
                kind,
                turn,
                made.start,
                made.days,
                made.unit,
                made.due,
                stop,
                made.rule,
                made.source,
                made.firm,
                *self.scope,
            )
        )

    def _application(self) -> None:
        unit, course, docket = self.unit, self.course, self.docket
        filed = course.submitted is not None
        submitted = self.day("submitted")
        personal = docket.personal[self.key % len(docket.personal)]
        assert unit.site_id is not None  # noqa: S101 - an application is a website's
        handed = self.at("resubmitted") or self.at("submitted")
        reviewer = docket.who("reviewer", unit)[0] if course.reviewed or course.returned else None
        self.rows[Application].append((
            self.key, docket.bases["site"] + unit.site_id,
            docket.number(unit, submitted.year) if submitted is not None else None,
            "opening" if self.key % 3 == 0 else "requalification", unit.kind.nature, course.state, self.round,
            unit.account, unit.name, unit.supervisor, unit.kind.functions,
            ORGAN_TYPES[unit.kind.nature][0], unit.address, "100000", unit.site,
            f"{unit.site}发布政务信息、办事指南和公告。", unit.chinese_domain, unit.english_domain, unit.ip,
            "负责人", "01012345678", personal.mobile, personal.email, "经办人", "01012345679", personal.mobile,
            personal.email, personal.identity, handed, docket.filer(unit) if filed else None, handed,
            reviewer, self.at("reviewed") or self.at("returned"),
            docket.who("head", unit)[0] if course.decided is not None else None, self.at("decided"),
            self.at("reported"), self.at("closed") if course.state == "badged" else None, self.at("closed"),
            self.due, self.due or NO_DUE, *self.scope,
        ))  # fmt: skip
