"""What is wrong with a campaign before it is issued: facts in, findings out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.kernel.errors import N_, Finding
from app.plugins.campaigns import binding
from app.plugins.campaigns.rules import ANY, FINISH, Plan

LONGEST = {"document": 60, "title": 160, "short_title": 80, "seal_source": 80, "text": 50_000, "summary": 500}
STEP_LONGEST = {"label": 100, "source": 80, "deliver_to": 60, "copy_to": 60, "reason": 500}
FIXED, OWN, WINDOW = MODES = ("fixed", "own", "window")
OF_OFFICES = "return"
MOST_STEPS = 30

Step = Mapping[str, Any]


@dataclass(frozen=True)
class Draft:
    """A draft as the rules see it; ``uppers`` are the campaigns it carries out, the nearest first."""

    office_path: str
    document: str
    title: str
    short_title: str
    issued_on: date | None
    text: str
    groups: Sequence[Mapping[str, Any]]
    steps: Sequence[Step]
    uppers: Sequence[Plan] = ()
    amends: bool = False
    summary: str = ""
    seal_source: str = ""


def day_of(step: Step) -> date | None:
    """The date of a step; None where there is none (yet)."""
    return date.fromisoformat(step["due"]) if step["due"] else None


def mode_of(step: Step) -> str:
    """Whether a step has a date, leaves it to those addressed, or names a window."""
    if step["mode"] not in MODES:
        raise ValueError(step["mode"])
    return str(step["mode"])


def line_over(draft: Draft, step: Step) -> Any:
    """The upper line a step's date must keep to, or None."""
    return binding.line_above(draft.uppers, draft.office_path, step["track"])


def excepted(draft: Draft, step: Step) -> bool:
    """Whether a step's date goes past the line above."""
    return mode_of(step) == FIXED and binding.past(line_over(draft, step), day_of(step))


def findings(draft: Draft) -> Iterator[Finding]:
    """Everything that keeps a draft from being issued, in the order of its pages."""
    yield from heading(draft)
    if not draft.groups:
        yield Finding("groups", N_("请选择发给哪些单位和机构。"), code="no-groups")
    if not draft.steps:
        yield Finding("steps", N_("请至少列出一个事项和它的时限。"), code="no-steps")
    for step in draft.steps:
        for found in step_findings(draft, step):
            yield replace(found, field=f"step-{step['key']}")


def heading(draft: Draft) -> Iterator[Finding]:
    """What is wrong with number, title, date and text."""
    asked = {
        "document": (draft.document, N_("请填写文号，例如 某编办发〔2014〕1号。")),
        "title": (draft.title, N_("请填写文件标题。")),
        "short_title": (draft.short_title, N_("请填写简称，列表和提醒中用它称呼这项工作。")),
        "text": (draft.text, N_("请填写正文。")),
    }
    if draft.amends:
        asked["summary"] = (draft.summary, N_("请写明变更了什么、为什么变更，它将告知收到原文的单位。"))
    for field, (value, message) in asked.items():
        if not value.strip():
            yield Finding(field, message, code="missing")
        elif len(value) > LONGEST[field]:
            yield Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": LONGEST[field]})
    if len(draft.seal_source) > LONGEST["seal_source"]:
        most = LONGEST["seal_source"]
        yield Finding("seal_source", N_("不超过 %(n)s 个字。"), code="too-long", params={"n": most})
    if draft.issued_on is None:
        yield Finding("issued_on", N_("请填写印发日期，例如 2014-11-10。"), code="missing")


def step_findings(draft: Draft, step: Step) -> Iterator[Finding]:
    """What is wrong with one step."""
    for field, message in (
        ("label", N_("请填写事项名称，例如“报送摸底调查表”。")),
        ("source", N_("请填写条款，例如“第三条”，各页面据此注明依据。")),
    ):
        if not step[field].strip():
            yield Finding(field, message, code="missing")
    for field, most in STEP_LONGEST.items():
        if len(step[field]) > most:
            yield Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": most})
    known = {group["key"]: group for group in draft.groups}
    chosen = [known[key] for key in step["groups"] if key in known]
    if not chosen:
        yield Finding("groups", N_("请选择由谁办理。"), code="no-groups")
    of_offices = [group for group in chosen if group["offices"] and not group["homes"]]
    if step["kind"] == OF_OFFICES and len(of_offices) < len(chosen):
        yield Finding("groups", N_("机构、人员信息和工作方案只由下级机构报送。"), code="offices-only")
    if mode_of(step) == OWN and len(of_offices) < len(chosen):
        yield Finding("mode", N_("只有下级机构可以自定时限，本级各单位须规定日期。"), code="own-units")
    yield from _dates(draft, step)


def _dates(draft: Draft, step: Step) -> Iterator[Finding]:
    due = day_of(step)
    if mode_of(step) == OWN:
        return
    if due is None:
        yield Finding("due", N_("请填写截止日期，例如 2014-11-21。"), code="due-missing")
        return
    if draft.issued_on is not None and due < draft.issued_on:
        yield Finding(
            "due",
            N_("截止日期不能早于文件印发日期（%(day)s）。"),
            code="due-before-issue",
            params={"day": binding.said(draft.issued_on)},
        )
    if mode_of(step) == WINDOW:
        return
    for end in draft.steps:
        if step["kind"] != FINISH and _ends(end, step) and due > (day_of(end) or due):
            yield Finding(
                "due",
                N_("该日期晚于本文件规定的完成期限（%(day)s）。"),
                code="past-own-completion",
                params={"day": binding.said(day_of(end) or due)},
            )
            break
    if excepted(draft, step) and not step["reason"].strip():
        yield binding.past_finding(line_over(draft, step))


def _ends(end: Step, step: Step) -> bool:
    """Whether one step is the completion of another: for some of the same addressees, on the same line."""
    same = step["track"] == ANY or end["track"] in (ANY, step["track"])
    return (
        end["kind"] == FINISH
        and mode_of(end) == FIXED
        and same
        and bool(set(end["groups"]) & set(step["groups"]))
    )
