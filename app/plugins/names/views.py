"""Flask-AppBuilder CRUD over the register; punycode and kind follow from the name."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l

from app.foundation import clock
from app.foundation.admin.formatters import Cell
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.lookup import Lookup
from app.foundation.admin.views import ScopedModelView
from app.foundation.tenancy.models import Unit
from app.kernel.errors import Invalid
from app.plugins.names import labels, queries, rules, tasks
from app.plugins.names.models import DomainRecord

FORM = ["unit", "domain", "registered_on", "expires_on", "working"]


def _expiry(value: date) -> Cell:
    """The last registered day; one that has passed is marked."""
    shown = f"{value:%Y-%m-%d}"
    if value < clock.today():
        return Cell(str(_l("%(day)s 已过期", day=shown)), "r", chip=True)
    return Cell(shown)


class DomainView(ScopedModelView):
    """The names of an office's units."""

    route_base = "/domains"
    datamodel = ScopedInterface(DomainRecord)
    obj = "domain"
    list_title = _l("网上名称登记")
    add_title = _l("登记网上名称")
    edit_title = _l("修改网上名称登记")
    show_title = _l("网上名称")
    list_columns = ["domain", "unit.name", "kind", "expires_on", "working"]
    show_columns = ["domain", "ascii", "kind", "unit.name", "registered_on", "expires_on", "working"]
    add_columns = FORM
    edit_columns = FORM
    label_columns = {
        "unit": _l("注册单位"),
        "unit.name": _l("注册单位"),
        "domain": _l("域名"),
        "ascii": _l("编码（Punycode）"),
        "kind": _l("类别"),
        "registered_on": _l("注册日期"),
        "expires_on": _l("到期日期"),
        "working": _l("能正常使用"),
    }
    description_columns = {
        "domain": _l("中文域名填写汉字，连同后缀，例如“某某市教育局.政务”；编码由系统计算。"),
        "expires_on": _l("注册的最后一天，当天仍然有效；续费后改为新的到期日期。"),
        "working": _l("域名能够正常解析。不能正常使用的，单位不能据以提交申请（通知第三条）。"),
    }
    search_columns = ["domain", "ascii", "kind", "expires_on", "working"]
    order_columns = ["domain", "expires_on"]
    base_order = ("id", "desc")
    chips = {"kind": labels.KIND}
    lookups = {"unit": Lookup(Unit, search=("name", "account"))}
    formatters_columns = {"expires_on": _expiry}
    list_empty = _l("本范围内还没有登记网上名称")
    list_hint = _l("由机构编制部门综合岗或者注册管理中心登记；单位提交申请时据此核对中文域名是否有效。")

    def pre_add(self, item: DomainRecord) -> None:
        """Derive the ASCII form and the kind; refuse a name registered already or days out of order."""
        domain, item.kind = rules.read(item.domain)
        item.domain, item.ascii = domain.unicode, domain.ascii
        if queries.is_taken(item.ascii, item.id):
            raise rules.taken()
        findings = list(rules.day_findings(item.registered_on, item.expires_on))
        if findings:
            raise Invalid(findings)

    def pre_update(self, item: DomainRecord) -> None:
        """As for a new one."""
        self.pre_add(item)

    def post_add(self, item: DomainRecord) -> None:
        """What waited for this name is done."""
        tasks.settle(item.unit_id, (item.ascii,))

    def post_update(self, item: DomainRecord) -> None:
        """As for a new one."""
        self.post_add(item)
