"""Every exposed method stands behind a policy pair, or the start stops with its name."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.foundation import access
from app.foundation.admin import access_map
from app.foundation.admin.access_map import ViewRefused
from app.foundation.admin.views import PublicView, ScopedView, expose, has_access


def make(name: str, **body: Any) -> type[ScopedView]:
    """A view class with its own name, so that tests do not meet in the register."""
    return type(name, (ScopedView,), {"route_base": f"/{name.lower()}", "__module__": __name__, **body})


@expose("/go")
@has_access
def go(self: Any) -> str:
    return "ok"


@expose("/bare")
def bare(self: Any) -> str:
    return "ok"


def register(app: Flask, view: Any) -> None:
    with app.app_context():
        app.extensions["appbuilder"].add_view_no_menu(view)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"obj": "unit", "go": go}, "方法 go 没有对应的动作"),
        ({"obj": "unit", "acts": {"go": "fly"}, "go": go}, "方法 go 对应 unit.fly"),
        ({"obj": "nonsense", "acts": {"go": "see"}, "go": go}, "方法 go 对应 nonsense.see"),
        ({"obj": "unit", "bare": bare}, "方法 bare 已开放网址，却没有 @has_access"),
        ({"acts": {"go": "see"}, "go": go}, "未写明对象"),
    ],
)
def test_a_method_without_a_policy_pair_stops_the_start(app: Flask, body: dict[str, Any], said: str) -> None:
    view = make("Refused", **body)
    with pytest.raises(ViewRefused, match="视图 Refused") as refused:
        register(app, view)
    assert said in str(refused.value)


def test_methods_resolve_to_pairs(app: Flask) -> None:
    @expose("/list/")
    @has_access
    def list_(self: Any) -> str:
        return "ok"

    list_._permission_name = "list"
    register(app, make("Resolved", obj="unit", acts={"go": "edit"}, go=go, list=list_))
    assert access_map.lookup("Resolved", "can_go") == ("unit", "edit")
    assert access_map.lookup("Resolved", "can_list") == ("unit", "see")
    assert access_map.lookup("Resolved", "can_delete") is None
    assert access_map.lookup("Elsewhere", "can_list") is None
    assert ("can_go", "Resolved", "unit", "edit") in set(access_map.pairs())


def test_one_name_cannot_inherit_the_rights_of_another_class(app: Flask) -> None:
    register(app, make("Twin", obj="unit", acts={"go": "edit"}, go=go))
    other = type(
        "Twin", (ScopedView,), {"obj": "unit", "acts": {"go": "see"}, "go": go, "__module__": "elsewhere"}
    )
    with pytest.raises(ViewRefused, match="名称已被"):
        register(app, other)


def test_registering_again_forgets_what_the_class_no_longer_offers(app: Flask) -> None:
    view = make("Shrinking", obj="unit", acts={"go": "edit"}, go=go)
    with app.app_context():
        access_map.register(view)
        view.go = None  # type: ignore[attr-defined]
        access_map.register(view)
    assert access_map.lookup("Shrinking", "can_go") is None


def test_only_public_views_are_public(app: Flask) -> None:
    with app.app_context():
        assert access_map.is_public("OpenProbe")
        assert not access_map.is_public("UnitProbe")
        assert not access_map.is_public("NoSuchView")


def test_a_menu_entry_opens_by_the_pairs_below_it(app: Flask, browse: Any) -> None:
    with app.app_context():
        assert access_map.menu_pairs("UnitProbe") == (("unit", "see"),)
        assert access_map.menu_pairs("探针") == (("unit", "see"),)
        assert access_map.menu_pairs("没有") == ()
        with access.acting_as(access.NOBODY):
            assert access_map.lookup("探针", "menu_access") == ("unit", "see")
    assert "UnitProbe" in browse("wuling.clerk").get("/probe-units/list/").text
    menu = browse("wuling.clerk").get("/api/v1/menu/").get_json()["result"]
    assert any(entry["name"] == "探针" for entry in menu)
    assert browse(None).get("/api/v1/menu/").get_json()["result"] == []


def test_a_menu_entry_named_like_a_view_does_not_make_that_view_public(app: Flask) -> None:
    class Guarded(ScopedView):
        obj = "unit"
        acts = {"go": "edit"}
        route_base = "/guarded"

        @expose("/")
        @has_access
        def go(self) -> str:
            return "ok"

    class Opened(PublicView):
        route_base = "/opened"
        default_view = "go"

        @expose("/")
        def go(self) -> str:
            return "ok"

    with app.app_context():
        builder = app.extensions["appbuilder"]
        builder.add_view_no_menu(Guarded)
        builder.add_view(Opened, "Opened entry", category="Guarded")
        assert not access_map.is_public("Guarded")
        assert access_map.is_public("Opened")
