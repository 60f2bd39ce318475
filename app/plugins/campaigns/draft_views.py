"""Pages of drafts: what is being drafted, its parts one by one, the check before issuing, and issuing by the head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.kernel import paths
from app.kernel.errors import Finding, Invalid
from app.plugins.campaigns import audience, checking, drafts, labels, parsing, queries, text
from app.plugins.campaigns.models import Campaign, CampaignDraft

SHOWN = 50
NEW = "new"


def own_office() -> Office:
    """The office the actor drafts for.

    Raises:
        NotSeen: none.
    """
    for post in current_actor().posts:
        if post.office_id is not None and access.policy().lines_for(post.role, "campaign", "draft"):
            office = db.session.get(Office, post.office_id)
            if office is not None:
                return office
    raise arguments.unseen()


class CampaignDraftView(ScopedView):
    """What one's own office is drafting."""

    route_base = "/campaign-drafts"
    obj = "drafting"
    acts = {
        "index": "see", "show": "see", "start": "edit", "heading": "edit", "save_heading": "edit", "groups": "edit",
        "save_groups": "edit", "step": "edit", "save_step": "edit", "drop": "edit", "withdraw": "edit",
    }  # fmt: skip
    targets = {
        "pk": Row(CampaignDraft, enough=False), "key": (NEW, "step-1"),
        "start.campaign": Row(Campaign, act="see", enough=False),
    }  # fmt: skip
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """Drafts of one's office, the open ones first."""
        query = select(CampaignDraft).order_by(CampaignDraft.state != "draft", CampaignDraft.id.desc())
        return self.render_template(
            "campaigns/drafts.html", drafts=list(db.session.scalars(query.limit(SHOWN))), mine=own_office()
        )

    @expose("/", methods=["POST"])
    @has_access
    def start(self) -> Any:
        """Begin a draft, or with ``campaign`` a change of one issued."""
        key = arguments.key(request.form.get("campaign"))
        with transaction():
            amends = queries.get(key) if key is not None else None
            draft = drafts.start(own_office(), actor=current_actor(), amends=amends)
        return redirect(
            url_for("CampaignDraftView.show" if amends else "CampaignDraftView.heading", pk=draft.id)
        )

    @expose("/<int:pk>/")
    @has_access
    def show(self, pk: int) -> str:
        """The draft as it will read, with what is still wrong in it."""
        return page(self, drafts.get(pk))

    @expose("/<int:pk>/heading")
    @has_access
    def heading(self, pk: int) -> str:
        """The form for number, title, date and text."""
        draft = drafts.get(pk)
        return self._heading(draft, {name: getattr(draft, name) for name in drafts.HEADING}, ())

    @expose("/<int:pk>/heading", methods=["POST"])
    @has_access
    def save_heading(self, pk: int) -> Any:
        """Keep it; what was typed stays when it is refused."""
        typed = parsing.heading(request.form)
        try:
            given = parsing.dated(typed)
            with transaction():
                drafts.save(drafts.get(pk), given, actor=current_actor())
        except Invalid as refused:
            return make_response(self._heading(drafts.get(pk), typed, refused.findings), refused.status)
        return self._next(pk, "groups")

    @expose("/<int:pk>/groups")
    @has_access
    def groups(self, pk: int) -> str:
        """The form for whom it is sent to."""
        draft = drafts.get(pk)
        keys = [group["key"] for group in draft.groups]
        return self._groups(draft, keys, [path for group in draft.groups for path in group["offices"]], ())

    @expose("/<int:pk>/groups", methods=["POST"])
    @has_access
    def save_groups(self, pk: int) -> Any:
        """Keep it."""
        keys = request.form.getlist("group")
        chosen = [one for one in request.form.getlist("office") if paths.valid(one)]
        try:
            with transaction():
                drafts.choose(drafts.get(pk), keys, chosen, actor=current_actor())
        except Invalid as refused:
            form = self._groups(drafts.get(pk), keys, chosen, refused.findings)
            return make_response(form, refused.status)
        return self._next(pk, "show")

    @expose("/<int:pk>/step/<key>")
    @has_access
    def step(self, pk: int, key: str) -> str:
        """The form for a step, ``new`` or as it stands.

        Raises:
            NotSeen: the draft has no such step.
        """
        draft = drafts.get(pk)
        known = next((one for one in draft.steps if one["key"] == key), None)
        if key != NEW and known is None:
            raise drafts.no_step()
        return self._step(draft, key, known or parsing.EMPTY_STEP, ())

    @expose("/<int:pk>/step/<key>", methods=["POST"])
    @has_access
    def save_step(self, pk: int, key: str) -> Any:
        """Keep it; what was typed stays when it is refused."""
        typed = parsing.step(request.form)
        try:
            with transaction():
                drafts.put_step(
                    drafts.get(pk), "" if key == NEW else key, parsing.checked(typed), actor=current_actor()
                )
        except Invalid as refused:
            return make_response(self._step(drafts.get(pk), key, typed, refused.findings), refused.status)
        flash(_("事项已保存。"), "success")
        return self._next(pk, "show")

    @expose("/<int:pk>/drop/<key>", methods=["POST"])
    @has_access
    def drop(self, pk: int, key: str) -> Any:
        """Take a step out."""
        with transaction():
            drafts.drop_step(drafts.get(pk), key, actor=current_actor())
        flash(_("事项已删去。"), "success")
        return self._next(pk, "show")

    @expose("/<int:pk>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, pk: int) -> Any:
        """Give the draft up."""
        with transaction():
            drafts.withdraw(drafts.get(pk), actor=current_actor())
        flash(_("草稿已撤回，没有印发。"), "success")
        return redirect(url_for("CampaignDraftView.index"))

    def _next(self, pk: int, name: str) -> Any:
        return redirect(url_for(f"CampaignDraftView.{name}", pk=pk))

    def _heading(self, draft: CampaignDraft, typed: dict[str, Any], findings: Sequence[Finding]) -> str:
        uppers = [one for one in queries.timetable().plans if paths.below(one.office_path, draft.review_path)]
        return self.render_template(
            "campaigns/draft_heading.html", draft=draft, typed=typed, findings=list(findings),
            uppers=[(one.document, f"{one.document}　{one.short_title}") for one in uppers],
            longest=checking.LONGEST,
        )  # fmt: skip

    def _groups(
        self, draft: CampaignDraft, keys: list[str], chosen: list[str], findings: Sequence[Finding]
    ) -> str:
        return self.render_template(
            "campaigns/draft_groups.html", draft=draft, keys=keys, chosen=chosen, findings=list(findings),
            choices=audience.choices(draft.office),
        )  # fmt: skip

    def _step(self, draft: CampaignDraft, key: str, typed: Any, findings: Sequence[Finding]) -> str:
        return self.render_template(
            "campaigns/draft_step.html", draft=draft, key=key, typed=typed, findings=list(findings),
            kinds=[(name, word[0]) for name, word in labels.KIND.items()], tracks=labels.TRACK, modes=labels.MODE,
            longest=checking.STEP_LONGEST,
        )  # fmt: skip


def page(view: ScopedView, draft: CampaignDraft, refused: Sequence[Finding] = ()) -> str:
    """The draft's page."""
    facts = drafts.facts(draft)
    wrong = list(refused or checking.findings(facts)) if draft.state == "draft" else []
    return view.render_template(
        "campaigns/draft.html",
        draft=draft,
        findings=wrong,
        shown=text.render(draft.text),
        steps=[(one, checking.day_of(one), checking.excepted(facts, one)) for one in draft.steps],
        groups={group["key"]: group["label"] for group in draft.groups},
        addressees=audience.addressees(draft.groups),
        tracks=dict(labels.TRACK),
        modes=dict(labels.MODE),
        issues=access.can(current_actor(), "campaign", "issue", draft),
        timeline=audit.timeline(draft),
    )
