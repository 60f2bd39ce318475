"""Adding, changing and deleting one row: require, validate, write, remember; one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError

from app.foundation import access, audit
from app.foundation.access import ForeignWrite, current_actor
from app.foundation.admin import conflicts
from app.foundation.admin.formatters import text_of
from app.foundation.admin.forms import ScopedForm
from app.foundation.admin.lookup import FIND, LookupField, read_term
from app.foundation.database import transaction
from app.kernel.errors import N_, AccessDenied, Finding, Invalid, NotSeen, Refusal, Stale

BOOKKEEPING = frozenset({"version", "created_at", "updated_at"})


class Again(Exception):
    """The form is shown again with whatever was typed; ``status`` says why."""

    def __init__(self, form: ScopedForm, status: int) -> None:
        super().__init__(status)
        self.form = form
        self.status = status


def snapshot(row: Any) -> dict[str, Any]:
    """A row's own columns as they may enter the record."""
    names = [one.key for one in inspect(row).mapper.column_attrs if one.key not in BOOKKEEPING]
    values = {name: getattr(row, name) for name in names}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def difference(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what changed, before and after."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}


def add(view: Any, act: str) -> Any:
    """Write a new row from the posted form and return it.

    Raises:
        Again: the form is wrong (422), or the row would lie outside the actor's reach (403).
    """

    def write(form: ScopedForm) -> Any:
        row = view.datamodel.obj()
        form.populate_obj(row)
        view.pre_add(row)
        view.datamodel.add(row)
        access.require(current_actor(), view.obj, act, row)
        audit.record(current_actor(), f"{view.obj}.added", row, after=snapshot(row))
        view.post_add(row)
        return row

    return _attempt(view, lambda: bound(view, view.add_form), write)


def edit(view: Any, pk: Any, act: str) -> Any:
    """Write the posted form over a row and return it.

    Raises:
        NotSeen, AccessDenied: the row is unseen, or seen but not the actor's to change.
        Again: the form is wrong (422), or somebody else changed the row meanwhile (409).
    """

    def write(form: ScopedForm) -> Any:
        row, before = form.row, snapshot(form.row)
        form.populate_obj(row)
        view.pre_update(row)
        view.datamodel.edit(row)
        access.require(current_actor(), view.obj, act, row)
        old, new = difference(before, snapshot(row))
        if new:
            audit.record(current_actor(), f"{view.obj}.edited", row, before=old, after=new)
        view.post_update(row)
        return row

    return _attempt(view, lambda: bound(view, view.edit_form, allowed(view, pk, act)), write)


def delete(view: Any, pk: Any, act: str) -> None:
    """Delete a row.

    Raises:
        NotSeen, AccessDenied: the row is unseen, or seen but not the actor's to delete.
        Refusal: other rows still hold on to it.
    """
    try:
        with transaction():
            row = allowed(view, pk, act)
            view.pre_delete(row)
            audit.record(current_actor(), f"{view.obj}.deleted", row, before=snapshot(row))
            view.datamodel.delete(row)
            view.post_delete(row)
    except IntegrityError as error:
        raise Refusal("still-needed", N_("此记录还有其他内容在使用，不能删除。")) from error
    except (ForeignWrite, StaleDataError) as error:
        raise (_refusal(view, error) or error) from error


def allowed(view: Any, pk: Any, act: str) -> Any:
    """A row the actor sees and may ``act`` on.

    Raises:
        NotSeen, AccessDenied: as they say.
    """
    row = view.datamodel.seen(pk, view.edit_columns)
    access.require(current_actor(), view.obj, act, row)
    return row


def bound(view: Any, kind: type[ScopedForm], row: Any = None) -> ScopedForm:
    """A form of the view, filled from the request or from the row."""
    form = kind(obj=row)
    form.row = row
    for field in form.lookups():
        field.endpoint = view.endpoint
        if row is not None:
            foreign = view.datamodel.get_relation_fk(field.column)
            field.keep(getattr(row, inspect(row).mapper.get_property_by_column(foreign).key))
    return form


def _attempt(view: Any, make: Callable[[], ScopedForm], write: Callable[[ScopedForm], Any]) -> Any:
    """Run ``write`` over a valid form in one transaction; what fails once there is a form returns to that form."""
    form: ScopedForm | None = None
    try:
        with transaction():
            form = make()
            if FIND in request.form:
                _search(form)
            _ensure_current(form)
            if not form.validate():
                raise Again(form, 422)
            view.process_form(form, form.row is None)
            return write(form)
    except (Refusal, SQLAlchemyError) as error:
        refusal = _refusal(view, error)
        if form is None or refusal is None:
            raise
        form.accuse(_sayings(refusal))
        raise Again(form, 422 if isinstance(refusal, NotSeen) else refusal.status) from error


def _search(form: ScopedForm) -> None:
    """The 查找 button: show the form again with what was found, nothing judged and nothing written."""
    wanted = request.form[FIND]
    for field in form.lookups():
        if field.name == wanted:
            field.search(read_term(f"{field.name}-term"))
    raise Again(form, 200)


def _ensure_current(form: ScopedForm) -> None:
    """Compare the version the form was made from; show both versions, and let a second save say which to take."""
    if form.row is None or "version" not in form:
        return
    posted = form.version.posted
    if posted is None:
        form.accuse([("", _("表单不完整，请刷新页面后重新填写。"))])
        raise Again(form, 422)
    if posted == form.row.version and not conflicts.unsettled():
        _take_theirs(form)
        return
    form.conflicts = _conflicts(form)
    form.accuse([(one.name, _("现在的内容是：%(value)s", value=one.theirs)) for one in form.conflicts])
    form.version.data = str(form.row.version)
    form.accuse(
        [
            (
                "",
                _(
                    "您打开表单之后，他人修改了这条记录，本次没有保存。请逐项选择采用他人保存的还是您填写的，再保存一次。"
                ),
            )
        ]
    )
    raise Again(form, Stale.status)


def _conflicts(form: ScopedForm) -> list[conflicts.Conflict]:
    """Every field in which what is saved now differs from what was typed."""
    found = []
    for field in form:
        if field.name == "version" or not hasattr(form.row, field.name):
            continue
        theirs, label = getattr(form.row, field.name), str(field.label.text)
        if isinstance(field, LookupField):
            if field.key != field.kept:
                found.append(conflicts.Conflict(field.name, label, text_of(theirs), field.chosen()))
        elif field.data != theirs:
            words = dict(getattr(field, "choices", None) or ())
            said = [text_of(words.get(value, value)) for value in (theirs, field.data)]
            found.append(conflicts.Conflict(field.name, label, *said))
    return found


def _take_theirs(form: ScopedForm) -> None:
    """Where the other's version was chosen, the field is what the row holds."""
    for field in form:
        if not conflicts.takes_theirs(field.name) or field.name == "version":
            continue
        if hasattr(form.row, field.name):
            value = getattr(form.row, field.name)
            field.process_data(value)
            field.raw_data = [field.raw if isinstance(field, LookupField) else text_of(value)]


def _refusal(view: Any, error: Exception) -> Refusal | None:
    """What went wrong, as something to say; None for a fault of ours."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, ForeignWrite):
        return AccessDenied("foreign-write", N_("保存后这条记录会落在您的管辖范围之外，没有保存任何内容。"))
    if isinstance(error, StaleDataError):
        return Stale("stale", N_("他人刚刚修改了这条记录，本次没有保存，请刷新后重试。"))
    if isinstance(error, IntegrityError):
        column = _collided(view, error)
        if column is None:
            return Refusal("unfit", N_("填写的内容与已有记录冲突，或者不符合要求，没有保存。"))
        return Refusal("duplicate", N_("与已有记录重复，请核对。"), field=column)
    if isinstance(error, DBAPIError) and type(error).__name__ == "DataError":
        return Refusal("unfit", N_("填写的内容超出了允许的范围，没有保存。"))
    return None


def _collided(view: Any, error: IntegrityError) -> str | None:
    """The column of a unique constraint that was hit, where the database says which."""
    table = view.datamodel.obj.__table__
    text = str(error.orig)
    if "UNIQUE constraint failed: " in text:
        return text.partition("UNIQUE constraint failed: ")[2].split(",")[0].strip().rpartition(".")[2]
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    for one in (*table.constraints, *table.indexes):
        if name and one.name == name and getattr(error.orig, "sqlstate", "") == "23505":
            return str(next(iter(one.columns)).name)
    return None


def _sayings(refusal: Refusal) -> list[tuple[str, str]]:
    """A refusal as field and sentence, each with its source."""
    found: tuple[Finding | Refusal, ...] = refusal.findings if isinstance(refusal, Invalid) else (refusal,)
    return [(one.field or "", _said(one)) for one in found]


def _said(one: Finding | Refusal) -> str:
    text = str(_(one.message, **one.params))
    return str(_("%(text)s（%(source)s）", text=text, source=one.source)) if one.source else text
