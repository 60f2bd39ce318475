"""The evidence beside each of the five claims (C-art.7): what the register says against what was filed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from app.foundation.limits import Limits
from app.kernel.errors import Finding
from app.plugins.applications import rules
from app.plugins.applications.fields import BY_NAME
from app.plugins.applications.rules import Filing
from app.plugins.establishment.labels import NATURE, RANK
from app.plugins.names.labels import STANDING
from app.plugins.names.rules import UNREGISTERED, Standing


@dataclass(frozen=True)
class Evidence:
    """One line beside a claim. ``fits`` True ✓, False ✗, None for what only informs."""

    label: Any
    text: Any
    fits: bool | None = None
    verdict: Any = ""
    source: str = ""


@dataclass(frozen=True)
class Claim:
    """A checklist item as the page shows it: what is claimed, how to check it, what speaks for and against.

    ``fields`` names the boxes of annex 4 it is about.
    """

    number: int
    title: Any
    guidance: Any
    lines: tuple[Evidence, ...] = ()
    exceptions: tuple[Finding, ...] = field(default=())
    fields: tuple[str, ...] = ()


TITLES = {
    1: (_l("开办主体的性质"), _l("核对机构编制登记。事业单位申请 .政务、.gov.cn 的，须有行政管理职能证明。")),
    2: (_l("经法定程序批准设立和变更"), _l("批准文号与登记一致；改革中的单位按现状。")),
    3: (_l("名称经机构编制部门批准"), _l("应为批准的全称。")),
    4: (_l("网上名称规范"), _l("中文域名有效且未过期；域名后缀符合规定；网站名称规范。")),
    5: (_l("其他需要审核的事项"), _l("经办人身份证明；“原则上”的例外须写明理由。")),
}
FIELDS = {
    1: ("organ_type", "functions"),
    2: ("supervisor_name",),
    3: ("organ_name",),
    4: ("site_name", "chinese_domain", "english_domain", "ip"),
    5: ("site_intro", "handler_name"),
}
_SAME, _DIFFERENT = _l("与申请一致"), _l("与申请不一致")


def _nature(filing: Filing, limits: Limits) -> Iterator[Evidence]:
    unit = filing.unit
    parts = [unit.name, str(NATURE[unit.nature][0]), str(RANK[unit.rank])]
    parts += [unit.approval_no] if unit.approval_no else []
    same = filing.track == unit.nature
    yield Evidence(
        _l("登记"), " · ".join(parts), same, _SAME if same else _DIFFERENT, "" if same else "办法第七条第一项"
    )
    if filing.track == "institution":
        yield Evidence(
            _l("行政管理职能"),
            _l("登记为具有") if unit.administrative else _l("登记为不具有"),
            None if unit.administrative else False,
            "" if unit.administrative else _l("原则上不得开办"),
            "" if unit.administrative else "办法第三条",
        )
        if rules.needs_proof(filing, limits):
            has = rules.PROOF in filing.materials
            yield Evidence(
                _l("职能证明"), _l("所用域名后缀须有证明材料"), has,
                _l("已上传，见材料") if has else _l("没有上传"), "" if has else "办法第五条第二项",
            )  # fmt: skip


def _approval(filing: Filing) -> Iterator[Evidence]:
    unit, claimed = filing.unit, filing.values.get("supervisor_name", "")
    has = bool(unit.approval_no)
    yield Evidence(_l("批准文号"), unit.approval_no if has else _l("登记中没有文号，请核对批准文件"))
    if unit.supervisor_name:
        same = unit.supervisor_name == claimed
        yield Evidence(
            _l("登记的主管部门"),
            unit.supervisor_name,
            same,
            _SAME if same else _l("申请填“%(name)s”", name=claimed),
        )
    if unit.reform:
        yield Evidence(_l("机构改革"), _l("涉及机构改革，按现状申请，不影响审核"), None, "", "通知第二条")


def _approved_name(filing: Filing) -> Iterator[Evidence]:
    claimed = filing.values.get("organ_name", "")
    same = claimed == filing.unit.name
    yield Evidence(
        _l("登记全称"), filing.unit.name, same,
        _SAME if same else _l("申请填“%(name)s”", name=claimed), "" if same else "办法第七条第三项",
    )  # fmt: skip


CHINESE = BY_NAME["chinese_domain"].label


def _until(standing: Standing) -> Any:
    """How a name stands, with the last registered day."""
    day = standing.expires_on
    if standing.usable:
        return _l("有效至 %(day)s", day=day)
    return (
        _l("%(status)s（有效期至 %(day)s）", status=STANDING[standing.status][0], day=day)
        if day
        else _l("没有登记在本单位名下")
    )


def _domain(label: Any, text: str, standing: Standing | None, against: Finding | None) -> Iterator[Evidence]:
    """A name, its code as the network carries it, how it stands in the register, and its suffix."""
    if not text:
        return
    code = f"{text}（{standing.ascii}）" if standing is not None and standing.ascii != text else text
    if standing is not None and (standing.status != UNREGISTERED or label is CHINESE):
        yield Evidence(
            label, code, standing.usable, _until(standing), "" if standing.usable else "通知第三条"
        )
    elif against is None:
        yield Evidence(label, code, True, _l("后缀符合规定"))
    else:
        yield Evidence(label, code)
    if against is not None:
        yield Evidence(_l("后缀"), f".{text.partition('.')[2]}", False, against, against.source)


def _names(filing: Filing, limits: Limits) -> Iterator[Evidence]:
    against = {finding.field: finding for finding in rules.suffixes(filing, limits)}
    for name, standing in (("chinese_domain", filing.chinese), ("english_domain", filing.english)):
        yield from _domain(BY_NAME[name].label, filing.values.get(name, ""), standing, against.get(name))


def _others(filing: Filing) -> Iterator[Evidence]:
    has = rules.IDENTITY in filing.materials
    yield Evidence(
        _l("身份证明"), _l("应与经办人一致"), has, _l("已上传，见材料") if has else _l("没有上传"),
        "" if has else "办法第五条第三项",
    )  # fmt: skip


def claims(filing: Filing, limits: Limits) -> tuple[Claim, ...]:
    """The five claims with their evidence, in the order of C-art.7."""
    lines = {
        1: tuple(_nature(filing, limits)),
        2: tuple(_approval(filing)),
        3: tuple(_approved_name(filing)),
        4: tuple(_names(filing, limits)),
        5: tuple(_others(filing)),
    }
    excepted = tuple(rules.exceptions(filing))
    return tuple(
        Claim(number, title, guidance, lines[number], excepted if number == 5 else (), FIELDS[number])
        for number, (title, guidance) in TITLES.items()
    )


@dataclass(frozen=True)
class Change:
    """A field that reads otherwise than when it was last returned."""

    label: Any
    before: str
    after: str


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What the applicant changed in the public fields since the last return, in the form's order."""
    return tuple(
        Change(field.label, before.get(name, ""), after.get(name, ""))
        for name, field in BY_NAME.items()
        if name in before and before.get(name, "") != after.get(name, "")
    )
