"""Is a return complete and right, and who owes one: facts in, findings out (S17, C-4, C-5); pure.

Findings name the form's fields: ``leader``, or for a row of people ``staff-0-name`` (counted from 0).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.kernel import identity
from app.kernel.errors import N_, Finding, Invalid, Refusal
from app.plugins.campaigns import duties
from app.plugins.campaigns.duties import OFFICE, Stand
from app.plugins.campaigns.rules import Plan, Step

RETURN = "return"
MOST_STAFF = 50
REASON_LONGEST = 500
LONGEST = {
    "leader": 40, "leader_post": 60, "leader_phone": 40, "section": 80, "section_phone": 40, "training": 1000,
    "funding": 1000,
}  # fmt: skip
STAFF_LONGEST = {"name": 40, "post": 60, "phone": 40}
_EMPTY = {
    "leader": N_("请填写分管负责同志姓名。"),
    "leader_post": N_("请填写分管负责同志职务。"),
    "section": N_("请填写承担这项工作的内设机构。"),
}
_STAFF_EMPTY = {"name": N_("请填写姓名。"), "post": N_("请填写职务。")}


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """One person as filled in."""

    name: str = ""
    post: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ReturnEntry:
    """A whole return as filled in."""

    leader: str = ""
    leader_post: str = ""
    leader_phone: str = ""
    section: str = ""
    section_phone: str = ""
    training: str = ""
    funding: str = ""
    staff: tuple[StaffEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """A return that an office owes: the step, the date that binds it (None where none is set) and its source."""

    plan: Plan
    step: Step
    due: date | None
    source: str


def owed(plan: Plan, office_path: str) -> list[Owed]:
    """The returns a campaign asks of an office, with the dates that bind it."""
    return [
        Owed(plan, duty.step, duty.dated.due if duty.dated else None, (duty.dated or duty.step).source)
        for duty in duties.of(plan, [Stand(OFFICE, office_path, "")])
        if duty.step.kind == RETURN
    ]


def asked(plan: Plan, step: Step) -> list[str]:
    """The paths of the offices a step asks a return of, in the order the campaign names them."""
    return [path for group in plan.groups if group.key in step.groups for path in group.offices]


def late(handed_in: date, due: date | None) -> bool:
    """Whether it came after its day; handed in by 24:00 of the day counts."""
    return due is not None and handed_in > due


def storable(entry: ReturnEntry) -> Iterator[Finding]:
    """What cannot even be kept in a draft."""
    for field, longest in LONGEST.items():
        yield from _too_long(field, getattr(entry, field), longest)
    if len(entry.staff) > MOST_STAFF:
        yield Finding("staff", N_("最多填 %(most)s 人。"), code="staff-many", params={"most": MOST_STAFF})
    for number, one in enumerate(entry.staff):
        for field, longest in STAFF_LONGEST.items():
            yield from _too_long(f"staff-{number}-{field}", getattr(one, field), longest)


def _too_long(field: str, value: str, longest: int) -> Iterator[Finding]:
    if len(value) > longest:
        yield Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": longest})


def examine(entry: ReturnEntry, *, area_code: str, planned: bool) -> tuple[list[Finding], ReturnEntry]:
    """Everything that keeps a return from being handed in, and the same return in canonical writing.

    Args:
        area_code: the office's, for local numbers written without one.
        planned: whether the plan was uploaded.
    """
    findings = list(storable(entry))
    for field, message in _EMPTY.items():
        if not getattr(entry, field).strip():
            findings.append(Finding(field, message, code="empty"))
    clean = dataclasses.replace(
        entry,
        leader_phone=_phone(findings, "leader_phone", entry.leader_phone, area_code),
        section_phone=_phone(findings, "section_phone", entry.section_phone, area_code),
        staff=tuple(_person(findings, number, one, area_code) for number, one in enumerate(entry.staff)),
    )
    if not entry.staff:
        findings.append(Finding("staff", N_("请至少填写一名工作人员。"), code="staff-missing"))
    if not planned:
        findings.append(Finding("plan", N_("请上传工作方案。"), code="plan-missing"))
    return findings, clean


def _person(findings: list[Finding], number: int, one: StaffEntry, area_code: str) -> StaffEntry:
    for field, message in _STAFF_EMPTY.items():
        if not getattr(one, field).strip():
            findings.append(Finding(f"staff-{number}-{field}", message, code="empty"))
    phone = _phone(findings, f"staff-{number}-phone", one.phone, area_code)
    return dataclasses.replace(one, phone=phone)


def _phone(findings: list[Finding], field: str, text: str, area_code: str) -> str:
    """A landline, or a mobile number; as typed where it is neither."""
    try:
        return identity.mobile(text)
    except Refusal as none_given:
        if none_given.code == "mobile-empty":
            findings.append(Finding(field, N_("请填写联系电话。"), code="empty"))
            return text
    try:
        return identity.landline(text, area_code)
    except Refusal:
        said = N_("电话号码不正确：请填写 11 位手机号码，或者带区号的固定电话。")
        findings.append(Finding(field, said, code="phone-format"))
        return text


def masked(phone: str) -> str:
    """A mobile number as pages may show it; an office's landline stands as it is."""
    mobile = len(phone) == 11 and phone.isascii() and phone.isdigit() and phone.startswith("1")
    return identity.mask_mobile(phone) if mobile else phone


def ensure_storable(entry: ReturnEntry) -> None:
    """Raises:
    Invalid: see ``storable``.
    """
    if findings := list(storable(entry)):
        raise Invalid(findings)


def ensure_complete(entry: ReturnEntry, *, area_code: str, planned: bool) -> ReturnEntry:
    """The return in canonical writing.

    Raises:
        Invalid: see ``examine``.
    """
    findings, clean = examine(entry, area_code=area_code, planned=planned)
    if findings:
        raise Invalid(findings)
    return clean


def ensure_reason(reason: str) -> str:
    """Why a return is sent back, trimmed.

    Raises:
        Invalid: none is given, or it is too long.
    """
    said = reason.strip()
    if not said:
        raise Invalid([Finding("reason", N_("请写明退回的理由和需要补正的内容。"), code="reason-empty")])
    if len(said) > REASON_LONGEST:
        long = N_("理由不超过 %(n)s 个字。")
        raise Invalid([Finding("reason", long, code="reason-long", params={"n": REASON_LONGEST})])
    return said
