"""填报分工: who fills in for each unit of an office, by which rule, and giving it to another desk."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.formatters import Cell
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedModelView, ScopedView, expose, has_access
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office, Unit
from app.kernel.errors import N_, Finding, Invalid, Refusal
from app.plugins.establishment.labels import NATURE, RANK
from app.plugins.surveys import desks, offices, shown
from app.plugins.surveys.rules import REASON_LONGEST

_KEPT = "filing_desks"
NO_DESK = Finding("desk", N_("这些网站由科室承办，请选择改由哪个科室填报。"), code="desk-missing")


class UndertakenListView(ScopedModelView):
    """Units with whoever fills in for them."""

    route_base = "/filing"
    datamodel = ScopedInterface(Unit)
    obj = "unit"
    base_permissions = ["can_list"]
    list_title = _l("填报分工")
    list_columns = ["name", "account", "rank", "supervisor_name", "filing_path"]
    label_columns = {
        "name": _l("单位名称"),
        "account": _l("单位账号"),
        "nature": _l("单位性质"),
        "rank": _l("单位规格"),
        "supervisor_name": _l("主管部门"),
        "filing_path": _l("由谁填报"),
    }
    search_columns = ["name", "account", "rank", "nature"]
    order_columns = ["name", "account"]
    base_order = ("account", "asc")
    chips = {"rank": RANK, "nature": NATURE}
    list_empty = _l("本范围内还没有登记单位")
    list_hint = _l("单位登记后，按规格、主管部门和所属层级确定由谁填报。")

    def row_url(self, row: Unit) -> str:
        """Where the rule stands and may be departed from."""
        return url_for("UndertakingView.page", pk=row.id)

    def _page_of(self, *asked: Any) -> Any:
        """The page's rows, and the names of their desks in one statement."""
        rows, count, page = super()._page_of(*asked)
        g.setdefault(_KEPT, {}).update(offices.by_path({row.filing_path for row in rows if row.filing_path}))
        return rows, count, page

    def cells(self, one: Unit, columns: Any) -> tuple[Cell, ...]:
        """The row's own cells, with the desk by its name."""
        drawn = dict(zip(columns, super().cells(one, columns), strict=True))
        desk = g.get(_KEPT, {}).get(one.filing_path)
        said = desk.short_name if desk is not None else str(_("本单位政工人事部门"))
        drawn["filing_path"] = Cell(said, name="filing_path")
        return tuple(drawn[name] for name in columns)


class UndertakingView(ScopedView):
    """One unit: the rule, its sites carried by desks, what was decided before, and deciding anew."""

    route_base = "/filing"
    obj = "unit"
    acts = {"page": "see", "reassign": "edit"}
    targets = {
        "pk": Unit,
        "reassign.desk": Row(Office, enough=False),
        "reassign.of": Row(Office, enough=False),
    }
    default_view = "page"

    @expose("/<int:pk>/")
    @has_access
    def page(self, pk: int) -> str:
        """Who fills in, by which rule, since when."""
        return self._page(desks.unit_of(pk))

    @expose("/<int:pk>/", methods=["POST"])
    @has_access
    def reassign(self, pk: int) -> Any:
        """Give it to another desk; without a reason the page comes back with what was chosen."""
        reason, of = request.form.get("reason", ""), request.form.get("of", "")
        try:
            with transaction():
                unit, actor = desks.unit_of(pk), current_actor()
                desk = _desk(request.form.get("desk", ""))
                carrier = _desk(of)
                if carrier is None:
                    desks.reassign(unit, desk, reason, actor=actor)
                elif desk is None:
                    raise Invalid([NO_DESK])
                else:
                    desks.reassign_sites(unit, carrier, desk, reason, actor=actor)
        except (Invalid, Refusal) as refused:
            if not isinstance(refused, Invalid) and refused.field is None:
                raise
            found = refused.findings if isinstance(refused, Invalid) else [refused.finding()]
            return make_response(self._page(desks.unit_of(pk), found), refused.status)
        flash(_("已调整填报科室，原科室和新科室均已告知。"), "success")
        return redirect(url_for("UndertakingView.page", pk=pk))

    def _page(self, unit: Unit, findings: Any = ()) -> str:
        rule, source = shown.filing_rule(unit.id)
        may, carried = access.can(current_actor(), "unit", "edit", unit), desks.carried(unit)
        offered = [(str(one.id), one.name) for one in desks.choices(unit)] if may else []
        whole = [("", _("单位的摸底调查表和申请"))]
        return self.render_template(
            "surveys/filing.html",
            unit=unit,
            rank=RANK[unit.rank],
            rule=rule,
            source=source,
            carried=carried,
            things=whole + [(str(one.id), _("由%(desk)s填报的网站", desk=one.short_name)) for one in carried],
            choices=[("", _("按规定确定")), *offered] if offered else [],
            may=may,
            story=[one for one in audit.timeline(unit) if one.verb == desks.VERB],
            findings=list(findings),
            typed=request.form,
            reason_longest=REASON_LONGEST,
        )


def may_arrange() -> bool:
    """Whether some post of the actor's lets him say who fills in."""
    return access.may(current_actor(), "unit", "edit")


def _desk(raw: str) -> Office | None:
    """The desk that was chosen; None where none was.

    Raises:
        NotSeen: there is none of that number.
    """
    if not raw:
        return None
    key = arguments.key(raw)
    found = db.session.get(Office, key) if key is not None else None
    if found is None:
        raise arguments.unseen()
    return found
