"""Views as a plugin would write them, over the units and sites that every installation has."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask_babel import lazy_gettext as _l

from app.foundation import access
from app.foundation.admin.api import ScopedApi
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.lookup import Lookup
from app.foundation.admin.views import PublicView, ScopedModelView, ScopedView, action, expose, has_access
from app.foundation.tenancy.models import Office, Site, Unit
from app.kernel.errors import N_, Refusal

NATURES = {"organ": (_l("机关"), "b"), "institution": _l("事业单位")}


def own_level(actor: access.Actor) -> Any:
    """Offices at which the actor holds a post."""
    return Office.path.in_([post.path for post in actor.posts])


class SiteProbe(ScopedModelView):
    route_base = "/probe-sites"
    datamodel = ScopedInterface(Site)
    title = _l("网站")
    obj = "unit"
    acts = {"delete": "edit"}
    list_columns = ["name", "unit", "unit.account", "host_desk"]
    show_columns = ["name", "unit.name", "english_domain", "review_path"]
    add_columns = ["name", "unit", "host_desk", "english_domain", "hosting", "active"]
    edit_columns = ["name", "unit", "host_desk", "english_domain", "hosting", "active"]
    search_columns = ["name", "active", "created_at"]
    chips = {"hosting": {"own": _l("自建"), "hosted": _l("托管")}}
    lookups = {
        "unit": Lookup(Unit, search=("name", "account"), act="edit"),
        "host_desk": Lookup(Office, search=("name",), within=own_level),
    }
    label_columns = {
        "name": _l("网站名称"),
        "unit": _l("单位"),
        "unit.name": _l("单位"),
        "unit.account": _l("账号"),
        "host_desk": _l("托管机构"),
        "english_domain": _l("英文域名"),
        "hosting": _l("建设方式"),
        "active": _l("在用"),
        "review_path": _l("审核机构"),
        "created_at": _l("登记时间"),
    }

    def pre_add(self, item: Site) -> None:
        if item.name == "被拒":
            raise Refusal(
                "refused", N_("名称“%(name)s”不可用。"), source="办法第九条", field="name", name=item.name
            )


class UnitProbe(ScopedModelView):
    route_base = "/probe-units"
    datamodel = ScopedInterface(Unit)
    title = _l("单位")
    obj = "unit"
    acts = {"rename": "edit", "peek": "see"}
    base_permissions = ["can_list", "can_show"]
    list_columns = [
        "name",
        "account",
        "nature",
        "administrative",
        "home.short_name",
        "supervisor",
        "created_at",
    ]
    show_columns = ["name", "account", "nature", "credit_code"]
    search_columns = ["name", "account", "nature", "administrative", "created_at"]
    order_columns = ["name", "account", "rank"]
    chips = {"nature": NATURES}
    related_views = [SiteProbe]
    list_empty = _l("还没有登记单位")
    list_hint = _l("请先登记。")
    label_columns = {
        "name": _l("单位名称"),
        "account": _l("账号"),
        "nature": _l("性质"),
        "administrative": _l("行政职能"),
        "home.short_name": _l("审核机构"),
        "supervisor": _l("主管单位"),
        "created_at": _l("登记时间"),
        "credit_code": _l("信用代码"),
    }

    @action("rename", _l("改名"), _l("确定改名？"))
    def rename(self, items: Any) -> None:
        for item in items if isinstance(items, list) else [items]:
            item.short_name = "改过"

    @action("peek", _l("看一看"), single=False)
    def peek(self, items: list[Unit]) -> Any:
        return jsonify(seen=[item.name for item in items])


class PageProbe(ScopedView):
    route_base = "/probe-pages"
    obj = "unit"
    acts = {"stamp": "edit"}
    default_view = "show"
    lookups = {"unit": Lookup(Unit, search=("name", "account"))}

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        return jsonify(pk=pk)

    @expose("/stamp", methods=["POST"])
    @has_access
    def stamp(self) -> Any:
        return jsonify(back=self.get_redirect())


class OpenProbe(PublicView):
    route_base = "/probe-open"
    default_view = "show"

    @expose("/")
    def show(self) -> str:
        return "公开"


class UnitProbeApi(ScopedApi):
    resource_name = "probe-units"
    datamodel = ScopedInterface(Unit)
    obj = "unit"
    list_columns = ["id", "review_path", "name", "account", "home.short_name", "administrative", "created_at"]
    search_columns = ["name", "account", "administrative", "created_at"]
    order_columns = ["name", "account"]


VIEWS = (SiteProbe, UnitProbe)
