"""May it be submitted, passed, decided? Facts in, findings out; each names its article. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.foundation.limits import Limits
from app.foundation.tenancy.models import RANKS
from app.kernel.errors import N_, Finding, Invalid, Refusal
from app.plugins.applications.checklist import Needed, missing
from app.plugins.applications.fields import BY_NAME, FIELDS, PUBLIC, SITE
from app.plugins.names.naming import NamingFacts, website_name_findings
from app.plugins.names.rules import EXPIRED, NOT_WORKING, UNREGISTERED, Standing

BARRED = ("enterprise", "society", "individual")
COPIES = 3  # A4.注1: 申请表一式三份
IDENTITY, PROOF, OTHER = "identity", "proof", "other"
CHANGE = "change"
LONGEST_NOTE = 1000
LONGEST_REASON = 500

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
    management: str = "local"


@dataclass(frozen=True)
class Twin:
    """Another website that bears the same name or domain: ``field`` says which of the form's.

    ``named`` is its application's number or name where the reader may see it, else empty. ``badged``: it has a badge
    in force; else its application is under way.
    """

    field: str
    named: str = ""
    badged: bool = False


@dataclass(frozen=True)
class Filing:
    """Everything the rules ask about an application that somebody wants to submit or has submitted.

    ``former`` are the public fields of the case a change follows; ``badge`` the number of the badge that this very
    website has in force; ``needed`` the materials; ``asks_proof`` whether the names asked for are those of a
    党政机关 website, for which an institution proves its administrative function.
    """

    track: str
    values: Mapping[str, str]
    unit: UnitFacts
    chinese: Standing | None = None
    english: Standing | None = None
    materials: frozenset[str] = field(default_factory=frozenset)
    declared: bool = False
    rival: str = ""
    kind: str = "opening"
    former: Mapping[str, str] | None = None
    badge: str = ""
    twins: tuple[Twin, ...] = ()
    needed: tuple[Needed, ...] = ()
    asks_proof: bool = False
    naming: NamingFacts | None = None


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


def attached(filing: Filing) -> Iterator[Finding]:
    """The materials of C-art.5 and those an office asks for besides."""
    return missing(filing.needed, filing.materials)


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """The public fields that read otherwise, in the form's order."""
    return tuple(name for name in PUBLIC if (before.get(name) or "") != (after.get(name) or ""))


def named(filing: Filing) -> Iterator[Finding]:
    """The website's name says whose it is (C-art.7(4)); a name that has its badge is not asked again for a change."""
    name = filing.values.get("site_name", "")
    kept = filing.former is not None and filing.former.get("site_name") == name
    if filing.naming is not None and not kept:
        yield from website_name_findings(name, filing.naming)


def changed(filing: Filing) -> Iterator[Finding]:
    """A change needs a badge in force and at least one public fact that differs; nothing else may (C-art.17, S32)."""
    if filing.kind != CHANGE:
        if filing.badge:
            yield Finding(
                "", N_("该网站已有有效的网站标识（%(badge)s），不需再次申请；信息有变动的，请从该网站申请变更。"),
                "办法第十七条", "badged", {"badge": filing.badge},
            )  # fmt: skip
        return
    if not filing.badge:
        yield Finding(
            "", N_("该网站现在没有有效的网站标识，不能办理变更；需要使用标识的，请申请开办审核。"),
            "办法第十七条", "no-badge",
        )  # fmt: skip
    if filing.former is not None and not differing(filing.former, filing.values):
        yield Finding(
            "", N_("所填内容与现行登记完全一致，没有需要变更的事项。只更换负责人、经办人的，不需重新申报。"),
            "办法第十七条", "unchanged",
        )  # fmt: skip


TWIN_SAID = {
    (False, True): N_("%(label)s“%(value)s”与办理中的申请（%(named)s）相同，请核对。"),
    (False, False): N_("%(label)s“%(value)s”与其他单位办理中的申请相同，不能重复使用。请核对；确属本单位的，请向审核机关说明。"),
    (True, True): N_("%(label)s“%(value)s”与已有标识的网站（%(named)s）相同，请核对。"),
    (True, False): N_("%(label)s“%(value)s”已由其他单位有标识的网站使用，不能重复使用。请核对；确属本单位的，请向审核机关说明。"),
}  # fmt: skip


def unique(filing: Filing) -> Iterator[Finding]:
    """No two websites bear the same name or domain (C-art.7(4)); whose the other is, is said only to who may know."""
    said: set[str] = set()
    for twin in filing.twins:
        if twin.field in said:
            continue
        said.add(twin.field)
        yield Finding(
            twin.field,
            TWIN_SAID[twin.badged, bool(twin.named)],
            "办法第七条第四项",
            "taken",
            {
                "label": BY_NAME[twin.field].label,
                "value": filing.values.get(twin.field, ""),
                "named": twin.named,
            },
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
        *named(filing),
        *suffixes(filing, limits),
        *registered(filing),
        *attached(filing),
        *alone(filing),
        *unique(filing),
        *changed(filing),
        *truthful(filing),
    ]


def _no_administration(filing: Filing) -> bool:
    unit = filing.unit
    return unit.nature == "institution" and not unit.administrative and filing.asks_proof


def _below(unit: UnitFacts) -> bool:
    """A department of a county, or a township."""
    return unit.level in {"county", "zone"} and RANKS.index(unit.rank) > RANKS.index("division")


def handover(
    before: Mapping[str, str], after: Mapping[str, str], reason: str, *, proof: bool
) -> list[Finding]:
    """What is missing when another person takes over: every field, that it is another, why, and his identity proof."""
    found = [
        Finding(name, N_("请填写%(label)s。"), "办法第五条", "missing", {"label": BY_NAME[name].label})
        for name, text in after.items()
        if not text
    ]
    if not found and all(before.get(name, "") == text for name, text in after.items()):
        found.append(Finding("handler_name", N_("所填与现在的经办人完全一致，没有更换。"), code="unchanged"))
    if not reason:
        found.append(Finding("reason", N_("请写明更换原因。"), code="reason-missing"))
    elif len(reason) > LONGEST_REASON:
        found.append(
            Finding("reason", N_("原因不超过 %(n)s 个字。"), code="too-long", params={"n": LONGEST_REASON})
        )
    if not proof:
        found.append(
            Finding(IDENTITY, N_("请上传新经办人的身份证明材料。"), "办法第五条第三项", "identity-missing")
        )
    return found


def withdrawal(reason: str, *, submitted: bool) -> list[Finding]:
    """What has been submitted is not taken back without a word: its record says why it ended."""
    if submitted and not reason:
        return [
            Finding("reason", N_("请写明撤回原因，办理记录据此说明本件为何办结。"), code="reason-missing")
        ]
    if len(reason) > LONGEST_REASON:
        return [
            Finding("reason", N_("原因不超过 %(n)s 个字。"), code="too-long", params={"n": LONGEST_REASON})
        ]
    return []


def exceptions(filing: Filing) -> list[Finding]:
    """Where the measures say 原则上 and the office may let one pass with its reason (C-art.3).

    Both speak of 党政机关网站: the website of an institution that goes by other names, as .公益, is none.
    """
    found = []
    if _no_administration(filing):
        found.append(
            Finding(
                "5", N_("登记为不具有行政管理职能的事业单位，原则上不得开办党政机关网站；同意开办须写明理由。"),
                "办法第三条", "no-administration",
            )
        )  # fmt: skip
    if _below(filing.unit) and (filing.unit.nature == "organ" or filing.asks_proof):
        found.append(
            Finding(
                "5", N_("县级部门、乡镇原则上不单独建设，可利用上级网站平台或者免费建站平台；同意单独建设须写明理由。"),
                "办法第三条", "use-upper-site",
            )
        )  # fmt: skip
    return found


def pointers(unit: UnitFacts) -> list[Finding]:
    """What an applicant should know before filling anything in (C-art.3, C-art.15): no refusal, and no exception yet."""
    found = []
    if unit.nature == "organ" and _below(unit):
        found.append(
            Finding(
                "", N_("县级党政机关各部门以及乡镇，原则上不单独建设网站。可以利用上级党政机关网站平台，也可以利用注册管理中心免费提供的政务和公益机构建站平台。确需单独建设的，可以继续申请，由审核机关研究决定。"),
                "办法第三条", "use-upper-site",
            )
        )  # fmt: skip
    if unit.nature == "institution" and not unit.administrative:
        found.append(
            Finding(
                "", N_("登记为不具有行政管理职能的事业单位，原则上不得开办党政机关网站。请使用“.公益”“.公益.cn”中文域名；使用“.政务”“.政务.cn”“.gov.cn”的，须有具有行政管理职能的证明材料，由审核机关研究决定。"),
                "办法第三条", "no-administration",
            )
        )  # fmt: skip
    return found


def judgement(number: int, finding: str, note: str, filing: Filing) -> list[Finding]:
    """What is wrong with one judgement: a "bad" without why, an exception let pass without why (C-art.3, 7)."""
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
    if finding == "ok" and number == 5 and exceptions(filing):
        return [
            Finding(
                where,
                N_("此项属于“原则上”的例外，判为符合须写明同意的理由。"),
                "办法第三条",
                "exception-unsaid",
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
