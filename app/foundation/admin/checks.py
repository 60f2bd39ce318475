"""What a view may not do, found at the start: each refusal names the view and the column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.fields.core import UnboundField

from app.foundation.admin.access_map import ViewRefused
from app.foundation.jurisdiction import FACTS

READ = frozenset({"list_columns", "show_columns"})
SERVER_SET = frozenset({*FACTS, "path", "state", "version"})


def view(one: Any) -> None:
    """Check a list-and-form view.

    Raises:
        ViewRefused: see the functions below.
    """
    columns(one, "list_columns", required=True)
    for method, names in (("show", "show_columns"), ("add", "add_columns"), ("edit", "edit_columns")):
        columns(one, names, required=one.opens(method))
    shown = {*one.list_columns, *one.show_columns, *one.search_columns, *one.add_columns, *one.edit_columns}
    for name in sorted(shown):
        if not one.label_columns.get(name):
            raise ViewRefused(type(one).__name__, f"列 {name} 没有名称：请写进 label_columns")
    searching(one)
    ordering(one)
    for form in ("add", "edit"):
        if one.opens(form):
            own = getattr(one, f"{form}_form")
            fields = (
                [name for name in dir(own) if isinstance(getattr(own, name), UnboundField)] if own else []
            )
            filling(
                one, [*getattr(one, f"{form}_columns"), *getattr(one, f"{form}_form_extra_fields"), *fields]
            )


def api(one: Any) -> None:
    """Check an API.

    Raises:
        ViewRefused: see the functions below.
    """
    columns(one, "list_columns", required=True)
    columns(one, "show_columns", required=False)
    searching(one)
    ordering(one)


def columns(one: Any, attribute: str, *, required: bool) -> None:
    """Columns are stated and exist: FAB would otherwise show all there are."""
    names = getattr(one, attribute) or []
    if required and not names:
        raise ViewRefused(type(one).__name__, f"未写明 {attribute}")
    for name in names:
        if not one.datamodel.knows(name):
            raise ViewRefused(type(one).__name__, f"{attribute} 中的 {name} 不存在")
        if attribute in READ and one.datamodel.is_encrypted(name):
            raise ViewRefused(type(one).__name__, f"{attribute} 中的 {name} 是加密的个人信息，不得直接显示")


def searching(one: Any) -> None:
    """A related table as a filter puts every row of it into the page; an encrypted column compares to nothing."""
    for name in one.search_columns:
        if "." in name or one.datamodel.is_relation(name):
            raise ViewRefused(type(one).__name__, f"search_columns 中的 {name} 是关联对象，不能用作筛选项")
        if not one.datamodel.is_mapped(name):
            raise ViewRefused(type(one).__name__, f"search_columns 中的 {name} 不是本表的列")
        if one.datamodel.is_encrypted(name) or one.datamodel.is_json(name):
            raise ViewRefused(type(one).__name__, f"search_columns 中的 {name} 不能比较")


def ordering(one: Any) -> None:
    """Only the table's own columns sort."""
    base = one.base_order[0] if one.base_order else None
    for name in (*one.order_columns, *([base] if base else [])):
        if not one.datamodel.is_mapped(name) or one.datamodel.is_encrypted(name):
            raise ViewRefused(type(one).__name__, f"order_columns 中的 {name} 不能排序")


def filling(one: Any, names: Iterable[str]) -> None:
    """Forms never carry what the server sets, nor a key that could point anywhere."""
    for name in names:
        if name in SERVER_SET:
            raise ViewRefused(type(one).__name__, f"表单中不得出现 {name}：由系统设定")
        if one.datamodel.is_pk(name) or one.datamodel.is_fk(name):
            raise ViewRefused(type(one).__name__, f"表单中不得直接填写键 {name}：请改用关联对象和 lookups")
        if one.datamodel.is_relation(name):
            _related(one, name)
        elif one.datamodel.is_mapped(name) and (one.datamodel.is_json(name) or one.datamodel.is_binary(name)):
            raise ViewRefused(type(one).__name__, f"表单不支持列 {name} 的类型")


def _related(one: Any, name: str) -> None:
    if not one.datamodel.is_relation_many_to_one(name):
        raise ViewRefused(type(one).__name__, f"表单中的 {name} 不是多对一关联")
    offered = one.lookups.get(name)
    if offered is None:
        raise ViewRefused(type(one).__name__, f"表单中的关联对象 {name} 没有写进 lookups")
    if offered.model is not one.datamodel.get_related_model(name):
        raise ViewRefused(type(one).__name__, f"lookups 中 {name} 的模型与关联不符")
