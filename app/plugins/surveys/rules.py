"""Is a survey sheet complete and right: facts in, findings out (A5, S12, S13); pure.

Findings name the form's fields: ``phone``, or for a row of websites ``sites-0-name`` (counted from 0).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.kernel import domains, identity
from app.kernel.errors import N_, Finding, Invalid, Refusal

NOTHING = "无"
_SAYS_NOTHING = frozenset({"无", "没有", "暂无", "-", "—", "－", "/"})
MOST_SITES = 200
MOST_COUNTED = 10_000
REASON_LONGEST = 500

LONGEST = {
    "unit_name": 120,
    "supervisor_name": 120,
    "leader": 40,
    "address": 200,
    "contact": 40,
    "phone": 40,
    "email": 254,
}
SITE_LONGEST = {"name": 60, "chinese_domain": 255, "english_domain": 255, "ip": 45}
_EMPTY = {
    "unit_name": N_("请填写单位名称（批准的全称）。"),
    "supervisor_name": N_("请填写主管部门全称；没有主管部门的填“无”。"),
    "leader": N_("请填写单位负责人。"),
    "address": N_("请填写单位地址。"),
    "contact": N_("请填写网站联系人。"),
}


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """One row of websites as filled in."""

    name: str = ""
    chinese_domain: str = ""
    english_domain: str = ""
    ip: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing at all is written in the row."""
        return not (self.name or self.chinese_domain or self.english_domain or self.ip)


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A whole sheet as filled in; ``site_count`` is None where none, or no number, is written."""

    unit_name: str
    supervisor_name: str
    nature: str
    rank: str
    leader: str
    site_count: int | None
    address: str
    contact: str
    phone: str
    email: str
    no_website: bool = False
    reform: bool = False
    sites: tuple[SiteEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a sheet is judged by besides what is written on it.

    ``seal_source`` is the article that asks for a sealed sheet from a unit without a website, or None (S12);
    ``by_desk`` says that a desk files these sites for the unit, so there is at least one (S8).
    """

    natures: tuple[str, ...]
    ranks: tuple[str, ...]
    area_code: str = ""
    extra_han: str = ""
    longest_domain: int = 31
    shortest_name: int = 2
    longest_name: int = 60
    seal_source: str | None = None
    scanned: bool = False
    by_desk: bool = False


def storable(entry: SheetEntry, given: Circumstances) -> Iterator[Finding]:
    """What cannot even be kept in a draft: values that are too long, too many or not on the form."""
    for field, longest in LONGEST.items():
        yield from _too_long(field, getattr(entry, field), longest)
    if entry.nature not in given.natures:
        yield Finding("nature", N_("请选择单位性质。"), code="nature-missing")
    if entry.rank not in given.ranks:
        yield Finding("rank", N_("请选择单位规格。"), code="rank-missing")
    if entry.site_count is not None and not 0 <= entry.site_count <= MOST_COUNTED:
        yield Finding(
            "site_count",
            N_("网站个数应为 0 至 %(most)s 的整数。"),
            code="count-range",
            params={"most": MOST_COUNTED},
        )
    if given.by_desk and entry.no_website:
        yield Finding(
            "no_website", N_("本表专填由承办科室填报的网站，不能注明无网站。"), code="desk-no-website"
        )
    if len(entry.sites) > MOST_SITES:
        yield Finding(
            "sites", N_("一份表最多填 %(most)s 个网站。"), code="sites-many", params={"most": MOST_SITES}
        )
    for number, site in enumerate(entry.sites):
        for field, longest in SITE_LONGEST.items():
            yield from _too_long(f"sites-{number}-{field}", getattr(site, field), longest)


def _too_long(field: str, value: str, longest: int) -> Iterator[Finding]:
    if len(value) > longest:
        yield Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": longest})


def examine(entry: SheetEntry, given: Circumstances) -> tuple[list[Finding], SheetEntry]:
    """Everything that keeps a sheet from being handed in, and the same sheet in canonical writing."""
    findings = list(storable(entry, given))
    for field, message in _EMPTY.items():
        if not getattr(entry, field).strip():
            findings.append(Finding(field, message, code="empty"))
    phone = _judged(findings, "phone", entry.phone, lambda text: identity.landline(text, given.area_code))
    email = _judged(findings, "email", entry.email, identity.email)
    sites: tuple[SiteEntry, ...] = ()
    if entry.no_website:
        findings += _without_website(entry, given)
    else:
        findings += _counted(entry)
        sites = tuple(_site(findings, number, site, given) for number, site in enumerate(entry.sites))
        findings += _repeated(sites)
    clean = dataclasses.replace(
        entry,
        supervisor_name=_nothing(entry.supervisor_name),
        phone=phone,
        email=email,
        site_count=0 if entry.no_website else entry.site_count,
        sites=sites,
    )
    return findings, clean


def ensure_storable(entry: SheetEntry, given: Circumstances) -> None:
    """Raises:
    Invalid: see ``storable``.
    """
    _ensure(list(storable(entry, given)))


def ensure_complete(entry: SheetEntry, given: Circumstances) -> SheetEntry:
    """The sheet in canonical writing.

    Raises:
        Invalid: see ``examine``.
    """
    findings, clean = examine(entry, given)
    _ensure(findings)
    return clean


def ensure_reason(reason: str) -> str:
    """A reason for a return, trimmed.

    Raises:
        Invalid: none is given, or it is too long.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid([Finding("reason", N_("请写明退回的理由和需要补正的内容。"), code="reason-empty")])
    if len(reason) > REASON_LONGEST:
        raise Invalid(
            [
                Finding(
                    "reason", N_("理由不超过 %(n)s 个字。"), code="reason-long", params={"n": REASON_LONGEST}
                )
            ]
        )
    return reason


def _ensure(findings: list[Finding]) -> None:
    if findings:
        raise Invalid(findings)


def _judged(findings: list[Finding], field: str, text: str, rule: Callable[[str], str]) -> str:
    """The canonical value; where the rule refuses, the finding beside the field and the text as typed."""
    try:
        return rule(text)
    except Refusal as refusal:
        findings.append(refusal.finding(field))
        return text


def _nothing(text: str) -> str:
    return NOTHING if text.strip() in _SAYS_NOTHING else text.strip()


def _without_website(entry: SheetEntry, given: Circumstances) -> Iterator[Finding]:
    if entry.sites or entry.site_count:
        yield Finding(
            "no_website",
            N_("已注明无网站，但表中仍填有网站或网站个数。请删去，或者取消“无网站”。"),
            code="no-website-with-sites",
        )
    if given.seal_source is not None and not given.scanned:
        yield Finding(
            "scan",
            N_("无网站的单位须在表头加盖单位行政公章，请上传盖章后的扫描件。"),
            given.seal_source,
            "scan-missing",
        )


def _counted(entry: SheetEntry) -> Iterator[Finding]:
    rows = len(entry.sites)
    if entry.site_count is None:
        yield Finding("site_count", N_("请填写单位开办网站个数。"), code="count-missing")
    elif rows and entry.site_count != rows:
        yield Finding(
            "site_count",
            N_("填写的网站个数是 %(count)s，下面填有 %(rows)s 个网站，请核对一致。"),
            code="count-differs",
            params={"count": entry.site_count, "rows": rows},
        )
    if not rows:
        yield Finding("sites", N_("没有填写网站。单位没有网站的，请勾选“无网站”。"), code="sites-missing")


def _site(findings: list[Finding], number: int, site: SiteEntry, given: Circumstances) -> SiteEntry:
    prefix = f"sites-{number}-"

    def judged(field: str, rule: Callable[[str], str]) -> str:
        return _judged(findings, prefix + field, getattr(site, field), rule)

    clean = SiteEntry(
        name=judged(
            "name",
            lambda text: domains.website_name(text, shortest=given.shortest_name, longest=given.longest_name),
        ),
        chinese_domain=judged("chinese_domain", lambda text: _domain(text, given, chinese=True)),
        english_domain=judged("english_domain", lambda text: _domain(text, given, chinese=False)),
        ip=judged("ip", identity.ip_address),
    )
    if clean.chinese_domain == clean.english_domain == NOTHING:
        findings.append(
            Finding(prefix + "english_domain", N_("中文域名和英文域名不能都为“无”。"), code="domains-none")
        )
    return clean


def _domain(text: str, given: Circumstances, *, chinese: bool) -> str:
    """A domain as people read it, or 无. Which suffix it should have is a question of review, not of the survey (S13)."""
    if text.strip() in _SAYS_NOTHING:
        return NOTHING
    if not text.strip():
        kind = N_("请填写中文域名；尚未注册的填“无”。") if chinese else N_("请填写英文域名；没有的填“无”。")
        raise Refusal("domain-empty", kind)
    if chinese:
        return domains.chinese(text, longest=given.longest_domain, extra=given.extra_han).unicode
    return domains.english(text).unicode


def _repeated(sites: tuple[SiteEntry, ...]) -> Iterator[Finding]:
    """The same name or domain twice on one sheet; domains are compared as the network carries them."""
    for field, message in (
        ("name", N_("与第 %(first)s 个网站的名称相同，请核对。")),
        ("chinese_domain", N_("与第 %(first)s 个网站的中文域名相同，请核对。")),
        ("english_domain", N_("与第 %(first)s 个网站的英文域名相同，请核对。")),
    ):
        seen: dict[str, int] = {}
        for number, site in enumerate(sites):
            key = same(getattr(site, field))
            if not key:
                continue
            if key in seen:
                yield Finding(
                    f"sites-{number}-{field}", message, code="repeated", params={"first": seen[key] + 1}
                )
            seen.setdefault(key, number)


def same(text: str) -> str:
    """A key under which the same domain or name falls together; empty for 无 and for nothing."""
    if not text or text == NOTHING:
        return ""
    try:
        return domains.host(text).ascii
    except Refusal:
        return text
