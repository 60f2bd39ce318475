"""Reading the State Council's holiday notice as it is pasted: pure.

Every form of 2014–2026: ``1月1日放假1天``, ``1月1日至3日放假调休，共3天。1月4日（星期日）上班``, ``4月5日放假，4月7日（星期一）补休``,
``6月2日放假，与周末连休``, ``2018年12月30日至2019年1月1日放假调休``, ``1月28日（农历除夕、周二）至2月4日…``, ``不调休``. What counts days or names
a weekday is checked; a dated sentence that says something else is kept as a note, and one about days off or days
worked that cannot be read is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.kernel.errors import N_, Finding, Invalid

FIELD = "text"
TEXT_LONGEST = 8000
WHOLE = frozenset({"元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"})

_WEEKDAYS = "一二三四五六日"
_HOLIDAY = "元旦|春节|清明节|劳动节|端午节|中秋节|国庆节"
_HEADING = re.compile(rf"((?:{_HOLIDAY})(?:[、和](?:{_HOLIDAY}))*):")
_NUMBERING = re.compile(r"(?:[一二三四五六七八九十]+、|\(?[一二三四五六七八九十\d]+\)|\d+[.、])\s*$")
_YEAR = re.compile(r"(\d{4})年(?:部分)?(?:节假日|节日|元旦|春节|清明节|劳动节|端午节|中秋节|国庆节)")
_DOCUMENT = re.compile(r"国[\u4e00-\u9fff]{1,4}[〔\[(【](\d{4})[〕\])】](\d+)号")
_TO = r"[至到—~–-]+"
_DATE = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^()]*)\))?"
_SPAN = re.compile(rf"{_DATE}(?:{_TO}{_DATE})?")
_SOME = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日(?:\([^()]*\))?"
_SPANS = rf"(?P<spans>{_SOME}(?:{_TO}{_SOME})?(?:[、和]{_SOME}(?:{_TO}{_SOME})?)*)"
_REST = re.compile(rf"^(?:其中)?{_SPANS}(?:放假调休|调休放假|放假|补休|调休)(?:(?P<days>\d+)天)?$")
_WORK = re.compile(rf"^{_SPANS}(?:照常|正常)?上班$")
_COUNT = re.compile(r"^共(\d+)天$")
_WEEKDAY = re.compile(r"(?:星期|周)([一二三四五六日天])")
_VERBS = re.compile(r"放假|上班|补休|调休")
# Back to the punctuation people write.
_WIDE = str.maketrans("(),:", "（），：")
_DATED = re.compile(r"\d+日")


@dataclass(frozen=True)
class Day:
    """One day the notice names: off, or worked although it is a weekend."""

    day: date
    worked: bool
    name: str


@dataclass(frozen=True)
class Arrangement:
    """A notice as it was understood.

    ``whole``: it arranges the whole year; otherwise it only changes some days of it. ``notes``: dated sentences that
    arrange nothing (a recommendation).
    """

    year: int
    document: str
    days: tuple[Day, ...]
    whole: bool
    notes: tuple[str, ...] = ()


def parse(text: str, *, year: int | None = None, document: str = "") -> Arrangement:
    """Read a pasted notice.

    Args:
        year, document: for where the text itself does not say them; its own word goes before.

    Raises:
        Invalid: what cannot be read or contradicts itself, one finding each.
    """
    plain = re.sub(r"[^\S\n]+", "", unicodedata.normalize("NFKC", text))
    if not plain.strip():
        raise Invalid([Finding(FIELD, N_("请粘贴放假安排通知的正文。"), code="arrangement-empty")])
    if len(plain) > TEXT_LONGEST:
        params = {"n": TEXT_LONGEST}
        raise Invalid([Finding(FIELD, N_("正文不超过 %(n)s 个字。"), code="arrangement-long", params=params)])
    said = _YEAR.search(plain)
    found_year = int(said[1]) if said else year
    if found_year is None or not 2000 <= found_year <= 2100:
        raise Invalid(
            [Finding("year", N_("正文没有写明是哪一年的安排，请填写年份。"), code="arrangement-year")]
        )
    reader = _Reader(found_year)
    sections = list(_sections(plain))
    for name, body in sections:
        reader.read(name, body)
    named = _DOCUMENT.search(plain)
    shown = f"{named[0].split(named[1])[0][:-1]}〔{named[1]}〕{named[2]}号" if named else document.strip()
    if not shown:
        reader.findings.append(
            Finding("document", N_("正文没有写明文号，请填写通知的文号。"), code="arrangement-document")
        )
    days = reader.finish()
    names = {one for name, _body in sections for one in name.split("、")}
    return Arrangement(found_year, shown, days, whole=names >= WHOLE, notes=tuple(reader.notes))


def _sections(plain: str) -> Iterator[tuple[str, str]]:
    """Each holiday with its sentences; a notice about a few days has no headings."""
    found = list(_HEADING.finditer(plain))
    if not found:
        yield "放假调休", plain
    for at, heading in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(plain)
        body = _NUMBERING.sub("", plain[heading.end() : end].rstrip())
        yield heading[1].replace("和", "、"), body


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass
class _Reader:
    """Collects days, findings and notes, sentence by sentence."""

    year: int
    days: dict[date, Day] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def read(self, name: str, body: str) -> None:
        """One holiday."""
        for sentence in re.split(r"[。;\n]", body):
            signed = "国务院办公厅" in sentence or _SPAN.fullmatch(sentence)
            if _DATED.search(sentence) and not signed:
                self._sentence(name, sentence)

    def _sentence(self, name: str, sentence: str) -> None:
        last: list[date] = []
        noted = False
        for clause in sentence.split(","):
            if rest := _REST.match(clause):
                last = self._rest(name, rest)
            elif work := _WORK.match(clause):
                self._work(name, work)
            elif count := _COUNT.match(clause):
                self._count(sentence, last, int(count[1]))
            elif clause in ("与周末连休", "不调休"):
                self._joins(sentence, clause, last)
            elif _VERBS.search(clause) and _DATED.search(clause):
                self._complain(N_("没有读懂：“%(words)s”。请核对后改写成通知的通常写法。"), words=clause)
            else:
                noted = True
        if noted:
            self.notes.append(sentence.translate(_WIDE))

    def _rest(self, name: str, found: re.Match[str]) -> list[date]:
        days = list(self._spans(found["spans"]))
        if found["days"]:
            self._count(found[0], days, int(found["days"]))
        for day in days:
            self._put(Day(day, False, name))
        return days

    def _work(self, name: str, found: re.Match[str]) -> None:
        for day in self._spans(found["spans"]):
            if day.weekday() < 5:
                self._complain(
                    N_("%(day)s是星期%(week)s，本来上班，请核对。"),
                    day=_said(day),
                    week=_WEEKDAYS[day.weekday()],
                )
            self._put(Day(day, True, f"{name}调休上班"))

    def _put(self, day: Day) -> None:
        known = self.days.setdefault(day.day, day)
        if known.worked is not day.worked:
            self._complain(N_("%(day)s既写放假又写上班，请核对。"), day=_said(day.day))
        if not date(self.year - 1, 12, 1) <= day.day <= date(self.year, 12, 31):
            self._complain(N_("%(day)s不属于%(year)s年的安排，请核对。"), day=_said(day.day), year=self.year)

    def _count(self, sentence: str, days: list[date], count: int) -> None:
        if days and len(days) != count:
            self._complain(
                N_("“%(words)s”：起止日期是 %(found)s 天，与写明的 %(count)s 天不符。"),
                words=sentence, found=len(days), count=count,
            )  # fmt: skip

    def _joins(self, sentence: str, clause: str, days: list[date]) -> None:
        if clause == "不调休" or not days:
            return
        beside = (days[0] - timedelta(days=1), days[-1] + timedelta(days=1), *days)
        if not any(day.weekday() >= 5 for day in beside):
            self._complain(N_("“%(words)s”：放假日期不与周末相连，请核对。"), words=sentence)

    def _spans(self, text: str) -> Iterator[date]:
        """Every day of ``1月1日至3日、1月5日``; month and year carry over from the date before."""
        year, month = self.year, 0
        for found in _SPAN.finditer(text):
            first = self._date(found.groups()[:4], year, month)
            if first is None:
                return
            year, month = first.year, first.month
            last = self._date(found.groups()[4:], year, month) if found[7] else first
            if last is None:
                return
            if not first <= last <= first + timedelta(days=30):
                self._complain(N_("“%(words)s”的起止日期不对，请核对。"), words=found[0])
                return
            year, month = last.year, last.month
            for step in range((last - first).days + 1):
                yield first + timedelta(days=step)

    def _date(self, parts: tuple[str | None, ...], year: int, month: int) -> date | None:
        said_year, said_month, said_day, aside = parts
        try:
            day = date(int(said_year or year), int(said_month or month), int(said_day or 0))
        except ValueError:
            shown = f"{said_month or month or '?'}月{said_day}日"
            self._complain(N_("没有这个日期：%(day)s。"), day=shown)
            return None
        week = _WEEKDAY.search(aside or "")
        if week and week[1].replace("天", "日") != _WEEKDAYS[day.weekday()]:
            self._complain(
                N_("%(day)s是星期%(week)s，与括号内写的不符，请核对。"),
                day=_said(day), week=_WEEKDAYS[day.weekday()],
            )  # fmt: skip
        return day

    def _complain(self, message: str, **params: object) -> None:
        if "words" in params:
            params["words"] = str(params["words"]).translate(_WIDE)
        self.findings.append(Finding(FIELD, message, code="arrangement", params=params))

    def finish(self) -> tuple[Day, ...]:
        """The days in order.

        Raises:
            Invalid: anything was found wanting, or no day at all.
        """
        if not self.days and not self.findings:
            self._complain(N_("正文中没有放假或者上班的日期。请粘贴通知全文。"))
        if self.findings:
            raise Invalid(self.findings)
        return tuple(self.days[day] for day in sorted(self.days))
