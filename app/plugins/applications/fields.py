"""Annex 4 field by field: names, order, sections, lengths and what helps to fill them in (A4.b–A4.d)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.kernel import identity

SUBJECT, SITE, LEADER, HANDLER, MATERIALS = "subject", "site", "leader", "handler", "materials"


@dataclass(frozen=True)
class Field:
    """One box of the paper form. ``personal`` ones belong to the two people and are never public (A4.注3).

    ``kept`` says the value lies encrypted and leaves the platform only masked or after a recorded look.
    """

    name: str
    label: Any
    section: str
    longest: int
    hint: Any = ""
    example: str = ""
    long: bool = False
    personal: bool = False
    kept: bool = False
    optional: bool = False
    mode: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the guided form."""

    key: str
    title: Any
    intro: Any = ""


SECTIONS = (
    Section(
        SUBJECT,
        _l("申请类型和开办主体"),
        _l("已按单位登记预填，请逐项核对；与登记不一致的，以经批准的为准。"),
    ),
    Section(SITE, _l("网站基本情况"), _l("一个网站填写一份申请表。")),
    Section(
        LEADER, _l("网站主要负责人"), _l("个人信息不对外公开；手机和电子邮箱加密保存，各处只显示部分内容。")
    ),
    Section(
        HANDLER,
        _l("网站申请经办人"),
        _l("个人信息不对外公开；手机、电子邮箱和身份证号加密保存，各处只显示部分内容。"),
    ),
    Section(
        MATERIALS, _l("材料"), _l("申请函和申请表由系统生成，在线初审通过后打印盖章；这里上传证明材料。")
    ),
)


def _person(section: str, who: Any) -> tuple[Field, ...]:
    return (
        Field(f"{section}_name", _l("%(who)s姓名", who=who), section, 40, personal=True),
        Field(
            f"{section}_phone", _l("固定电话"), section, 40, _l("本地号码可不写区号，分机写作“转8012”。"),
            personal=True, mode="tel",
        ),
        Field(f"{section}_mobile", _l("手机"), section, 40, personal=True, kept=True, mode="tel"),
        Field(f"{section}_email", _l("电子邮箱"), section, 120, personal=True, kept=True, mode="email"),
    )  # fmt: skip


FIELDS = (
    Field("organ_name", _l("开办主体名称"), SUBJECT, 120, _l("填写经法定程序批准的单位全称，不用简称。")),
    Field("supervisor_name", _l("上级主管单位"), SUBJECT, 120, _l("填写经法定程序批准的单位全称。")),
    Field(
        "functions", _l("开办主体职能"), SUBJECT, 2000,
        _l("按“三定”规定或者批准文件概括。事业单位承担行政职能的，须在“材料”中上传证明。"), long=True,
    ),
    Field("organ_type", _l("组织机构类型"), SUBJECT, 40),
    Field("address", _l("通讯地址"), SUBJECT, 200),
    Field("postcode", _l("邮编"), SUBJECT, 6, mode="numeric"),
    Field("site_name", _l("网站名称"), SITE, 60, _l("与浏览器标题栏所示一致。")),
    Field("site_intro", _l("网站简介"), SITE, 1000, _l("说明网站主要内容和用途。"), long=True),
    Field(
        "chinese_domain", _l("中文域名"), SITE, 255,
        _l("须已注册、能正常使用且未过期。党政机关以“.政务”或者“.政务.cn”结尾。"),
    ),
    Field("english_domain", _l("英文域名"), SITE, 255, _l("只写域名，不带 http://。党政机关以“.gov.cn”结尾。")),
    Field("ip", _l("网站IP地址"), SITE, 45, _l("网站对外服务的公网地址。")),
    *_person(LEADER, _l("网站主要负责人")),
    *_person(HANDLER, _l("网站申请经办人")),
    Field(
        "handler_id_number", _l("网站申请经办人身份证号"), HANDLER, 24, personal=True, kept=True,
        hint=_l("用于核对经办人身份证明，打印在申请表上。"),
    ),
)  # fmt: skip

BY_NAME = {field.name: field for field in FIELDS}
PUBLIC = tuple(field.name for field in FIELDS if not field.personal)
KEPT = tuple(field.name for field in FIELDS if field.kept)

# What 组织机构类型 may say for each track; the text itself is what the form prints and the badge page shows.
ORGAN_TYPES = {
    "organ": ("党政机关", "人民团体"),
    "institution": ("承担行政职能的事业单位", "事业单位"),
}


def of(section: str) -> Iterator[Field]:
    """The fields of one section in the paper form's order."""
    return (field for field in FIELDS if field.section == section)


def masked(name: str, value: str | None) -> str:
    """A kept value as pages may show it: enough to recognise, not enough to use (A4.注3)."""
    if not value:
        return ""
    if name.endswith("_mobile"):
        return identity.mask_mobile(value)
    if name.endswith("_email"):
        local, _, host = value.partition("@")
        return f"{local[:1]}{'*' * max(len(local) - 1, 2)}@{host}"
    return identity.mask_id(value)
