"""Coded reasons for 退回补正, 不具备开办资格 and 审核未通过, each with the article it rests on (C-art.3–9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.kernel.errors import N_, Finding

OTHER = "other"


@dataclass(frozen=True)
class Reason:
    """A reason as the letter says it; ``item`` is the checklist item it belongs to."""

    code: str
    label: Any
    source: str
    item: int = 0


RETURNED = (
    Reason("type-differs", _l("组织机构类型与机构编制登记不一致"), "办法第七条第一项", 1),
    Reason("proof-missing", _l("缺少具有行政管理职能的证明材料，或者材料不清晰"), "办法第五条第二项", 1),
    Reason("approval-differs", _l("设立、变更情况或者上级主管单位与批准文件不一致"), "办法第七条第二项", 2),
    Reason("name-not-approved", _l("开办主体名称不是经批准的全称"), "办法第七条第三项", 3),
    Reason("name-irregular", _l("网站名称或者域名不规范"), "办法第七条第四项", 4),
    Reason("domain-unusable", _l("中文域名未注册、已过期或者不能正常使用"), "通知第三条", 4),
    Reason("suffix-wrong", _l("域名后缀不符合规定"), "办法第六条", 4),
    Reason("identity-unclear", _l("身份证明材料缺失、不清晰或者与经办人不符"), "办法第五条第三项", 5),
    Reason("incomplete", _l("填写不完整或者与实际不符"), "办法第八条", 5),
    Reason(OTHER, _l("其他（在下面写明）"), "办法第八条", 5),
)
INELIGIBLE = (
    Reason("not-public", _l("开办主体是企业、个人或者其他社会组织"), "办法第三条"),
    Reason("no-administration", _l("事业单位不具有行政管理职能"), "办法第三条"),
    Reason("use-upper-site", _l("县级部门、乡镇利用上级网站平台，不单独建设"), "办法第三条"),
    Reason("not-established", _l("开办主体未经法定程序批准设立"), "办法第七条第二项"),
    Reason(OTHER, _l("其他（在下面写明）"), "办法第八条"),
)
REFUSED = (
    Reason("paper-incomplete", _l("书面材料不齐"), "办法第八条"),
    Reason("seal-missing", _l("材料未加盖单位公章，或者印章与单位名称不符"), "办法第八条"),
    Reason("paper-differs", _l("书面材料与在线申请不一致"), "办法第九条"),
    Reason("not-true", _l("材料不真实或者已经失效"), "办法第五条"),
    Reason("not-qualified", _l("经审核确认不具备开办资格"), "办法第三条"),
    Reason(OTHER, _l("其他（在下面写明）"), "办法第九条"),
)
# What a letter asks or says for each reason: the office's own words, in Chinese whoever drafts it.
SENTENCES = {
    "type-differs": "请按机构编制登记填写组织机构类型。",
    "proof-missing": "请上传具有行政管理职能的证明材料，扫描件应当清晰完整。",
    "approval-differs": "请按批准文件核对设立、变更情况，如实填写上级主管单位。",
    "name-not-approved": "请填写经批准的单位全称，不用简称。",
    "name-irregular": "请按网上名称规范改正网站名称或者域名。",
    "domain-unusable": "请先完成中文域名注册或者续费，能够正常使用后再提交。",
    "suffix-wrong": "请改用符合规定后缀的域名。",
    "identity-unclear": "请重新上传经办人身份证明，应当清晰，并与所填经办人一致。",
    "incomplete": "请逐项核对，补充完整并如实填写。",
    "not-public": "企业、个人以及其他社会组织不得开办党政机关网站。",
    "no-administration": "不具有行政管理职能的事业单位原则上不开办党政机关网站，有关信息可以在主管部门网站发布。",
    "use-upper-site": "县级部门、乡镇原则上不单独建设网站，可以利用上级网站平台或者免费建站平台。",
    "not-established": "开办主体应当经法定程序批准设立，所报材料不能证明。",
    "paper-incomplete": "所报书面材料不齐，应当包括申请函、申请表和证明材料复印件。",
    "seal-missing": "书面材料应当加盖单位公章，印章与单位名称一致。",
    "paper-differs": "书面材料应当与在线提交的内容一致。",
    "not-true": "所报材料不真实或者已经失效，不能作为审核依据。",
    "not-qualified": "经审核，不具备开办党政机关网站的资格。",
}
BY_OUTCOME = {"returned": RETURNED, "ineligible": INELIGIBLE, "refused": REFUSED}
LONGEST = 2000


def named(outcome: str, codes: Iterable[str]) -> list[Reason]:
    """The reasons of those codes, in the catalogue's order; codes of other catalogues are left out."""
    wanted = set(codes)
    return [reason for reason in BY_OUTCOME.get(outcome, ()) if reason.code in wanted]


def sentences(outcome: str, codes: Iterable[str]) -> list[str]:
    """What a letter with those reasons asks or says, one sentence a reason, in the catalogue's order."""
    return [SENTENCES[one.code] for one in named(outcome, codes) if one.code in SENTENCES]


def compose(words: str, lines: Iterable[str]) -> str:
    """A letter's words with the lines it does not say yet; nothing that was written is lost or said twice."""
    kept = [line.rstrip() for line in words.splitlines()]
    said = "\n".join(kept)
    return "\n".join([*kept, *(line for line in lines if line not in said)]).strip()


def findings(outcome: str, codes: Iterable[str], words: str) -> list[Finding]:
    """What is missing in a "no": at least one coded reason and, for 其他, the words (C-art.8, C-art.9)."""
    chosen, wanted = named(outcome, codes), set(codes)
    found = []
    if len(chosen) != len(wanted):
        found.append(
            Finding(f"{outcome}-reasons", N_("所选理由不在目录之内，请重新选择。"), code="reason-unknown")
        )
    elif not chosen:
        found.append(
            Finding(f"{outcome}-reasons", N_("请至少选择一项理由。"), "办法第八条", code="reason-missing")
        )
    if len(words) > LONGEST:
        found.append(
            Finding(f"{outcome}-words", N_("说明不超过 %(n)s 个字。"), code="too-long", params={"n": LONGEST})
        )
    elif not words:
        found.append(
            Finding(
                f"{outcome}-words",
                N_("请写明具体情况和要求，申请单位据此办理。"),
                "办法第八条" if outcome != "refused" else "办法第九条",
                code="words-missing",
            )
        )
    return found
