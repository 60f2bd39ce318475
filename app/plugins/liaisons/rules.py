"""Is a responsible person named in full, and does the handover fit: facts in, findings out (S30); pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.kernel import identity
from app.kernel.errors import N_, Finding, Invalid, Refusal

LONGEST = {"name": 40, "section": 80, "post": 60, "phone": 40, "mobile": 40, "email": 254}
REASON_LONGEST = 200
_EMPTY = {"name": N_("请填写责任人姓名。"), "section": N_("请填写所在科室。")}


@dataclass(frozen=True, slots=True)
class LiaisonEntry:
    """A responsible person as filled in."""

    name: str = ""
    section: str = ""
    post: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""


def examine(entry: LiaisonEntry, *, area_code: str) -> tuple[list[Finding], LiaisonEntry]:
    """Everything wrong with what was filled in, and the same in canonical writing."""
    findings = [
        Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": longest})
        for field, longest in LONGEST.items()
        if len(getattr(entry, field)) > longest
    ]
    findings += [
        Finding(field, message, code="empty")
        for field, message in _EMPTY.items()
        if not getattr(entry, field).strip()
    ]
    clean = dataclasses.replace(
        entry,
        phone=_judged(findings, "phone", entry.phone, lambda text: identity.landline(text, area_code)),
        mobile=_judged(findings, "mobile", entry.mobile, identity.mobile),
        email=_judged(findings, "email", entry.email, identity.email),
    )
    return findings, clean


def _judged(findings: list[Finding], field: str, text: str, judge: Callable[[str], str]) -> str:
    try:
        return judge(text)
    except Refusal as refused:
        findings.append(refused.finding(field))
        return text


def ensure(entry: LiaisonEntry, *, area_code: str) -> LiaisonEntry:
    """The person in canonical writing.

    Raises:
        Invalid: see ``examine``.
    """
    findings, clean = examine(entry, area_code=area_code)
    if findings:
        raise Invalid(findings)
    return clean


def ensure_named(
    entry: LiaisonEntry, *, area_code: str, since: date | None, reason: str, today: date, former: date | None
) -> tuple[LiaisonEntry, date]:
    """The person in canonical writing, and the day from which he answers.

    Args:
        since: the day of the handover, or of the first naming.
        former: since when the present one answers; None where there is none, and nothing to hand over.

    Raises:
        Invalid: something is missing or wrong, the day lies ahead or before the present one's, or a handover has
            no reason.
    """
    findings, clean = examine(entry, area_code=area_code)
    if since is None:
        findings.append(Finding("since", N_("请填写日期，例如 2014-11-24。"), code="since-missing"))
    elif since > today:
        findings.append(Finding("since", N_("日期不能晚于今天；到当日再办理交接。"), code="since-ahead"))
    elif former is not None and since < former:
        findings.append(
            Finding("since", N_("交接日期不能早于现责任人开始负责的日期。"), code="since-before-former")
        )
    if former is not None and not reason.strip():
        findings.append(Finding("reason", N_("请写明交接的原因。"), code="reason-empty"))
    if len(reason) > REASON_LONGEST:
        long = N_("不超过 %(n)s 个字。")
        findings.append(Finding("reason", long, code="reason-long", params={"n": REASON_LONGEST}))
    if findings or since is None:
        raise Invalid(findings)
    return clean, since


def masked_email(email: str) -> str:
    """An address as pages may show it."""
    local, _, host = email.partition("@")
    return f"{local[:1]}{'*' * max(len(local) - 1, 2)}@{host}" if host else ""
