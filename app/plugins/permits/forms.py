"""What is typed to grant an exception and to end one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, StringField, TextAreaField, validators

from app.foundation import access
from app.foundation.admin.forms import REQUIRED, ScopedForm, clean_text
from app.foundation.admin.lookup import Lookup, LookupField
from app.foundation.tenancy.models import HOWS, RELATIONS, Office
from app.plugins.permits import labels, queries, rules

NEEDED = validators.InputRequired(REQUIRED)
OFFICES = Lookup(Office, search=("name", "short_name"), within=queries.own_offices)


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class GrantForm(ScopedForm):
    """A grant before it is looked through and confirmed."""

    holder = LookupField(
        _l("被授权的机构或岗"),
        [NEEDED],
        lookup=OFFICES,
        column="holder",
        description=_l(
            "输入名称中的几个字查找。只能从本机构及下级中选；对方不在此范围内的，由共同的上级机构办理。"
        ),
    )
    relation = RadioField(_l("授权关系"), [NEEDED], description=_l("“本机构”指被授权的机构或岗。"))
    where = LookupField(
        _l("从哪里开放"),
        [NEEDED],
        lookup=OFFICES,
        column="where",
        description=_l("审核这些单位的机构，或者协调落实这些单位的岗。只能是本机构及下级。"),
    )
    how = RadioField(_l("开放范围"), [NEEDED], description=_l("“该机构”“该岗”指上面所选的开放方。"))
    since = DateField(_l("自"), [NEEDED], description=_l("当日起可以办理。"))
    until = DateField(_l("至"), [NEEDED], description=_l("当日仍可以办理，次日起自行失效。"))
    document = StringField(
        _l("授权文件"),
        [NEEDED, clean_text],
        filters=[_stripped],
        description=_l("作出授权的文件名称或者文号，如“常编办发〔2014〕9号 第二条”。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = access.policy()
        self.relation.choices = [(one, words.label("relation", one)) for one in RELATIONS]
        self.how.choices = [(one, labels.HOW[one]) for one in HOWS if one in labels.HOW]

    def in_own_words(self) -> None:
        """Say what is wrong with a date in our own words (WTForms says it in English)."""
        for field in (self.since, self.until):
            if field.errors and field.raw_data and field.raw_data[0]:
                field.errors = [str(_l("请按“2014-11-24”的样式填写日期。"))]
        for field in (self.relation, self.how):
            if field.errors:
                field.errors = [str(REQUIRED)]


class EndForm(ScopedForm):
    """How and why a grant ends before its day."""

    mode = RadioField(
        _l("何时终止"),
        [NEEDED],
        choices=[("now", _l("立即终止")), ("day", _l("到所选日期为止"))],
        default="now",
    )
    last = DateField(_l("最后一天"), [validators.Optional()])
    reason = TextAreaField(
        _l("终止理由"),
        [NEEDED, clean_text, validators.Length(max=rules.REASON_LIMIT)],
        filters=[_stripped],
    )

    def last_day(self) -> date | None:
        """None: at once."""
        return self.last.data if self.mode.data == "day" else None
