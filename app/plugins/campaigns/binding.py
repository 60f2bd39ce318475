"""How far a date may go: the completion dates it must keep to, one's own notice's and those above it. Pure (S15, S16)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from app.kernel import paths
from app.kernel.errors import N_, Finding, Invalid
from app.plugins.campaigns.rules import ANY, FINISH, Plan, Step, Whose

REASON_LONGEST = 500


def said(day: date) -> str:
    """A date in the middle of a sentence."""
    return f"{day.year}年{day.month}月{day.day}日"


def _earliest(steps: Iterable[Step]) -> Step | None:
    return min(steps, key=lambda step: step.due or date.max, default=None)


def _ends(plan: Plan, group: str, track: str) -> Iterator[Step]:
    for step in plan.steps:
        ends = step.kind == FINISH and step.due is not None and not step.window and step.sets is None
        if ends and group in step.groups and (track == ANY or step.covers(track)):
            yield step


def completion(plan: Plan, office_path: str, track: str) -> Step | None:
    """The completion date that a local date must keep to; for both lines at once the earlier one (S15)."""
    group = plan.group_for_office(office_path)
    return _earliest(_ends(plan, group.key, track)) if group is not None else None


def above(plans: Iterable[Plan], office_path: str, carries_out: str) -> list[Plan]:
    """The campaigns an office's campaign carries out, the nearest first, by the numbers they name (C-3, P-1, S3)."""
    found: list[Plan] = []
    known, named, path = tuple(plans), carries_out, office_path
    while named:
        nearest = [one for one in known if one.document == named and paths.below(one.office_path, path)]
        if not nearest:
            break
        found.append(max(nearest, key=lambda one: len(one.office_path)))
        named, path = found[-1].carries_out, found[-1].office_path
    return found


def ends_above(uppers: Iterable[Plan], office_path: str) -> list[tuple[Plan, Step]]:
    """The completion dates of upper campaigns as they reach an office: shown beside the nearer ones that bind."""
    return [
        (upper, step)
        for upper in uppers
        if (group := upper.group_of(Whose(office_path))) is not None
        for step in _ends(upper, group.key, ANY)
    ]


def line_above(uppers: Iterable[Plan], office_path: str, track: str) -> Step | None:
    """The binding line of the nearest upper campaign that has one for this track."""
    for upper in uppers:
        group = upper.group_of(Whose(office_path))
        found = _earliest(_ends(upper, group.key, track)) if group is not None else None
        if found is not None:
            return found
    return None


def past(line: Step | None, due: date | None) -> bool:
    """Whether a date goes past a binding line."""
    return line is not None and line.due is not None and due is not None and due > line.due


def past_finding(line: Step | None, field: str = "reason") -> Finding:
    """What is said of a date past a binding line that comes without a reason."""
    return Finding(
        field,
        N_("该日期晚于完成期限（%(day)s）。确需推迟的，由负责人写明理由，作为例外报上级知悉。"),
        source=line.source if line is not None else "",
        code="past-completion",
        params={"day": said(line.due) if line is not None and line.due is not None else ""},
    )


def _reason_long(reason: str) -> Iterator[Finding]:
    if len(reason) > REASON_LONGEST:
        yield Finding(
            "reason", N_("理由不超过 %(n)s 个字。"), code="reason-long", params={"n": REASON_LONGEST}
        )


def local_findings(
    plan: Plan, step: Step, office_path: str, track: str, due: date | None, reason: str
) -> Iterable[Finding]:
    """What is wrong with a date a county or zone wants to set for its own level (S16)."""
    if track != ANY and track not in {line.key for line in plan.lines}:
        yield Finding("track", N_("请选择适用的单位类别。"), code="track-unknown")
        return
    if due is None:
        yield Finding("due", N_("请填写截止日期，例如 2014-11-21。"), code="due-missing")
        return
    if due < plan.issued_on:
        yield Finding(
            "due",
            N_("截止日期不能早于文件印发日期（%(day)s）。"),
            source=plan.document,
            code="due-before-issue",
            params={"day": said(plan.issued_on)},
        )
    yield from _reason_long(reason)
    end = completion(plan, office_path, track)
    if past(end, due) and not reason.strip():
        yield past_finding(end)


def ensure_local(plan: Plan, step: Step, office_path: str, track: str, due: date | None, reason: str) -> bool:
    """Whether a local date is an exception.

    Raises:
        Invalid: see ``local_findings``.
    """
    findings = list(local_findings(plan, step, office_path, track, due, reason))
    if findings:
        raise Invalid(findings)
    return past(completion(plan, office_path, track), due)


def _own_end(plan: Plan, step: Step) -> Step | None:
    """The campaign's own completion date for whom a step addresses; None for the completion itself."""
    if step.kind == FINISH:
        return None
    return _earliest(end for group in step.groups for end in _ends(plan, group, step.track))


def extension_findings(plan: Plan, step: Step, due: date | None, reason: str) -> Iterator[Finding]:
    """What is wrong with a later date for a step of one's own campaign."""
    if due is None:
        yield Finding("due", N_("请填写延期后的截止日期，例如 2014-11-28。"), code="due-missing")
        return
    if step.due is None or due <= step.due:
        yield Finding(
            "due",
            N_("延期后的日期须晚于现在的截止日期（%(day)s）。"),
            code="due-not-later",
            params={"day": said(step.due) if step.due else ""},
        )
    end = _own_end(plan, step)
    if end is not None and end.due is not None and past(end, due):
        yield Finding(
            "due",
            N_("该日期晚于本文件规定的完成期限（%(day)s）。确需如此的，请先延长“%(label)s”的期限。"),
            source=end.source,
            code="past-own-completion",
            params={"day": said(end.due), "label": end.label},
        )
    if not reason.strip():
        yield Finding("reason", N_("请写明延期的理由，它将告知有关单位。"), code="reason-missing")
    yield from _reason_long(reason)
