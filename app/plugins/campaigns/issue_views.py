"""Annexes of a draft, and issuing it by the head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation.access import current_actor
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import transaction
from app.kernel.errors import Finding, Invalid
from app.plugins.campaigns import annexes, drafts
from app.plugins.campaigns.draft_views import page
from app.plugins.campaigns.models import CampaignDraft


class CampaignAnnexView(ScopedView):
    """Annexes typed into a draft; number 0 is a new one."""

    route_base = "/campaign-drafts"
    obj = "drafting"
    acts = {"edit": "edit", "save": "edit", "drop": "edit"}
    targets = {"pk": Row(CampaignDraft, enough=False), "number": ("0", "1")}
    default_view = "edit"

    @expose("/<int:pk>/annex/<int:number>")
    @has_access
    def edit(self, pk: int, number: int) -> str:
        """The form for an annex.

        Raises:
            NotSeen: the draft is not seen, or has no such annex.
        """
        draft = drafts.get(pk)
        known = annexes.typed(draft, number) if number else {"title": "", "text": ""}
        return self._form(draft, number, known, ())

    @expose("/<int:pk>/annex/<int:number>", methods=["POST"])
    @has_access
    def save(self, pk: int, number: int) -> Any:
        """Keep it; what was typed stays when it is refused."""
        typed = {
            "title": " ".join(request.form.get("title", "").split()),
            "text": request.form.get("text", "").replace("\r\n", "\n").strip(),
        }
        try:
            with transaction():
                annexes.put(
                    drafts.get(pk), number or None, typed["title"], typed["text"], actor=current_actor()
                )
        except Invalid as refused:
            return make_response(self._form(drafts.get(pk), number, typed, refused.findings), refused.status)
        flash(_("附件已保存。"), "success")
        return redirect(url_for("CampaignDraftView.show", pk=pk))

    @expose("/<int:pk>/annex/<int:number>/drop", methods=["POST"])
    @has_access
    def drop(self, pk: int, number: int) -> Any:
        """Take it out."""
        with transaction():
            annexes.drop(drafts.get(pk), number, actor=current_actor())
        flash(_("附件已删去。"), "success")
        return redirect(url_for("CampaignDraftView.show", pk=pk))

    def _form(self, draft: CampaignDraft, number: int, typed: Any, findings: Sequence[Finding]) -> str:
        return self.render_template(
            "campaigns/draft_annex.html", draft=draft, number=number, typed=typed, findings=list(findings)
        )


class CampaignIssueView(ScopedView):
    """Issuing, for the head."""

    route_base = "/campaign-drafts"
    obj = "campaign"
    acts = {"issue": "issue"}
    targets = {"pk": Row(CampaignDraft, enough=False)}
    default_view = "issue"

    @expose("/<int:pk>/issue", methods=["POST"])
    @has_access
    def issue(self, pk: int) -> Any:
        """Issue it; what is wrong is shown on the draft's page."""
        try:
            with transaction():
                campaign = drafts.issue(drafts.get(pk), actor=current_actor())
        except Invalid as refused:
            return make_response(page(self, drafts.get(pk), refused.findings), refused.status)
        flash(_("已印发，并告知主送的单位和机构。"), "success")
        return redirect(url_for("CampaignView.show", pk=campaign.id))
