"""阅读情况和催办: for the issuing office, who has read its document, and a word to those who are behind."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.foundation.access import current_actor, require
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import transaction
from app.kernel.errors import Invalid, WrongState
from app.plugins.campaigns import queries, receipts, urging
from app.plugins.campaigns.models import Campaign


class CampaignWorkView(ScopedView):
    """Of campaigns of one's own office."""

    route_base = "/campaign-receipts"
    obj = "drafting"
    acts = {"show": "see", "urge": "edit"}
    # A step is looked for in the campaign alone, after the campaign was found to be one's own office's.
    targets = {"pk": Row(Campaign, enough=False), "urge.step": ("",)}
    default_view = "show"

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """Who has read it, who has not, and what was urged."""
        return self._page(queries.get(pk), {"step": "", "message": "", "to": []})

    @expose("/<int:pk>", methods=["POST"])
    @has_access
    def urge(self, pk: int) -> Any:
        """Write to the ticked ones; what was typed stays when it is refused."""
        form = request.form
        typed: dict[str, Any] = {
            "step": form.get("step", ""),
            "message": form.get("message", ""),
            "to": form.getlist("to"),
        }
        try:
            with transaction():
                campaign, key = queries.get(pk), arguments.key(typed["step"])
                require(current_actor(), "drafting", "edit", campaign)
                step = queries.get_step(campaign, key) if key is not None else None
                sent = urging.urge(campaign, step, typed["to"], typed["message"], actor=current_actor())
                told, skipped = len(sent.told), [one.name for one in sent.skipped]
        except (Invalid, WrongState) as refused:
            findings = refused.findings if isinstance(refused, Invalid) else [refused.finding("to")]
            return make_response(self._page(campaign, typed, findings), refused.status)
        flash(ngettext("已催办 %(num)d 家。", "已催办 %(num)d 家。", told), "success")
        if skipped:
            flash(_("今天已经催过或者已经办结，没有再催：%(names)s。", names="、".join(skipped)), "warning")
        return redirect(url_for("CampaignWorkView.show", pk=pk))

    def _page(self, campaign: Campaign, typed: dict[str, Any], findings: Any = ()) -> str:
        require(current_actor(), "drafting", "see", campaign)
        steps = [one for one in queries.plan(campaign).steps if one.sets is None]
        return self.render_template(
            "campaigns/receipts.html",
            campaign=campaign,
            counts=receipts.counts(campaign, receipts.standing(campaign)),
            addressees=receipts.addressees(campaign),
            most=receipts.LISTED,
            urged=receipts.urged(campaign),
            steps=[("", _("阅读文件")), *((one.id, one.label) for one in steps)],
            typed=typed,
            findings=list(findings),
        )
