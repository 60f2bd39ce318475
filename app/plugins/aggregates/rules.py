"""What may be done with versions, which lower version is taken in, how two differ: facts in, findings out (S14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Protocol

from app.kernel import paths
from app.kernel.errors import N_, AccessDenied, Finding, Invalid, Refusal, WrongState
from app.plugins.aggregates.content import Content, LowerLine, SheetLine
from app.plugins.aggregates.totals import Totals

REASON_LONGEST = 500
RECEIVED = "received"


class Standing(Protocol):
    """A version as far as these rules go."""

    @property
    def number(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def review_path(self) -> str: ...


def next_number(versions: Iterable[Standing]) -> int:
    """The number of a new version.

    Raises:
        WrongState: one is being prepared already.
    """
    found = list(versions)
    if any(one.state == "draft" for one in found):
        raise WrongState("aggregate-draft-open", N_("已有一版汇总正在准备，请先核对并锁定，再编制新的一版。"))
    return max((one.number for one in found), default=0) + 1


def ensure_note(number: int, note: str) -> str:
    """Why there is a new version; the first needs no reason.

    Raises:
        Invalid: it is missing or too long.
    """
    said = note.strip()
    if number > 1 and not said:
        raise Invalid([Finding("note", N_("请说明本版与上一版相比更正了什么。"), code="missing")])
    return _short("note", said)


def ensure_reason(reason: str) -> str:
    """Raises:
    Invalid: no reason, or too long a one.
    """
    said = reason.strip()
    if not said:
        raise Invalid([Finding("reason", N_("请写明理由。"), code="missing")])
    return _short("reason", said)


def _short(field: str, said: str) -> str:
    if len(said) > REASON_LONGEST:
        raise Invalid(
            [Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": REASON_LONGEST})]
        )
    return said


def ensure_something(content: Content) -> None:
    """Raises:
    Refusal: nothing was expected here and no lower office has anything in.
    """
    if not content.totals.expected:
        raise Refusal(
            "aggregate-empty",
            N_("本级没有应报单位，下级也没有已接收的汇总，现在锁定没有内容。请先登记单位，或者等下级上报。"),
        )


def ensure_upper(path: str) -> None:
    """Raises:
    Refusal: the centre reports to nobody.
    """
    if path == paths.ROOT:
        raise Refusal("aggregate-no-upper", N_("中央一级没有上级机构编制部门，汇总不需要上报。"))


def ensure_next_above(version: Standing, at: Iterable[str]) -> None:
    """Only the office directly above receives a version or sends it back.

    Raises:
        AccessDenied: another one above.
    """
    if not is_next_above(version, at):
        raise AccessDenied(
            "aggregate-other-upper", N_("汇总由报送机构的直接上级接收和退回，请与该机构联系。")
        )


def is_next_above(version: Standing, at: Iterable[str]) -> bool:
    """Whether one of these offices is the one directly above."""
    return version.review_path != paths.ROOT and paths.parent(version.review_path) in set(at)


def ensure_draft(version: Standing) -> None:
    """Raises:
    WrongState: it is locked already.
    """
    if version.state != "draft":
        raise WrongState("aggregate-locked", N_("这一版汇总已经锁定，内容不再变动。如需更正，请编制新版。"))


def ensure_locked(version: Standing) -> None:
    """Raises:
    Refusal: a draft is nothing to take away.
    """
    if version.state == "draft":
        raise Refusal("aggregate-draft", N_("这一版汇总还没有锁定，锁定后才能导出。"))


def ensure_latest(version: Standing, versions: Iterable[Standing]) -> None:
    """What is reported or shared is the newest version that is locked.

    Raises:
        WrongState: a newer one is locked.
    """
    if any(one.number > version.number and one.state != "draft" for one in versions):
        raise WrongState("aggregate-not-latest", N_("已有更新的一版汇总，请办理最新的一版。"))


@dataclass(frozen=True, slots=True)
class Offered:
    """A lower office's version that may be taken in."""

    office: str
    name: str
    state: str
    version_id: int
    number: int
    digest: str
    totals: Totals
    campaign_id: int
    issued_on: date


def lower_lines(
    offices: Iterable[tuple[str, str]], offered: Iterable[Offered], campaign_id: int, issued_on: date
) -> Iterator[LowerLine]:
    """For each lower office (code, name) the newest version received, else why there is none.

    A lower office may have carried the survey out by its own notice, issued later than this one.
    """
    known: dict[str, list[Offered]] = {}
    for one in offered:
        if one.campaign_id == campaign_id or one.issued_on >= issued_on:
            known.setdefault(one.office, []).append(one)
    for code, name in offices:
        mine = sorted(known.get(code, []), key=lambda one: (one.issued_on, one.number))
        taken = [one for one in mine if one.state == RECEIVED]
        if taken:
            best = taken[-1]
            yield LowerLine(code, name, best.state, best.version_id, best.number, best.digest, best.totals)
        else:
            yield LowerLine(code, name, mine[-1].state if mine else "none")


# -- differences ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. ``kind``: added, removed, changed, late (handed in since), open (taken back since)."""

    kind: str
    account: str
    name: str
    details: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Differences:
    """From an earlier version to a later one: numbers (before, after), sheets, and lower offices."""

    numbers: Mapping[str, tuple[int, int]]
    sheets: tuple[Change, ...]
    lower: tuple[tuple[LowerLine | None, LowerLine | None], ...]

    @property
    def none(self) -> bool:
        """Whether they hold the same."""
        return not (self.numbers or self.sheets or self.lower)


def differences(before: Content, after: Content) -> Differences:
    """What changed between two versions of one office."""
    old, new = before.totals, after.totals
    names = [*(one.name for one in fields(Totals)), "missing"]
    numbers = {name: (getattr(old, name), getattr(new, name)) for name in names}
    below = {line.office: line for line in before.lower}
    now = {line.office: line for line in after.lower}
    return Differences(
        {name: pair for name, pair in numbers.items() if pair[0] != pair[1]},
        tuple(_sheets(before, after)),
        tuple(
            (below.get(code), now.get(code))
            for code in dict.fromkeys((*now, *below))
            if _known(below.get(code)) != _known(now.get(code))
        ),
    )


def _known(line: LowerLine | None) -> tuple[object, ...] | None:
    return None if line is None else (line.version_id, line.digest, line.taken)


def _sheets(before: Content, after: Content) -> Iterator[Change]:
    old = {one.key: one for one in before.sheets}
    new = {one.key: one for one in after.sheets}
    was_missing, is_missing = ({one.key for one in each.missing} for each in (before, after))
    for key, sheet in new.items():
        earlier = old.get(key)
        if earlier is None:
            yield Change("late" if key in was_missing else "added", sheet.account, sheet.unit_name)
        elif details := tuple(_details(earlier, sheet)):
            yield Change("changed", sheet.account, sheet.unit_name, details)
    for key, sheet in old.items():
        if key not in new:
            yield Change("open" if key in is_missing else "removed", sheet.account, sheet.unit_name)


def _details(old: SheetLine, new: SheetLine) -> Iterator[tuple[str, str, str]]:
    for name in ("unit_name", "supervisor_name", "nature", "rank", "state", "site_count", "no_website"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield name, str(before), str(after)
    rows = max(len(old.sites), len(new.sites))
    for index in range(rows):
        one = old.sites[index] if index < len(old.sites) else None
        other = new.sites[index] if index < len(new.sites) else None
        for name in ("name", "chinese_domain", "english_domain", "ip"):
            before, after = str(getattr(one, name, "")), str(getattr(other, name, ""))
            if before != after:
                yield f"site.{index + 1}.{name}", before, after
