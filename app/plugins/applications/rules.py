"""May it be submitted, passed, decided? Facts in, findings out; each names its article. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.foundation.limits import Limits
from app.foundation.tenancy.models import RANKS
from app.kernel.errors import N_, Finding, Invalid, Refusal
from app.plugins.applications.fields import FIELDS, SITE
from app.plugins.names.rules import EXPIRED, NOT_WORKING, UNREGISTERED, Standing

BARRED = ("enterprise", "society", "individual")
COPIES = 3  # A4.注1: 申请表一式三份
IDENTITY, PROOF, OTHER = "identity", "proof", "other"
MATERIALS = (IDENTITY, PROOF, OTHER)
LONGEST_NOTE = 1000

BARRED_SAID = N_("企业、个人以及其他社会组织不得开办党政机关网站，不能提交申请。")
S21_SAID = {
    UNREGISTERED: N_(
        "中文域名“%(domain)s”没有登记在本单位名下。请先完成中文域名注册或续费，再提交申请；所填内容已作为草稿保留。"
    ),
    EXPIRED: N_(
        "中文域名“%(domain)s”已于 %(day)s 到期。请先完成中文域名注册或续费，再提交申请；所填内容已作为草稿保留。"
    ),
    NOT_WORKING: N_(
        "中文域名“%(domain)s”登记为不能正常使用。请先完成中文域名注册或续费并恢复解析，再提交申请；所填内容已作为草稿保留。"
    ),
}


@dataclass(frozen=True)
class UnitFacts:
    """What the register says of the unit; ``level`` is its office's: central, province, city, county or zone."""

    name: str
    nature: str
    rank: str = "division"
    level: str = "city"
    supervisor_name: str = ""
    administrative: bool = False
    approval_no: str = ""
    reform: bool = False


@dataclass(frozen=True)
class Filing:
    """Everything the rules ask about an application that somebody wants to submit or has submitted."""

    track: str
    values: Mapping[str, str]
    unit: UnitFacts
    chinese: Standing | None = None
    english: Standing | None = None
    materials: frozenset[str] = field(default_factory=frozenset)
    declared: bool = False
    rival: str = ""


class Item(Protocol):
    """A checklist item as the rules see it."""

    number: int
    finding: str
    note: str


def eligible(unit: UnitFacts) -> Iterator[Finding]:
    """Companies, societies and individuals never (C-art.3); no office can let one pass."""
    if unit.nature in BARRED:
        yield Finding("organ_name", BARRED_SAID, "办法第三条", "barred")


def complete(values: Mapping[str, str]) -> Iterator[Finding]:
    """Every box of annex 4 is filled in (C-art.5, P-3.1)."""
    for one in FIELDS:
        if not one.optional and not values.get(one.name):
            source = "办法第六条" if one.section == SITE else "办法第五条"
            yield Finding(one.name, N_("请填写%(label)s。"), source, "missing", {"label": one.label})


def suffixes(filing: Filing, limits: Limits) -> Iterator[Finding]:
    """An organ's names end in .政务 or .政务.cn and in .gov.cn; an institution's in one of its list (C-art.6)."""
    readers = {"chinese_domain": limits.chinese_domain, "english_domain": limits.english_domain}
    for name, read in readers.items():
        text = filing.values.get(name)
        if text and filing.unit.nature not in BARRED:
            try:
                read(text, filing.track)
            except Refusal as refusal:
                yield refusal.finding(name)


def registered(filing: Filing) -> Iterator[Finding]:
    """The Chinese domain is registered to the unit, works and has not expired (S20, S21)."""
    domain, standing = filing.values.get("chinese_domain"), filing.chinese
    if domain and standing is not None and not standing.usable:
        day = standing.expires_on.isoformat() if standing.expires_on else ""
        yield Finding(
            "chinese_domain",
            S21_SAID[standing.status],
            "通知第三条",
            standing.status,
            {"domain": domain, "day": day},
        )


def needs_proof(filing: Filing, limits: Limits) -> bool:
    """Whether the names asked for call for proof of an administrative function (C-art.5(2))."""
    names = (filing.values.get("chinese_domain", ""), filing.values.get("english_domain", ""))
    return limits.needs_proof(filing.track, *names)


def attached(filing: Filing, limits: Limits) -> Iterator[Finding]:
    """The materials of C-art.5: identity always, proof of the administrative function where the names need it."""
    if IDENTITY not in filing.materials:
        yield Finding(
            IDENTITY,
            N_("请上传法定代表人或者申请经办人的身份证明材料。"),
            "办法第五条第三项",
            "identity-missing",
        )
    if PROOF not in filing.materials and needs_proof(filing, limits):
        yield Finding(
            PROOF,
            N_("事业单位使用“.政务”“.政务.cn”“.gov.cn”域名的，请上传具有行政管理职能的证明材料。"),
            "办法第五条第二项",
            "proof-missing",
        )


def alone(filing: Filing) -> Iterator[Finding]:
    """One live application a site (A4.注1)."""
    if filing.rival:
        yield Finding(
            "site_name",
            N_("该网站已有办理中的申请（%(rival)s），每一个网站只提交一份。"),
            "申请表注1",
            "rival",
            {"rival": filing.rival},
        )


def truthful(filing: Filing) -> Iterator[Finding]:
    """The unit stands in for what it says (C-art.5)."""
    if not filing.declared:
        yield Finding(
            "declared", N_("请确认所填内容和材料真实、有效、准确和完整。"), "办法第五条", "not-declared"
        )


def submission(filing: Filing, limits: Limits) -> list[Finding]:
    """Everything that stands in the way of submitting, in the form's order; none when it may go."""
    barred = list(eligible(filing.unit))
    return barred or [
        *complete(filing.values),
        *suffixes(filing, limits),
        *registered(filing),
        *attached(filing, limits),
        *alone(filing),
        *truthful(filing),
    ]


def exceptions(filing: Filing) -> list[Finding]:
    """Where the measures say 原则上 and the office may let one pass with its reason (C-art.3)."""
    found = []
    unit = filing.unit
    if unit.nature == "institution" and not unit.administrative:
        found.append(
            Finding(
                "5", N_("登记为不具有行政管理职能的事业单位，原则上不得开办党政机关网站；同意开办须写明理由。"),
                "办法第三条", "no-administration",
            )
        )  # fmt: skip
    if unit.level in {"county", "zone"} and RANKS.index(unit.rank) > RANKS.index("division"):
        found.append(
            Finding(
                "5", N_("县级部门、乡镇原则上不单独建设，可利用上级网站平台或者免费建站平台；同意单独建设须写明理由。"),
                "办法第三条", "use-upper-site",
            )
        )  # fmt: skip
    return found


def judgement(number: int, finding: str, note: str) -> list[Finding]:
    """What is wrong with one judgement: a "bad" without why, or a note that is too long (C-art.7)."""
    where = f"note-{number}"
    if len(note) > LONGEST_NOTE:
        return [Finding(where, N_("说明不超过 %(n)s 个字。"), code="too-long", params={"n": LONGEST_NOTE})]
    if note:
        return []
    if finding == "bad":
        return [
            Finding(
                where, N_("判为不符合的，请写明理由，作为退回或者告知的依据。"), "办法第八条", "note-missing"
            )
        ]
    return []


def standing_in_the_way(items: Iterable[Item]) -> list[Finding]:
    """Why the first review cannot be passed: unchecked items, or items found wanting (P-5.3, C-art.8)."""
    listed = list(items)
    unchecked = sum(item.finding == "open" for item in listed)
    wanting = sum(item.finding == "bad" for item in listed)
    found = []
    if unchecked or not listed:
        found.append(
            Finding(
                "checklist", N_("还有 %(n)s 项未判定，不能通过。"), "办法第七条",
                "item-open", {"n": unchecked or 5},
            )
        )  # fmt: skip
    if wanting:
        found.append(
            Finding(
                "checklist", N_("有 %(n)s 项不符合，应退回补正或者告知不具备开办资格。"), "办法第八条",
                "item-bad", {"n": wanting},
            )
        )  # fmt: skip
    return found


def ensure_checked(items: Iterable[Item]) -> None:
    """Raises:
    Invalid: an item is open or found wanting (P-5.3).
    """
    found = standing_in_the_way(items)
    if found:
        raise Invalid(found, code="checklist", source=found[0].source)
