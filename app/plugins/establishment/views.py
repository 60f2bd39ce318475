"""Flask-AppBuilder CRUD over units and sites; jurisdiction is derived, never typed."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.foundation import access
from app.foundation.admin.api import ScopedApi
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.lookup import Lookup
from app.foundation.admin.views import ScopedModelView
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.accounts import next_account
from app.foundation.tenancy.models import Office, Site, Unit
from app.foundation.tenancy.routing import MEASURES_5
from app.kernel import paths
from app.kernel.errors import N_, Refusal
from app.plugins.establishment import labels, rules

UNIT_LABELS = {
    "account": _l("单位账号"),
    "name": _l("单位名称（批准全称）"),
    "short_name": _l("简称"),
    "nature": _l("单位性质"),
    "rank": _l("单位规格"),
    "supervisor": _l("主管部门（已登记的单位）"),
    "supervisor_name": _l("主管部门（全称）"),
    "management": _l("管理体制"),
    "home": _l("所属层级"),
    "home.short_name": _l("所属层级"),
    "located_in": _l("所在地区划代码"),
    "address": _l("单位地址"),
    "postcode": _l("邮政编码"),
    "functions": _l("主要职能"),
    "administrative": _l("具有行政管理职能"),
    "credit_code": _l("统一社会信用代码"),
    "approval_no": _l("批准设立文号"),
    "reform": _l("涉及机构改革（按现状填报）"),
    "active": _l("在册"),
}
UNIT_FORM = [
    "name", "short_name", "nature", "rank", "home", "management", "supervisor", "supervisor_name", "approval_no",
    "functions", "administrative", "address", "postcode", "located_in", "credit_code", "reform", "active",
]  # fmt: skip


def _own_level(actor: access.Actor) -> Any:
    """Offices a unit may be registered under: the actor's own, and the desks guided from it (S6)."""
    own = [post.office_id for post in actor.posts if post.office_id is not None]
    guided = (Office.desk_kind == "guided") & Office.parent_id.in_(own)
    return Office.active.is_(True) & (Office.id.in_(own) | guided)


def _desks_above(actor: access.Actor) -> Any:
    """Filing desks that stand beside the actor's office or one above it: where a site may be carried."""
    near = {path for post in actor.posts for path in (*paths.ancestors(post.path), post.path)}
    beside = Office.parent.has(Office.path.in_(near))
    return Office.active.is_(True) & (Office.desk_kind == "filing") & beside


def _ensure_still_ours(unit: Unit) -> None:
    """A unit may not be moved to where another office decides.

    Raises:
        Refusal: the management or level chosen puts the unit under another reviewing office (C-art.5).
    """
    if not access.can(access.current_actor(), "unit", "edit", unit):
        raise Refusal(
            "unit-elsewhere",
            N_("按所选管理体制和层级，该单位由其他机构编制部门审核，应由其登记。请核对后重选。"),
            source=MEASURES_5,
            field="management",
        )


class UnitView(ScopedModelView):
    """Units of an office; a new one gets the next national account number."""

    route_base = "/units"
    datamodel = ScopedInterface(Unit)
    obj = "unit"
    list_title = _l("单位")
    add_title = _l("登记单位")
    edit_title = _l("修改单位登记")
    show_title = _l("单位登记")
    list_columns = ["name", "account", "nature", "rank", "home.short_name", "management"]
    show_columns = ["account", *(c for c in UNIT_FORM if c not in {"home", "supervisor"}), "home.short_name"]
    add_columns = UNIT_FORM
    edit_columns = UNIT_FORM
    label_columns = UNIT_LABELS
    search_columns = ["name", "account", "nature", "rank", "management"]
    order_columns = ["name", "account"]
    base_order = ("account", "asc")
    chips = {"nature": labels.NATURE, "rank": labels.RANK, "management": labels.MANAGEMENT}
    lookups = {
        "home": Lookup(Office, search=("name", "short_name"), within=_own_level),
        "supervisor": Lookup(Unit, search=("name", "account")),
    }
    list_empty = _l("本范围内还没有登记单位")
    list_hint = _l("由机构编制部门综合岗登记本级单位；登记后系统按管理体制和层级确定审核机关。")
    description_columns = {
        "home": _l("单位由哪一级机构编制部门管理。审核机关和填报责任由此推定，不需填写。"),
        "name": _l("经法定程序批准的全称。"),
        "short_name": _l("规范简称，可以写几个，用“、”隔开；网站名称可以使用这里登记的简称。"),
        "supervisor": _l("规格较低、由主管部门政工科（人事科）协调落实的单位，须选择主管部门。"),
    }

    def pre_add(self, item: Unit) -> None:
        rules.ensure(rules.unit_findings(item.postcode, item.credit_code))
        item.account = next_account()
        tenancy.assign(item)
        _ensure_still_ours(item)

    def pre_update(self, item: Unit) -> None:
        rules.ensure(rules.unit_findings(item.postcode, item.credit_code))
        tenancy.assign(item)
        _ensure_still_ours(item)
        tenancy.reassign(item, actor=access.current_actor())


class SiteView(ScopedModelView):
    """Websites of units; the municipal portal has its own filing desk (S8)."""

    route_base = "/sites"
    datamodel = ScopedInterface(Site)
    obj = "unit"
    list_title = _l("网站")
    add_title = _l("登记网站")
    edit_title = _l("修改网站登记")
    show_title = _l("网站登记")
    list_columns = ["name", "unit.name", "chinese_domain", "english_domain", "hosting"]
    show_columns = ["name", "unit.name", "chinese_domain", "english_domain", "ip", "hosting", "active"]
    add_columns = [
        "unit",
        "name",
        "chinese_domain",
        "english_domain",
        "ip",
        "hosting",
        "host_desk",
        "filing_desk",
        "active",
    ]
    edit_columns = add_columns
    label_columns = {
        "name": _l("网站名称"),
        "unit": _l("开办单位"),
        "unit.name": _l("开办单位"),
        "chinese_domain": _l("中文域名"),
        "english_domain": _l("英文域名"),
        "ip": _l("IP地址"),
        "hosting": _l("建设方式"),
        "host_desk": _l("挂靠的网站"),
        "filing_desk": _l("填报责任单位（与开办单位不同时填写）"),
        "active": _l("在用"),
    }
    search_columns = ["name", "chinese_domain", "english_domain", "hosting"]
    order_columns = ["name"]
    base_order = ("id", "asc")
    chips = {"hosting": labels.HOSTING}
    lookups = {
        "unit": Lookup(Unit, search=("name", "account")),
        "host_desk": Lookup(Office, search=("name", "short_name"), within=_desks_above),
        "filing_desk": Lookup(Office, search=("name", "short_name"), within=_desks_above),
    }
    list_empty = _l("本范围内还没有登记网站")
    list_hint = _l("网站可由综合岗登记，也会在摸底调查表接收后补充。")

    def pre_add(self, item: Site) -> None:
        self.pre_update(item)

    def pre_update(self, item: Site) -> None:
        rules.ensure(rules.site_findings(item.chinese_domain, item.english_domain, item.ip))
        tenancy.assign_site(item)


class UnitsApi(ScopedApi):
    """``GET /api/v1/units/``."""

    resource_name = "units"
    obj = "unit"
    datamodel = ScopedInterface(Unit)
    list_columns = [
        "id", "account", "name", "short_name", "nature", "rank", "management", "supervisor_name", "address",
        "review_path", "filing_path", "active",
    ]  # fmt: skip
    search_columns = ["account", "name", "nature", "rank", "management", "review_path"]
    order_columns = ["id", "account", "name"]
