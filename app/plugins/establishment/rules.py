"""Is what was filled in a unit's or a site's entry well-formed?"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.kernel import domains, identity
from app.kernel.errors import Finding, Invalid, Refusal


def _check(field: str, value: str | None, rule: Callable[[str], object]) -> Iterable[Finding]:
    if value:
        try:
            rule(value)
        except Refusal as refusal:
            yield refusal.finding(field)


def unit_findings(postcode: str, credit_code: str | None) -> list[Finding]:
    """Findings on a unit's postcode and unified credit code (both optional: codes postdate 2014)."""
    return [
        *_check("postcode", postcode, identity.postcode),
        *_check("credit_code", credit_code, identity.credit_code),
    ]


def site_findings(chinese_domain: str, english_domain: str, ip: str) -> list[Finding]:
    """Findings on a site's two domains and its address."""
    return [
        *_check("chinese_domain", chinese_domain, domains.chinese),
        *_check("english_domain", english_domain, domains.english),
        *_check("ip", ip, identity.ip_address),
    ]


def ensure(findings: list[Finding]) -> None:
    """Raises:
    Invalid: when there is any finding.
    """
    if findings:
        raise Invalid(findings)
