"""May a website bear this name? Pure: the facts of its unit in, findings out (C-art.4, C-art.7(4), P-3.2).

A website goes by the approved full name of its unit, by a registered short form, or at least by the name of
the place its unit works for; a division whose name stands elsewhere in the country too has the name of the division
above it put before it. Which characters a name may have, and how many, is the kernel's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.kernel import domains
from app.kernel.errors import N_, Finding, Refusal

FIELD = "site_name"
SOURCE = "办法第七条第四项"
SHORTEST, LONGEST = 2, 60

_PEOPLES = (
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 "
    "达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 "
    "赫哲 门巴 珞巴 基诺"
)
_PEOPLE = "(?:" + "|".join(sorted((f"{one}族" for one in _PEOPLES.split()), key=len, reverse=True)) + ")"
# 蒙古、维吾尔、哈萨克、柯尔克孜 and 各族 stand without 族 in the names of regions and prefectures.
_AUTONOMOUS = re.compile(
    rf"(?:{_PEOPLE}|各族|蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|撒拉|东乡|保安)*自治(?:区|州|县|旗)$"
)
# A region that is called after its people alone keeps their name: 内蒙古, 鄂温克, 东乡.
_NAMED_AFTER = re.compile(r"族?自治(?:区|州|县|旗)$")
_ORDINARY = re.compile(
    r"(?:特别行政区|经济技术开发区|高新技术产业开发区|旅游度假区|旅游管理区|管理区|开发区|新区|地区|林区|特区|省|市|盟|州|县|区|旗)$"
)
_BARE = ("省", "市", "州", "盟", "县", "区", "旗")


@dataclass(frozen=True)
class NamingFacts:
    """What is known of the unit whose website it is.

    ``short_names`` are registered short forms. ``division`` is the place its office answers for, as in 鼓楼区, empty
    for the centre; ``division_shared`` says that another division of the country is called the same;
    ``upper_division`` is the place above, as in 南京市. ``shortest`` and ``longest`` count characters.
    """

    unit_name: str
    short_names: tuple[str, ...] = ()
    division: str = ""
    division_shared: bool = False
    upper_division: str = ""
    shortest: int = SHORTEST
    longest: int = LONGEST


@dataclass(frozen=True)
class Example:
    """A name to follow or to avoid, and why, as a msgid."""

    name: str
    good: bool
    reason: str


def stem(division: str) -> str:
    """A division as people shorten it: 南京市 is 南京, 恩施土家族苗族自治州 is 恩施; two characters stay (澧县)."""
    for ending in (_AUTONOMOUS, _NAMED_AFTER, _ORDINARY):
        short = ending.sub("", division)
        if short != division and len(short) > 1:
            return short
    return division


def website_name_findings(name: str, facts: NamingFacts) -> Iterator[Finding]:
    """What is wrong with a website's name, each finding on field ``site_name``; nothing for an empty one.

    An ill-formed name yields that alone. Codes: the kernel's ``site-name-…``; ``name-bare`` (市财政局: whose?),
    ``name-above`` (only the place above is named), ``name-division`` (a shared name without the place above),
    ``name-unidentified`` (neither the unit nor its place).
    """
    if not name.strip():
        return
    try:
        shown = domains.website_name(name, shortest=facts.shortest, longest=facts.longest)
    except Refusal as refusal:
        yield refusal.finding(FIELD)
        return
    if _must_name_above(shown, facts):
        yield _found("name-division", facts)
    elif not _identified(shown, facts):
        yield _found(_why(shown, facts), facts)


def _must_name_above(name: str, facts: NamingFacts) -> bool:
    """A shared name stands without the place above before it."""
    place, above = stem(facts.division), stem(facts.upper_division)
    if not (place and facts.division_shared and above) or place == above or place not in name:
        return False
    return above not in name[: name.rindex(place)]


def _identified(name: str, facts: NamingFacts) -> bool:
    """The name says whose it is: by the unit's name, a short form that is not bare, or its place."""
    forms = (facts.unit_name, *(one for one in facts.short_names if not _is_bare(one, facts)))
    if any(form and form in name for form in forms):
        return True
    if facts.division:
        return stem(facts.division) in name
    return any(run in name for run in _runs(facts.unit_name))


def _is_bare(short: str, facts: NamingFacts) -> bool:
    """A short form that begins with the level alone, as in 市财政局; 市场监管局 does not."""
    return bool(facts.division) and short.startswith(_BARE) and not short.startswith("市场")


def _runs(text: str) -> Iterator[str]:
    """Every two characters that stand side by side."""
    return (text[at : at + 2] for at in range(len(text) - 1))


def _why(name: str, facts: NamingFacts) -> str:
    if any(_is_bare(one, facts) and one in name for one in facts.short_names):
        return "name-bare"
    above = stem(facts.upper_division)
    return "name-above" if above and above in name else "name-unidentified"


_SAID = {
    "name-bare": N_(
        "网站名称只写了“%(short)s”，看不出是哪里的单位。请写明“%(division)s”，例如“%(example)s”。"
    ),
    "name-above": N_(
        "网站名称只写了上级区划“%(above)s”，容易误认为上级单位的网站。请写明“%(division)s”，例如“%(example)s”。"
    ),
    "name-division": N_(
        "全国不止一个“%(division)s”，同名的行政区划须冠以上级区划名称。请在前面写明“%(above)s”，例如“%(example)s”。"
    ),
    "name-unidentified": N_(
        "网站名称看不出开办主体。应使用经批准的单位全称或者规范简称，至少写明“%(division)s”，例如“%(example)s”；"
        "使用其他通用简称的，请先联系机构编制部门登记为本单位简称。"
    ),
}
_SAID_CENTRAL = N_(
    "网站名称看不出开办主体。应使用经批准的单位全称或者规范简称，例如“%(example)s”；"
    "使用其他通用简称的，请先联系机构编制部门登记为本单位简称。"
)


def _found(code: str, facts: NamingFacts) -> Finding:
    message = _SAID[code] if facts.division else _SAID_CENTRAL
    params: dict[str, object] = {
        "division": facts.division,
        "above": facts.upper_division,
        "example": model(facts),
        "short": next((one for one in facts.short_names if _is_bare(one, facts)), ""),
    }
    return Finding(FIELD, message, SOURCE, code, params)


def model(facts: NamingFacts) -> str:
    """A name that the rules let pass: the unit's full name, with the places it must have before it, and 网站."""
    name = facts.unit_name
    if facts.division and stem(facts.division) not in name:
        name = facts.division + name
    if _must_name_above(name, facts):
        name = facts.upper_division + name
    return f"{name}网站"


def examples(facts: NamingFacts) -> tuple[Example, ...]:
    """Good names and bad ones for this very unit, each with the reason; the rules above agree with each."""
    short = next((one for one in facts.short_names if one and not _is_bare(one, facts)), "")
    place = stem(facts.division)
    above = stem(facts.upper_division) if facts.division_shared else ""
    offered = [
        (model(facts), N_("使用经批准的单位全称。")),
        (f"{above if above and above not in short else ''}{short}网", N_("使用规范简称。") if short else ""),
        (f"{above}{place}政务服务网" if place else "", N_("写明所在区划，再写网站的用途。")),
        ("政务服务网", N_("看不出是哪个单位的网站。")),
        (next((f"{one}网" for one in facts.short_names if _is_bare(one, facts)), ""), N_("没有写明区划。")),
        (f"{stem(facts.upper_division)}政务服务网", N_("只写上级区划，容易误认为上级单位的网站。")),
        (f"{facts.division}网" if facts.division_shared else "", N_("全国有同名区划，须冠以上级区划名称。")),
        ("www.example.gov.cn", N_("这是网址，不是网站名称。")),
    ]
    found: dict[str, Example] = {}
    for name, reason in offered:
        if name and reason and name not in found and len(name) <= facts.longest:
            found[name] = Example(name, not list(website_name_findings(name, facts)), reason)
    # what the reason says of a name must be what the rules say of it
    good = {offered[at][0] for at in range(3)}
    return tuple(one for one in found.values() if one.good is (one.name in good))
