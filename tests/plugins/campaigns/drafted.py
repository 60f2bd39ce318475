"""A draft of Wuling's, as its clerk would type it, for tests to issue or to spoil."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.foundation.database import db, transaction
from app.plugins.campaigns import drafts
from app.plugins.campaigns.models import CampaignDraft
from tests.plugins.surveys.ground import As, desk

HEADING: dict[str, Any] = {
    "document": "武编办发〔2014〕3号",
    "title": "关于做好全区网站资格复核工作的通知",
    "short_title": "全区网站资格复核",
    "issued_on": date(2014, 11, 18),
    "text": "区直各单位：\n\n请按期报送。",
    "carries_out": "常编办发〔2014〕9号",
}


def step(**changed: Any) -> dict[str, Any]:
    """A step for one's own units, due on 21 November."""
    return {
        "kind": "survey", "label": "报送摸底表", "track": "any", "groups": ["own"], "mode": "fixed",
        "due": "2014-11-21", "source": "第二条", "deliver_to": "区编委办", "copy_to": "", "reason": "", **changed,
    }  # fmt: skip


def draft(
    acting: As, *steps: dict[str, Any], who: str = "wuling.clerk", code: str = "430702", **heading: Any
) -> int:
    """Drafted by a clerk; the draft's number."""
    with acting(who) as actor, transaction():
        row = drafts.start(desk(code), actor=actor)
        drafts.save(row, {**HEADING, **heading}, actor=actor)
        drafts.choose(row, ["own"], [], actor=actor)
        for one in steps:
            drafts.put_step(row, "", one, actor=actor)
        return row.id


def read(pk: int) -> CampaignDraft:
    """The draft as it stands."""
    return db.session.get_one(CampaignDraft, pk)
