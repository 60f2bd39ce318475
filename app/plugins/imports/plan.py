"""What a batch's files come to: the sheets in them, each with its unit and what is to become of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.foundation.access import Actor
from app.kernel.errors import N_, Finding, Refusal
from app.plugins.imports import cells, containers, entries, layouts, reading
from app.plugins.imports.entries import Told
from app.plugins.imports.limits import Limits
from app.plugins.surveys import bulk
from app.plugins.surveys.bulk import REFUSE, Addressee, Judged
from app.plugins.surveys.rules import SheetEntry

PIECE = 300  # sheets judged, and stored, at a time
NOT_FOUND = N_("未找到该单位，或者它不在您的管辖范围内。请核对单位账号或者单位全称。")
UNNAMED = N_("没有填写单位账号、统一社会信用代码或者单位名称，无法确定是哪个单位。")


@dataclass(frozen=True)
class Item:
    """One sheet of a file (``told``), or a page that was not read (``unread``)."""

    file: int
    told: Told | None = None
    unread: layouts.Unread | None = None


@dataclass(frozen=True)
class Planned:
    """An item with what is to become of it; ``findings`` name fields, see ``entries.place``."""

    item: Item
    act: str
    findings: tuple[Finding, ...]
    judged: Judged | None = None


def items(file: int, content: bytes, limits: Limits) -> list[Item]:
    """Everything one file holds.

    Raises:
        Refusal: it cannot be read after all.
    """
    found = []
    for tab in reading.tabs(containers.unpack(content, limits)):
        written, unread = layouts.find(tab)
        found += [Item(file, told=entries.tell(one)) for one in written]
        found += [Item(file, unread=one) for one in unread]
    return found


def ensure_fits(found: Iterable[Item], limits: Limits) -> int:
    """How many rows of websites there are in all.

    Raises:
        Refusal: more than a batch may have, or nothing at all.
    """
    listed = list(found)
    if not listed:
        raise Refusal("batch-empty", N_("文件里没有填写任何内容。请填写后重新上传。"))
    rows = sum(len(item.told.entry.sites) for item in listed if item.told is not None)
    if rows > limits.rows:
        raise Refusal(
            "batch-long",
            N_("共有 %(rows)s 行网站，超过一批 %(most)s 行的上限，请拆分后分次上传。"),
            rows=rows,
            most=limits.rows,
        )
    return rows


class Planner:
    """Plans the items of one batch, for one actor."""

    def __init__(self, found: Sequence[Item], actor: Actor, *, hand_in: bool) -> None:
        self._judging = bulk.Judging(actor, hand_in=hand_in)
        told = [item.told for item in found if item.told is not None]
        self._known = _Register(actor, told)
        self._seen: dict[int, Item] = {}

    def pieces(
        self, found: Sequence[Item], wanted: Callable[[int], bool] = lambda _place: True
    ) -> Iterator[list[tuple[int, Planned]]]:
        """Some hundred items at a time with their places, those of the wanted places only."""
        placed = list(enumerate(found))
        for start in range(0, len(placed), PIECE):
            yield [one for one in self._piece(placed[start : start + PIECE]) if wanted(one[0])]

    def _piece(self, some: Sequence[tuple[int, Item]]) -> Iterator[tuple[int, Planned]]:
        ready: list[tuple[int, Item, Addressee]] = []
        done: dict[int, Planned] = {}
        for place, item in some:
            refused = self._refused(item)
            if isinstance(refused, Addressee):
                ready.append((place, item, refused))
            else:
                done[place] = Planned(item, REFUSE, refused)
        asked = [
            (unit, _named(item.told.entry, unit)) for _place, item, unit in ready if item.told is not None
        ]
        for (place, item, _unit), judged in zip(ready, self._judging.judge(asked), strict=True):
            unreadable = item.told.findings if item.told is not None else ()
            findings = _merged(unreadable, judged.findings)
            done[place] = Planned(item, REFUSE if findings else judged.act, findings, judged)
        return ((place, done[place]) for place, _item in some)

    def _refused(self, item: Item) -> Addressee | tuple[Finding, ...]:
        """The unit of an item; or why it has none, or is not its first."""
        if item.told is None:
            return (item.unread.finding,) if item.unread is not None else ()
        unit = self._known.unit_of(item.told)
        if isinstance(unit, Finding):
            return _merged(item.told.findings, (unit,))
        first = self._seen.setdefault(unit.id, item)
        if first is not item and first.told is not None:
            said = Finding(
                "unit",
                N_(
                    "同一单位的表出现了两份：另一份在第 %(file)s 个文件的工作表“%(tab)s”第 %(row)s 行。请只保留一份。"
                ),
                code="unit-twice",
                params={
                    "file": first.file,
                    "tab": first.told.written.tab,
                    "row": first.told.written.row + 1,
                },
            )
            return (said,)
        return unit


def _named(entry: SheetEntry, unit: Addressee) -> SheetEntry:
    """Where the unit is told by its account or credit code alone, its name is the registered one."""
    return entry if entry.unit_name else replace(entry, unit_name=unit.name)


def _merged(first: Iterable[Finding], then: Iterable[Finding]) -> tuple[Finding, ...]:
    """What cannot be read goes before what the rules say of the same field."""
    found = list(first)
    fields = {one.field for one in found}
    return (*found, *(one for one in then if one.field not in fields))


class _Register:
    """The units named in a batch, as far as the actor may take sheets in for them."""

    def __init__(self, actor: Actor, told: Sequence[Told]) -> None:
        names: set[str] = set()
        for one in told:
            names |= cells.name_keys(one.name) if not (one.account or one.credit_code) else set()
        found = bulk.addressees(
            actor,
            accounts={one.account for one in told} - {""},
            codes={one.credit_code for one in told if not one.account} - {""},
            names=names,
        )
        self._accounts = {unit.account: unit for unit in found}
        self._codes = {unit.credit_code: unit for unit in found if unit.credit_code}
        self._names: defaultdict[str, list[Addressee]] = defaultdict(list)
        for unit in found:
            self._names[unit.name].append(unit)

    def unit_of(self, told: Told) -> Addressee | Finding:
        """By account, else by credit code, else by the full name."""
        if told.account or told.credit_code:
            unit = self._accounts.get(told.account) if told.account else self._codes.get(told.credit_code)
            if unit is None:
                return Finding("unit", NOT_FOUND, code="unit-not-seen")
            if told.name and unit.name not in cells.name_keys(told.name):
                return Finding(
                    "unit_name",
                    N_("与单位账号（信用代码）登记的单位名称“%(name)s”不一致，请核对。"),
                    code="unit-differs",
                    params={"name": unit.name},
                )
            return unit
        if not told.name:
            return Finding("unit", UNNAMED, code="unit-unnamed")
        found = [one for key in cells.name_keys(told.name) for one in self._names.get(key, ())]
        if len(found) > 1:
            return Finding(
                "unit",
                N_("您的管辖范围内有 %(n)s 个同名单位，请填写单位账号。"),
                code="unit-several",
                params={"n": len(found)},
            )
        return found[0] if found else Finding("unit", NOT_FOUND, code="unit-not-seen")


def counted(planned: Iterable[Planned]) -> dict[str, int]:
    """How many sheets there are of each act."""
    return dict(Counter(one.act for one in planned))


def line_of(planned: Planned) -> dict[str, Any]:
    """A planned item as a line of its batch, without batch and number."""
    item, judged = planned.item, planned.judged
    told, unread = item.told, item.unread
    tab, row = ("", 0)
    if told is not None:
        tab, row = told.written.tab, told.written.row
    elif unread is not None:
        tab, row = unread.tab, unread.row
    unit = judged.unit if judged is not None else None
    name = unit.name if unit is not None else told.name if told is not None else ""
    account = unit.account if unit is not None else told.account if told is not None else ""
    return {
        "tab": tab[:120],
        "row": row + 1,
        "account": account[:8],
        "unit_name": name[:120],
        "sites": len(told.entry.sites) if told is not None else 0,
        "act": planned.act,
        "unsealed": bool(judged is not None and judged.unsealed and not planned.findings),
        "unit_id": unit.id if unit is not None else None,
        "sheet_version": judged.sheet_version if judged is not None else None,
        "findings": [said(one, told) for one in planned.findings],
    }


def said(finding: Finding, told: Told | None) -> dict[str, Any]:
    """A finding as it is kept: its words, its article, and the cell it is about."""
    where = entries.place(told.written, finding.field) if told is not None else None
    cell = f"{_letters(where[1])}{where[0] + 1}" if where is not None else ""
    return {
        "field": finding.field,
        "message": finding.message,
        "params": dict(finding.params),
        "source": finding.source,
        "cell": cell,
    }


def _letters(column: int) -> str:
    found, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found
