"""What a view may not ask for: the start stops and names the view and the column."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import true
from wtforms import StringField

from app.foundation.admin.access_map import ViewRefused
from app.foundation.admin.api import ScopedApi
from app.foundation.admin.forms import ScopedForm
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.lookup import Lookup
from app.foundation.admin.views import ScopedModelView
from app.foundation.tenancy.models import Office, Person, Site, Unit

LABELS = {
    name: name
    for name in (
        *(
            "name",
            "unit",
            "unit.name",
            "host_desk",
            "ip",
            "state",
            "version",
            "review_path",
            "filing_path",
            "id",
        ),
        *(
            "province_id",
            "city_id",
            "county_id",
            "unit_id",
            "host_desk_id",
            "path",
            "filing_desk",
            "settings",
        ),
        *("mobile", "last_name"),
    )
}
GOOD = {
    "datamodel": ScopedInterface(Site),
    "obj": "unit",
    "list_columns": ["name"],
    "show_columns": ["name"],
    "add_columns": ["name", "unit"],
    "edit_columns": ["name"],
    "label_columns": LABELS,
    "lookups": {"unit": Lookup(Unit, search=("name",))},
}
OFFICES = ScopedInterface(Office, within=lambda _actor: true())
PEOPLE = ScopedInterface(Person, within=lambda _actor: true())


class OwnForm(ScopedForm):
    review_path = StringField()


class ForeignForm:
    pass


def start(app: Flask, base: type[Any], body: dict[str, Any], number: int = 0) -> None:
    name = f"Checked{number}"
    view = type(name, (base,), {"__module__": __name__, "route_base": f"/{name.lower()}", **body})
    with app.app_context():
        builder = app.extensions["appbuilder"]
        (builder.add_api if issubclass(base, ScopedApi) else builder.add_view_no_menu)(view)


def test_a_good_view_starts(app: Flask) -> None:
    start(app, ScopedModelView, GOOD)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"search_columns": ["unit"]}, "unit 是关联对象"),
        ({"search_columns": ["unit.name"]}, "unit.name 是关联对象"),
        ({"search_columns": ["facts_source"]}, "facts_source"),
        ({"order_columns": ["unit"]}, "unit 不能排序"),
        ({"base_order": ("unit.name", "asc")}, "unit.name 不能排序"),
        ({"list_columns": []}, "未写明 list_columns"),
        ({"list_columns": ["nonsense"]}, "nonsense 不存在"),
        ({"list_columns": ["unit.nonsense"]}, "unit.nonsense 不存在"),
        ({"show_columns": []}, "未写明 show_columns"),
        ({"edit_columns": []}, "未写明 edit_columns"),
        ({"label_columns": {"name": "名称"}}, "列 unit 没有名称"),
        *(({"add_columns": ["name", fact]}, f"不得出现 {fact}") for fact in ("review_path", "filing_path")),
        *(({"edit_columns": [fact]}, f"不得出现 {fact}") for fact in ("province_id", "city_id", "county_id")),
        ({"edit_columns": ["version"]}, "不得出现 version"),
        ({"add_columns": ["unit_id"]}, "不得直接填写键 unit_id"),
        ({"edit_columns": ["host_desk_id"]}, "不得直接填写键 host_desk_id"),
        ({"add_columns": ["id"]}, "不得直接填写键 id"),
        ({"add_columns": ["name", "host_desk"]}, "host_desk 没有写进 lookups"),
        (
            {"lookups": {"unit": Lookup(Office, search=("name",), within=lambda _a: true())}},
            "unit 的模型与关联不符",
        ),
        ({"add_form_extra_fields": {"state": StringField()}}, "不得出现 state"),
        ({"edit_form": OwnForm}, "不得出现 review_path"),
        ({"edit_form": ForeignForm}, "edit_form 须继承 ScopedForm"),
        ({"base_filters": [["name", None, "x"]]}, "base_filters 只管列表"),
        ({"datamodel": OFFICES, "add_columns": ["path"], "lookups": {}}, "不得出现 path"),
        (
            {"datamodel": OFFICES, "edit_columns": ["settings"], "add_columns": ["name"], "lookups": {}},
            "settings 的类型",
        ),
        ({"datamodel": OFFICES, "search_columns": ["settings"]}, "settings 不能比较"),
        ({"datamodel": PEOPLE, "list_columns": ["mobile"]}, "mobile 是加密的个人信息"),
        (
            {"datamodel": PEOPLE, "list_columns": ["last_name"], "search_columns": ["mobile"]},
            "mobile 不能比较",
        ),
        (
            {"datamodel": PEOPLE, "list_columns": ["last_name"], "order_columns": ["mobile"]},
            "mobile 不能排序",
        ),
    ],
)
def test_a_bad_view_stops_the_start(app: Flask, changed: dict[str, Any], said: str) -> None:
    body = {**GOOD, **changed}
    if changed.get("datamodel") in (OFFICES, PEOPLE):
        for form in ("show_columns", "add_columns", "edit_columns"):
            body[form] = changed.get(form) or changed.get("list_columns") or ["name"]
        body["show_columns"] = changed.get("list_columns", ["name"])
    with pytest.raises(ViewRefused, match="视图 Checked0") as refused:
        start(app, ScopedModelView, body)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"list_columns": []}, "未写明 list_columns"),
        ({"list_columns": ["id", "nonsense"]}, "nonsense 不存在"),
        ({"search_columns": ["unit"]}, "unit 是关联对象"),
        ({"order_columns": ["unit"]}, "unit 不能排序"),
        ({"datamodel": PEOPLE, "list_columns": ["id", "mobile"]}, "mobile 是加密的个人信息"),
    ],
)
def test_a_bad_api_stops_the_start(app: Flask, changed: dict[str, Any], said: str) -> None:
    body = {"datamodel": GOOD["datamodel"], "obj": "unit", "list_columns": ["id", "name"], **changed}
    with pytest.raises(ViewRefused, match="视图 Checked0") as refused:
        start(app, ScopedApi, body)
    assert said in str(refused.value)


def test_a_table_without_jurisdiction_needs_to_be_told_whose_rows_are_seen() -> None:
    with pytest.raises(TypeError, match="within"):
        ScopedInterface(Office)
    with pytest.raises(TypeError, match="within"):
        Lookup(Office, search=("name",))
    with pytest.raises(TypeError, match="search"):
        Lookup(Unit, search=())


def test_labels_of_one_app_do_not_leak_into_the_class(app: Flask) -> None:
    labels = {"name": "名称", "unit": "单位"}
    start(app, ScopedModelView, {**GOOD, "label_columns": labels}, number=1)
    assert labels == {"name": "名称", "unit": "单位"}


@pytest.mark.parametrize("route", ["delete/1", "download/x", "action/x/1", "action_post", "lookup/unit"])
def test_routes_nobody_asked_for_do_not_exist(app: Flask, browse: Any, route: str) -> None:
    body = {**GOOD, "base_permissions": ["can_list"], "lookups": {}}
    start(app, ScopedModelView, body, number=2)
    client = browse("wuling.clerk")
    assert client.get("/checked2/list/").status_code == 200
    for method in (client.get, client.post):
        assert method(f"/checked2/{route}").status_code == 404


@pytest.mark.parametrize("route", ["show/1", "add", "edit/1"])
def test_a_read_only_view_has_no_other_routes(app: Flask, browse: Any, route: str) -> None:
    start(app, ScopedModelView, {**GOOD, "base_permissions": ["can_list"], "add_columns": []}, number=3)
    client = browse("wuling.clerk")
    assert client.get(f"/checked3/{route}").status_code == 404
    assert client.post(f"/checked3/{route}", data={"name": "x"}).status_code == 404
