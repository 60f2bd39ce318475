"""催报, one office or all that have not handed in."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.arguments import LIST_MAX, BadArgument
from app.foundation.admin.filters import words
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, WrongState
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
        keys = [arguments.key(one) for one in request.form.getlist("office")]
        if len(keys) > LIST_MAX:
            raise BadArgument("office", N_("一次最多办理 %(most)s 条。"), most=LIST_MAX)
        queries.step(step)
        done, said = 0, []
        for key in dict.fromkeys(keys):
            office = db.session.scalar(select(Office).where(Office.id == key)) if key is not None else None
            if office is None:
                raise arguments.unseen()
            try:
                with transaction():
                    urging.urge(queries.step(step), office, actor=current_actor())
                done += 1
            except WrongState as refusal:
                said.append(f"{office.short_name}：{words(refusal)}")
        if done:
            flash(ngettext("已催报 %(num)d 家机构。", "已催报 %(num)d 家机构。", done), "success")
        for text in said:
            flash(text, "warning")
        if not done and not said:
            flash(_("没有勾选要催报的机构。"), "warning")
        return redirect(url_for("ReturnView.index"))
