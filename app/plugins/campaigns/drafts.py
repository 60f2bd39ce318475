"""The verbs over drafts: a clerk drafts and corrects, the head issues; what is issued is changed by a numbered change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Finding, Invalid, NotSeen, WrongState
from app.plugins.campaigns import audience, binding, changes, checking, queries, signals, text, writing
from app.plugins.campaigns.checking import FIXED, OWN, WINDOW
from app.plugins.campaigns.flow import DraftFlow
from app.plugins.campaigns.models import Campaign, CampaignDraft, CampaignStep

LARGEST_ID = 2**31 - 1
HEADING = ("document", "title", "short_title", "issued_on", "text", "carries_out", "seal_source", "summary")
# The two lines every campaign runs on (S1), as they are written into it.
TRACKS = (
    {"key": "organ", "label": "党政机关", "natures": ["organ"]},
    {"key": "institution", "label": "事业单位", "natures": ["institution"]},
)


def get(pk: int) -> CampaignDraft:
    """One draft.

    Raises:
        NotSeen: there is none of that number, or it is another office's.
    """
    found = (
        db.session.scalar(select(CampaignDraft).where(CampaignDraft.id == pk)) if pk <= LARGEST_ID else None
    )
    if found is None:
        raise NotSeen("draft-not-seen", N_("没有找到这份草稿，或者它不是本机构的。"))
    return found


def ready(actor: Actor, limit: int = 20) -> list[CampaignDraft]:
    """Drafts in which nothing is wrong any more, for the head; one statement."""
    query = select(CampaignDraft).where(
        CampaignDraft.state == "draft", access.scope(actor, "campaign", "issue", CampaignDraft)
    )
    rows = db.session.scalars(query.order_by(CampaignDraft.id).limit(limit))
    return [one for one in rows if next(checking.findings(facts(one)), None) is None]


def no_step() -> NotSeen:
    """The refusal for a step that is not in the draft."""
    return NotSeen("step-not-seen", N_("该工作安排中没有这个事项。"))


def facts(draft: CampaignDraft) -> checking.Draft:
    """A draft as the rules see it."""
    return checking.Draft(
        office_path=draft.review_path or draft.office.path,
        document=draft.document,
        title=draft.title,
        short_title=draft.short_title,
        issued_on=draft.issued_on,
        text=draft.text,
        groups=draft.groups,
        steps=draft.steps,
        uppers=binding.above(queries.timetable().plans, draft.review_path, draft.carries_out),
        amends=draft.amends_id is not None,
        summary=draft.summary,
        seal_source=draft.seal_source,
    )


def start(office: Office, *, actor: Actor, amends: Campaign | None = None) -> CampaignDraft:
    """Begin a draft, empty or as a change of a campaign of the office's own.

    Raises:
        AccessDenied: not the actor's office.
        WrongState: a change of the same campaign is being drafted already.
    """
    access.require(actor, "campaign", "draft", office)
    draft = CampaignDraft(office_id=office.id, annexes=[], groups=[], steps=[])
    if amends is not None:
        access.require(actor, "campaign", "draft", amends)
        open_ = select(CampaignDraft.id).where(
            CampaignDraft.amends_id == amends.id, CampaignDraft.state == "draft"
        )
        if db.session.scalar(open_) is not None:
            raise WrongState("change-open", N_("这份文件已有一份变更在起草，请在“起草”中继续办理。"))
        draft.amends_id = amends.id
        for name in ("document", "title", "short_title", "issued_on", "carries_out"):
            setattr(draft, name, getattr(amends, name))
        draft.seal_source = amends.sealed.get("source", "")
        draft.text = text.source(amends)
        draft.annexes = list(amends.annexes)
        draft.groups, draft.steps = list(amends.groups), [_as_drafted(one) for one in _own_steps(amends)]
    db.session.add(draft)
    db.session.flush()
    audit.record(
        actor, "campaign.drafted", draft, after={"document": draft.document, "amends": draft.amends_id}
    )
    return draft


def _own_steps(campaign: Campaign) -> list[CampaignStep]:
    query = select(CampaignStep).where(
        CampaignStep.campaign_id == campaign.id, CampaignStep.sets_id.is_(None)
    )
    return list(db.session.scalars(query.order_by(CampaignStep.ordinal)))


def _as_drafted(row: CampaignStep) -> dict[str, Any]:
    window = row.due is not None and not row.binding
    return {
        "key": row.key, "kind": row.kind, "label": row.label, "track": row.track, "groups": list(row.groups),
        "mode": OWN if row.due is None else WINDOW if window else FIXED,
        "due": row.due.isoformat() if row.due is not None else "", "source": row.source,
        "deliver_to": row.deliver_to, "copy_to": row.copy_to, "reason": row.reason,
    }  # fmt: skip


def ensure_open(draft: CampaignDraft, actor: Actor) -> None:
    """Whether it may be changed.

    Raises:
        AccessDenied: another office's. WrongState: issued or withdrawn.
    """
    access.require(actor, "drafting", "edit", draft)
    if draft.state != "draft":
        raise WrongState("draft-closed", N_("这份草稿已经印发或者撤回，不能再改。"))


def save(draft: CampaignDraft, given: Mapping[str, Any], *, actor: Actor) -> CampaignDraft:
    """Keep what is typed of the heading; it may still be incomplete, but nothing longer than it can be.

    Raises:
        AccessDenied, WrongState: see ``ensure_open``.
        Invalid: too long.
    """
    ensure_open(draft, actor)
    names = [name for name in HEADING if name in given and (name != "document" or draft.amends_id is None)]
    for name in names:
        setattr(draft, name, given[name])
    long = [one for one in checking.heading(facts(draft)) if one.code == "too-long"]
    if long:
        raise Invalid(long)
    audit.record(actor, "campaign.draft-saved", draft, after={"part": "heading"})
    return draft


def choose(draft: CampaignDraft, keys: list[str], paths: list[str], *, actor: Actor) -> CampaignDraft:
    """Say to whom it goes; a step keeps only the groups that are still there.

    Raises:
        AccessDenied, WrongState: see ``ensure_open``; a change keeps the addressees of what it changes.
        Invalid: a group without an office in it.
    """
    ensure_open(draft, actor)
    if draft.amends_id is not None:
        raise WrongState("same-addressees", N_("变更沿用原文的主送范围。需要另行发送的，请另印发一份文件。"))
    draft.groups = audience.chosen(draft.office, keys, paths)
    kept = {group["key"] for group in draft.groups}
    draft.steps = [{**one, "groups": [key for key in one["groups"] if key in kept]} for one in draft.steps]
    audit.record(actor, "campaign.draft-saved", draft, after={"part": "groups", "groups": sorted(kept)})
    return draft


def put_step(draft: CampaignDraft, key: str, given: Mapping[str, Any], *, actor: Actor) -> CampaignDraft:
    """Add a step (``key`` empty) or change one.

    Raises:
        AccessDenied, WrongState: see ``ensure_open``. NotSeen: no such step. Invalid: see ``checking``.
    """
    ensure_open(draft, actor)
    steps = [dict(one) for one in draft.steps]
    place = next((at for at, one in enumerate(steps) if one["key"] == key), None)
    if key and place is None:
        raise no_step()
    step = {**given, "key": key or _fresh_key(steps)}
    if step["mode"] == OWN:
        step["due"] = ""
    wrong = list(checking.step_findings(facts(draft), step))
    if len(steps) >= checking.MOST_STEPS and place is None:
        wrong.append(
            Finding("label", N_("事项不超过 %(n)s 个。"), code="too-many", params={"n": checking.MOST_STEPS})
        )
    if wrong:
        raise Invalid(wrong)
    if place is None:
        steps.append(step)
    else:
        steps[place] = step
    draft.steps = steps
    audit.record(actor, "campaign.draft-saved", draft, after={"part": "steps", "label": step["label"]})
    return draft


def _fresh_key(steps: list[dict[str, Any]]) -> str:
    taken = {one["key"] for one in steps}
    return next(f"step-{number}" for number in range(1, len(steps) + 2) if f"step-{number}" not in taken)


def drop_step(draft: CampaignDraft, key: str, *, actor: Actor) -> CampaignDraft:
    """Take a step out.

    Raises:
        AccessDenied, WrongState: see ``ensure_open``. NotSeen: no such step.
    """
    ensure_open(draft, actor)
    steps = [one for one in draft.steps if one["key"] != key]
    if len(steps) == len(draft.steps):
        raise no_step()
    draft.steps = steps
    audit.record(actor, "campaign.draft-saved", draft, after={"part": "steps", "dropped": key})
    return draft


def withdraw(draft: CampaignDraft, *, actor: Actor) -> CampaignDraft:
    """Give a draft up; what is issued is no longer withdrawn, only changed.

    Raises:
        AccessDenied, WrongState: see ``ensure_open``.
    """
    ensure_open(draft, actor)
    DraftFlow(draft).withdraw()
    audit.record(actor, "campaign.draft-withdrawn", draft, before={"document": draft.document})
    return draft


def issue(draft: CampaignDraft, *, actor: Actor) -> Campaign:
    """The head issues a draft, or the change it is of a campaign.

    Raises:
        AccessDenied: not the office's head.
        WrongState: issued or withdrawn already.
        Invalid: see ``checking``, or the number is taken.
        Refusal: a step would go for which lower offices have set dates.
    """
    access.require(actor, "campaign", "issue", draft)
    ensure_open(draft, actor)
    found = facts(draft)
    wrong = [*checking.findings(found), *_taken(draft)]
    if wrong:
        raise Invalid(wrong)
    campaign = draft.amends or Campaign(
        office_id=draft.office_id, folder="", body="", groups=draft.groups,
        tracks=[dict(one) for one in TRACKS], sealed={},
        addressees=audience.addressees(draft.groups), based_on=_based_on(found),
    )  # fmt: skip
    for name in ("document", "title", "short_title", "issued_on", "carries_out", "text", "annexes"):
        setattr(campaign, name, getattr(draft, name))
    campaign.sealed = _sealed(draft)
    db.session.add(campaign)
    db.session.flush()
    steps = {one["key"]: _fields(found, one, campaign) for one in draft.steps}
    _changed, moved = writing.put_steps(campaign, steps, over_extended=True)
    draft.campaign_id = campaign.id
    DraftFlow(draft).issue()
    queries.forget()
    if draft.amends_id is not None:
        changes.record(campaign, draft.summary, moved, actor=actor)
    else:
        after = {"document": campaign.document, "issued_on": campaign.issued_on, "steps": len(steps)}
        audit.record(actor, "campaign.issued", campaign, after=after)
        signals.issued.send(campaign, actor=actor, fresh=True)
    return campaign


def _taken(draft: CampaignDraft) -> list[Finding]:
    if draft.amends_id is not None:
        return []
    query = select(Campaign.id).where(
        Campaign.office_id == draft.office_id, Campaign.document == draft.document
    )
    taken = db.session.scalar(query) is not None
    return [Finding("document", N_("本机构已经印发过这个文号。"), code="document-taken")] if taken else []


def _sealed(draft: CampaignDraft) -> dict[str, Any]:
    """Units of the own level and of guided desks hand in a sealed sheet where they have no website (S12)."""
    if not draft.seal_source:
        return {}
    groups = [group["key"] for group in draft.groups if group["homes"]]
    return {"groups": groups, "source": _cited(draft.document, draft.seal_source)}


def _cited(document: str, source: str) -> str:
    return source if document in source else f"{document} {source}"


def _based_on(found: checking.Draft) -> list[dict[str, str]]:
    return [{"document": one.document, "issued": one.issued_on.isoformat()} for one in found.uppers]


def _fields(found: checking.Draft, step: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    exception = checking.excepted(found, step)
    return {
        "kind": step["kind"],
        "track": step["track"],
        "label": step["label"],
        "groups": list(step["groups"]),
        "due": checking.day_of(step),
        "within": "finish" if step["mode"] == OWN else "",
        "binding": step["mode"] == FIXED,
        "deliver_to": step["deliver_to"],
        "copy_to": step["copy_to"],
        "source": _cited(campaign.document, step["source"]),
        "exception": exception,
        "reason": step["reason"] if exception else "",
    }
