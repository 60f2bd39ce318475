"""What may be registered of an envelope: facts in, findings out. Pure (C-art.8, 9, P-3.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.kernel.errors import N_, Finding

FORM = "form"
MOST_COPIES = 20
LONGEST = 500
COUNTERPART_LONGEST, SLIP_LONGEST = 120, 40
# What may go out when a case stands so; anything else about a case may go out as “其他” once it was filed.
OUT = {
    "approved": ("form",),
    "reported": ("form",),
    "badged": ("form", "badge_notice"),
    "refused": ("form", "refusal", "stop"),
}
TAKES_PAPER = ("awaiting_paper", "paper_review")


@dataclass(frozen=True)
class Envelope:
    """The outside: direction in or out, the day it came or went, by what means, from or to whom."""

    direction: str
    day: date
    means: str
    counterpart: str
    slip: str = ""
    note: str = ""


@dataclass(frozen=True)
class Paper:
    """One kind of paper of one case; ``mismatch`` says what does not agree with what was asked for."""

    what: str
    copies: int
    sealed: bool = True
    mismatch: str = ""


@dataclass(frozen=True)
class Case:
    """What the rules ask about an application: its id, where it stands, which papers its office asks for.

    ``wanted`` is thing → copies; nothing where the office asks for no paper.
    """

    id: int
    state: str
    wanted: Mapping[str, int] = field(default_factory=dict)
    passed_on: date | None = None


def at(name: str, case: Case | int) -> str:
    """The form field of a case."""
    return f"{name}-{case if isinstance(case, int) else case.id}"


def envelope(one: Envelope, today: date, means: Iterable[str]) -> Iterator[Finding]:
    """The outside of it."""
    if one.means not in means:
        yield Finding("means", N_("请选择送达方式。"), "办法第八条", "means")
    if one.day > today:
        yield Finding("day", N_("日期不能晚于今天。"), "", "day-future")
    if not one.counterpart:
        yield Finding("counterpart", N_("请填写对方单位。"), "", "counterpart-missing")
    for name, text, most in (
        ("counterpart", one.counterpart, COUNTERPART_LONGEST),
        ("slip", one.slip, SLIP_LONGEST),
        ("note", one.note, LONGEST),
    ):
        if len(text) > most:
            yield Finding(name, N_("最多 %(n)s 个字。"), "", "too-long", {"n": most})


def received(one: Envelope, case: Case, papers: Sequence[Paper]) -> Iterator[Finding]:
    """The paper of one case that came in."""
    if case.state not in TAKES_PAPER:
        yield Finding(
            at("form", case), N_("该申请现在不收书面材料：初审通过以后、审核决定以前才收。"), "办法第八条",
            "paper-not-awaited",
        )  # fmt: skip
        return
    if case.passed_on is not None and one.day < case.passed_on:
        yield Finding(
            "day", N_("收到日期不能早于初审通过之日（%(first)s）。"), "办法第八条", "day-early",
            {"first": case.passed_on.isoformat()},
        )  # fmt: skip
    yield from _contents(case, papers)
    yield from disagreeing(case, papers)


def short(case: Case, papers: Sequence[Paper]) -> dict[str, tuple[int, int]]:
    """Thing → (copies asked for, copies there) of what is missing or too few (P-3.3, A4.注1)."""
    there = {one.what: one.copies for one in papers}
    return {
        what: (copies, there.get(what, 0))
        for what, copies in case.wanted.items()
        if there.get(what, 0) < copies
    }


def disagreeing(case: Case, papers: Sequence[Paper]) -> Iterator[Finding]:
    """What is short or unsealed is taken in all the same, but said (C-art.8, A4.注1)."""
    if any(one.mismatch for one in papers):
        return
    if case.state == "awaiting_paper" and short(case, papers):
        yield Finding(
            at("mismatch", case), N_("收到的书面材料不齐或者份数不足，请写明不符情况。"), "办法第八条", "copies-short"
        )  # fmt: skip
    if any(not one.sealed for one in papers):
        yield Finding(
            at("mismatch", case), N_("书面材料应加盖单位公章，没有盖章的，请写明不符情况。"), "办法第八条", "unsealed"
        )  # fmt: skip


def sent(case: Case, papers: Sequence[Paper]) -> Iterator[Finding]:
    """The paper of one case that goes out."""
    if case.state in {"draft", "withdrawn"}:
        yield Finding(
            at("what", case), N_("草稿和已撤回的申请没有可以寄发的书面材料。"), "", "nothing-to-send"
        )
        return
    allowed = (*OUT.get(case.state, ()), "other")
    for one in papers:
        if one.what not in allowed:
            yield Finding(
                at("what", case), N_("该申请现在的状态下不寄发这种书面材料。"), "办法第九条", "not-to-be-sent"
            )  # fmt: skip
    yield from _contents(case, papers)


def _contents(case: Case, papers: Sequence[Paper]) -> Iterator[Finding]:
    if not papers:
        yield Finding(
            at("form", case), N_("请填写收到或者寄发了哪些书面材料，至少一份。"), "办法第八条", "empty"
        )
    for one in papers:
        if not 1 <= one.copies <= MOST_COPIES:
            yield Finding(at(one.what, case), N_("份数应为 1 至 %(n)s。"), "", "copies", {"n": MOST_COPIES})
        if len(one.mismatch) > LONGEST:
            yield Finding(at("mismatch", case), N_("最多 %(n)s 个字。"), "", "too-long", {"n": LONGEST})


def begins_review(case: Case, papers: Sequence[Paper]) -> bool:
    """Whether this paper begins the written review: without the form it is only registered (C-art.9)."""
    return case.state == "awaiting_paper" and any(one.what == FORM for one in papers)
