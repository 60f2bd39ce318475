"""Heads hear of stop orders that wait for them, owners of what was decided (C-art.11, S26)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.foundation.database import db
from app.foundation.notices.models import Message
from app.plugins.results import service
from app.plugins.results.models import StopOrder
from tests.plugins.messages.conftest import Town

PROPOSED = "常德文体广新网"


def _order(town: Town) -> StopOrder:
    found: StopOrder = town.one(select(StopOrder).where(StopOrder.site_name == PROPOSED))
    return found


def _subjects(town: Town) -> list[str]:
    return list(town.all(select(Message.subject)))


def test_the_head_was_asked_to_decide(town: Town) -> None:
    assert f"待确认停止解析：{PROPOSED}" in _subjects(town)


@pytest.mark.parametrize("verb", ["confirm", "dismiss"])
def test_the_owner_hears_of_the_decision(town: Town, verb: str) -> None:
    order = _order(town)
    with town.acting("changde.head") as actor:
        row = db.session.get_one(StopOrder, order.id)
        if verb == "confirm":
            service.confirm(row, reason="", checked=True, actor=actor)
        else:
            service.dismiss(row, reason="域名已注销。", actor=actor)
    wanted = {"confirm": f"将停止域名解析：{PROPOSED}", "dismiss": f"不停止域名解析：{PROPOSED}"}[verb]
    assert wanted in _subjects(town)
