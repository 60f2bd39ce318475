"""The two forms in which a post is given: to somebody new, and to somebody known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, validators

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin.forms import REQUIRED, ScopedForm, clean_text
from app.foundation.admin.lookup import Lookup, LookupField
from app.foundation.admin.operators import escaped
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Unit
from app.plugins.people import labels, queries


def _trim(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


@dataclass(frozen=True)
class UnitLookup(Lookup):
    """Units whose officers the actor manages: reviewed at his office or below it, also where he sees no unit rows."""

    def _mine(self) -> Any:
        scope = access.scope(current_actor(), "user", "manage", Unit)
        return db.session.query(Unit).filter(Unit.active.is_(True), scope)

    def find(self, key: int) -> Any:
        """The unit of that key, or None when the actor may give no post there."""
        rows = self._mine()
        with queries.platform():
            return rows.filter(Unit.id == key).one_or_none()

    def matching(self, term: str, page: int = 0) -> tuple[list[Any], bool]:
        """One page of units by name or account, and whether more follow."""
        rows, pattern = self._mine(), f"%{escaped(term)}%"
        if term:
            rows = rows.filter(Unit.name.like(pattern, escape="/") | Unit.account.like(pattern, escape="/"))
        with queries.platform():
            found = rows.order_by(Unit.id).limit(self.size + 1).offset(page * self.size).all()
        return found[: self.size], len(found) > self.size


def _unit(row: Any) -> str:
    return f"{row.name}（{row.account}）"


def _office(row: Any) -> str:
    return str(row.name)


LOOKUPS = {
    "office": Lookup(
        Office, search=("name", "short_name", "code"), within=queries.manageable_offices, label=_office
    ),
    "unit": UnitLookup(Unit, search=("name", "account"), label=_unit),
}


def role_choices(*, registry: bool) -> list[tuple[str, str]]:
    """Every role that can be held, in the order of ``roles.yaml``; the registry's only where it is in reach."""
    policy = access.policy()
    return [
        (role, policy.label("role", role))
        for role, place in policy.places.items()
        if place != "nobody" and (registry or place != "registry")
    ]


class PostForm(ScopedForm):
    """A post: which role, where, from when until when, on which document."""

    role = SelectField(
        _l("岗位"), validators=[validators.InputRequired(REQUIRED)],
        description=_l(
            "已实行三员分立的机构，系统管理岗、安全管理岗、审计管理岗由上级机构系统管理岗设置；"
            "已有账号的，原密码随即失效，凭新签发的启用码重新启用。"
        ),
    )  # fmt: skip
    office = LookupField(
        _l("所在机构"), validators=[validators.Optional()], lookup=LOOKUPS["office"], column="office",
        description=_l("机构编制部门、协调落实的科室、电子政务和网信等岗位选机构。只列出本机构和下级机构。"),
    )  # fmt: skip
    unit = LookupField(
        _l("所在单位"), validators=[validators.Optional()], lookup=LOOKUPS["unit"], column="unit",
        description=_l("经办人选单位，不选机构。可输入单位名称或者8位账号查找。"),
    )  # fmt: skip
    since = DateField(_l("起始日期"), validators=[validators.Optional()], description=_l("不填的自今天起。"))
    until = DateField(
        _l("截止日期"),
        validators=[validators.Optional()],
        description=_l("任职到该日为止，到期自动失效；长期任职的不填。"),
    )
    document = StringField(
        _l("依据文号"),
        validators=[validators.InputRequired(REQUIRED), clean_text],
        filters=[_trim],
        description=_l("设立或者明确该岗位人员的文件名称或文号。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = role_choices(registry=queries.has_registry(current_actor()))

    @property
    def place(self) -> Office | Unit | None:
        """The one holder that was chosen; None where there is none or both."""
        office, unit = self.office.data, self.unit.data
        return None if office is not None and unit is not None else office or unit


class PersonForm(PostForm):
    """The same for somebody who has no account yet."""

    display_name = StringField(
        _l("姓名"), validators=[validators.InputRequired(REQUIRED), clean_text], filters=[_trim]
    )
    username = StringField(
        _l("用户名"), validators=[validators.InputRequired(REQUIRED), clean_text], filters=[_trim],
        description=_l("登录时使用，由系统管理岗拟定，启用后不再更改。小写字母开头，可含数字和点、连字符、下划线。"),
    )  # fmt: skip
    way = SelectField(_l("通知本人的方式"), choices=list(labels.WAY.items()), default="print")
    email = StringField(
        _l("电子邮箱"), validators=[validators.Optional(), clean_text], filters=[_trim],
        description=_l("以电子邮件通知的必须填写。"),
    )  # fmt: skip


ACCOUNT = ("display_name", "username")
POST = ("role", "office", "unit", "since", "until", "document")
NOTICE = ("way", "email")
