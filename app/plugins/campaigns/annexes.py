"""The annexes of a draft: texts with a title, numbered in their order; those from an office's data stay where they are."""

from __future__ import annotations

from typing import Any

from app.foundation import audit
from app.foundation.access import Actor
from app.kernel.errors import N_, Finding, Invalid, NotSeen
from app.plugins.campaigns.drafts import ensure_open
from app.plugins.campaigns.models import CampaignDraft

LONGEST = {"title": 100, "text": 50_000}
MOST = 20


def put(draft: CampaignDraft, number: int | None, title: str, text: str, *, actor: Actor) -> CampaignDraft:
    """Add an annex (``number`` None) or change one that was typed.

    Raises:
        AccessDenied, WrongState: see ``drafts.ensure_open``.
        NotSeen: no such annex, or it is a file of the office's data.
        Invalid: no title or text, too long, too many.
    """
    ensure_open(draft, actor)
    kept = [dict(one) for one in draft.annexes]
    if wrong := list(_wrong(title, text, more=number is None and len(kept) >= MOST)):
        raise Invalid(wrong)
    if number is None:
        kept.append({"title": title, "text": text})
    else:
        typed(draft, number)
        kept[number - 1] |= {"title": title, "text": text}
    draft.annexes = _numbered(kept)
    audit.record(actor, "campaign.draft-saved", draft, after={"part": "annexes", "title": title})
    return draft


def drop(draft: CampaignDraft, number: int, *, actor: Actor) -> CampaignDraft:
    """Take an annex out; those after it move up.

    Raises:
        AccessDenied, WrongState: see ``drafts.ensure_open``. NotSeen: no such annex.
    """
    ensure_open(draft, actor)
    if not any(one["number"] == number for one in draft.annexes):
        raise _unseen()
    draft.annexes = _numbered([dict(one) for one in draft.annexes if one["number"] != number])
    audit.record(actor, "campaign.draft-saved", draft, after={"part": "annexes", "dropped": number})
    return draft


def typed(draft: CampaignDraft, number: int) -> dict[str, Any]:
    """An annex that can be changed here.

    Raises:
        NotSeen: no such annex, or it is a file of the office's data.
    """
    found = next((one for one in draft.annexes if one["number"] == number and one.get("text")), None)
    if found is None:
        raise _unseen()
    return found


def _unseen() -> NotSeen:
    return NotSeen("annex-not-seen", N_("这份草稿没有这个附件，或者它是数据目录中的文件，不在这里修改。"))


def _numbered(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "number": number} for number, one in enumerate(kept, start=1)]


def _wrong(title: str, text: str, *, more: bool) -> list[Finding]:
    found = []
    for field, value in (("title", title), ("text", text)):
        if not value:
            found.append(Finding(field, N_("请填写此项。"), code="missing"))
        elif len(value) > LONGEST[field]:
            params = {"n": LONGEST[field]}
            found.append(Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params=params))
    if more:
        found.append(Finding("title", N_("附件不超过 %(n)s 个。"), code="too-many", params={"n": MOST}))
    return found
