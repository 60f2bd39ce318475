"""Generated forms: our own fields for each column type, relations by look-up, nothing that only the server sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import BigInteger
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
    validators,
)

from app.foundation.admin import arguments
from app.foundation.admin.arguments import BIG_MAX, INT_MAX
from app.foundation.admin.conflicts import Conflict
from app.foundation.admin.lookup import LookupField
from app.foundation.clock import SHANGHAI, localise
from app.kernel.errors import Finding

REQUIRED = _l("请填写此项。")


class ScopedForm(FlaskForm):
    """A form over one row; ``findings()`` is what the summary on top shows."""

    form_errors: Any
    row: Any = None
    conflicts: Sequence[Conflict] = ()

    def findings(self) -> list[Finding]:
        """Every error with its field's label, in the order of the form."""
        found = [Finding("", str(error)) for error in self.form_errors]
        for field in self:
            label = "" if field.type == "VersionField" else str(field.label.text)
            for error in field.errors:
                found.append(Finding(field.name, f"{label}：{error}" if label else str(error)))
        return found

    def accuse(self, findings: Iterable[tuple[str, str]]) -> None:
        """Put errors found after validation beside their fields, or on top where there is no such field."""
        for name, text in findings:
            if name not in self:
                self.form_errors = [*self.form_errors, text]
                continue
            field = self[name]
            field.errors = [*field.errors, text]

    def lookups(self) -> list[LookupField]:
        """The relation fields."""
        return [field for field in self if isinstance(field, LookupField)]


class MomentField(DateTimeLocalField):
    """A moment typed on Beijing's wall clocks, stored aware."""

    def process_data(self, value: datetime | None) -> None:
        self.data = localise(value).replace(tzinfo=None) if value is not None else None

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, self.data.replace(tzinfo=SHANGHAI) if self.data is not None else None)


class VersionField(HiddenField):
    """The version the form was made from; it is compared, never written."""

    @property
    def posted(self) -> int | None:
        """The version sent along, or None where none or nonsense was."""
        return arguments.key(self.raw_data[0]) if self.raw_data else None

    def populate_obj(self, obj: Any, name: str) -> None:
        """The database counts by itself."""


def clean_text(_form: Any, field: Any) -> None:
    """Refuse text that no keyboard sends: control characters and failed decodings."""
    if isinstance(field.data, str) and arguments.unclean(field.data):
        raise ValidationError(_l("含有无法识别的字符，请使用 UTF-8 编码重新填写。"))


def finite(_form: Any, field: Any) -> None:
    """Refuse NaN, infinities and numbers no column holds."""
    if field.data is not None and not (
        Decimal(field.data).is_finite() and abs(Decimal(field.data)) < Decimal(10) ** 15
    ):
        raise ValidationError(_l("请填写一个范围内的数。"))


def form_class(
    view: Any, columns: Iterable[str], extra: dict[str, Any] | None = None, *, versioned: bool = False
) -> type[ScopedForm]:
    """A form with the named columns of a view's model, in their order."""
    extra = extra or {}
    fields: dict[str, Any] = {name: extra[name] if name in extra else _field(view, name) for name in columns}
    if versioned:
        fields["version"] = VersionField()
    return type(f"{type(view).__name__}Form", (ScopedForm,), fields)


def _field(view: Any, name: str) -> Any:
    datamodel = view.datamodel
    given = list(view.validators_columns.get(name, []))
    common = {"label": view.label_columns[name], "description": view.description_columns.get(name, "")}
    if datamodel.is_relation(name):
        need = validators.Optional() if datamodel.is_nullable(name) else validators.InputRequired(REQUIRED)
        return LookupField(validators=[need, *given], lookup=view.lookups[name], column=name, **common)
    if name in view.chips:
        return _choice(view, name, given, common)
    return _typed(datamodel, name, given, common)


def _choice(view: Any, name: str, given: list[Any], common: dict[str, Any]) -> SelectField:
    blank = view.datamodel.is_nullable(name)
    choices = [
        (value, entry[0] if isinstance(entry, tuple) else entry) for value, entry in view.chips[name].items()
    ]
    need = validators.Optional() if blank else validators.InputRequired(REQUIRED)
    return SelectField(
        choices=[("", _l("（未选择）")), *choices] if blank else choices,
        filters=[_none_if_blank] if blank else [],
        validators=[need, *given],
        default=view.datamodel.get_col_default(name),
        **common,
    )


def _typed(datamodel: Any, name: str, given: list[Any], common: dict[str, Any]) -> Any:
    common["default"] = datamodel.get_col_default(name)
    if datamodel.is_boolean(name):
        return BooleanField(validators=given, **common)
    if datamodel.is_text(name) or datamodel.is_string(name):
        return _words(datamodel, name, given, common)
    need = validators.Optional() if datamodel.is_nullable(name) else validators.InputRequired(REQUIRED)
    if datamodel.is_integer(name):
        limit = BIG_MAX if isinstance(datamodel.list_columns[name].type, BigInteger) else INT_MAX
        between = validators.NumberRange(-limit, limit, _l("请填写一个范围内的整数。"))
        return IntegerField(validators=[need, between, *given], **common)
    if datamodel.is_numeric(name) or datamodel.is_float(name):
        return DecimalField(validators=[need, finite, *given], places=None, **common)
    if datamodel.is_datetime(name):
        return MomentField(
            validators=[need, *given], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **common
        )
    if datamodel.is_date(name):
        return DateField(validators=[need, *given], **common)
    raise TypeError(f"{datamodel.obj.__name__}.{name}: no form field for this column type")


def _words(datamodel: Any, name: str, given: list[Any], common: dict[str, Any]) -> Any:
    """Text may stay empty where the column says what empty means: NULL, or a default."""
    blank = datamodel.is_nullable(name) or datamodel.list_columns[name].default is not None
    rules = [validators.Optional() if blank else validators.InputRequired(REQUIRED), clean_text]
    longest = datamodel.get_max_length(name)
    if longest > 0:
        rules.append(validators.Length(max=longest, message=_l("不超过 %(max)d 个字。", max=longest)))
    kind = TextAreaField if datamodel.is_text(name) and not datamodel.is_encrypted(name) else StringField
    strip = [_stripped, _none_if_blank] if datamodel.is_nullable(name) else [_stripped]
    return kind(validators=[*rules, *given], filters=strip, **common)


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _none_if_blank(value: Any) -> Any:
    return None if value == "" else value
