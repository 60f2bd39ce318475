"""催报, one unit or several ticked ones."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect
from flask_babel import gettext as _
from flask_babel import ngettext

from app.foundation.access import current_actor
from app.foundation.admin.each import each
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import transaction
from app.foundation.tenancy.models import Unit
from app.plugins.surveys import urging


class UrgeView(ScopedView):
    """For the office that reviews a unit, and those above it."""

    route_base = "/urge"
    obj = "survey"
    acts = {"one": "urge", "several": "urge"}
    targets = {"pk": Unit, "several.units": Row(Unit)}
    default_view = "several"

    @expose("/<int:pk>", methods=["POST"])
    @has_access
    def one(self, pk: int) -> Any:
        """Urge one unit."""
        with transaction():
            unit = urging.urge(urging.unit_of(pk), actor=current_actor()).unit
        flash(_("已催报%(unit)s。", unit=unit.name), "success")
        return redirect(self.get_redirect())

    @expose("/", methods=["POST"])
    @has_access
    def several(self) -> Any:
        """Urge the ticked ones, each in its own transaction: one that needs none does not hold up the others."""
        each(
            "units",
            urging.unit_of,
            lambda unit: urging.urge(unit, actor=current_actor()),
            name=lambda unit: unit.name,
            done=lambda count: ngettext("已催报 %(num)d 家单位。", "已催报 %(num)d 家单位。", count),
            nothing=_("没有勾选要催报的单位。"),
        )
        return redirect(self.get_redirect())
