"""催报, one office or all that have not handed in."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.each import each
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.plugins.campaigns.models import CampaignStep
from app.plugins.returns import queries, urging


class ReturnUrgeView(ScopedView):
    """For the office that asks for the returns."""

    route_base = "/return-urge"
    obj = "return"
    acts = {"several": "urge"}
    targets = {
        "step": Row(CampaignStep, act="see", enough=False),
        "several.office": Row(Office, enough=False),
    }
    default_view = "several"

    @expose("/<int:step>", methods=["POST"])
    @has_access
    def several(self, step: int) -> Any:
        """Urge the offices named, each in its own transaction: one that needs none does not hold up the others."""
        queries.step(step)
        each(
            "office",
            _office,
            lambda office: urging.urge(queries.step(step), office, actor=current_actor()),
            name=lambda office: office.short_name,
            done=lambda count: ngettext("已催报 %(num)d 家机构。", "已催报 %(num)d 家机构。", count),
            nothing=_("没有勾选要催报的机构。"),
        )
        return redirect(url_for("ReturnView.index"))


def _office(pk: int) -> Office:
    office = db.session.scalar(select(Office).where(Office.id == pk))
    if office is None:
        raise arguments.unseen()
    return office
