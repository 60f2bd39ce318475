"""Another desk fills in: the one before, the one after and the unit are told, nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Unit
from app.plugins.surveys import desks
from tests.plugins.messages.conftest import Town

CARRIED = "41840026"  # 人才服务中心, carried by 人社局's desk


@pytest.mark.parametrize("database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_both_desks_and_the_unit_hear_of_it(town: Town) -> None:
    unit = town.one(select(Unit).where(Unit.account == CARRIED))
    new = town.one(select(Office).where(Office.code == "430700-ZFWZ"))
    with town.acting("changde.clerk") as actor:
        with access.acting_as(access.system("tests", over="0.")):
            row, desk = db.session.get_one(Unit, unit.id), db.session.get_one(Office, new.id)
        desks.reassign(row, desk, "人事关系已划转", actor=actor)
    for who in ("renshe.coordinator", "zfwz.coordinator"):
        message = town.inbox(who)[-1]
        assert (message.event, message.urgent, message.link) == (
            "survey.desk_reassigned",
            True,
            "/surveys/todo",
        )
        assert "市委编委办决定：常德市人才服务中心的摸底调查表和网站申请" in message.text
        assert "由原来的常德市人力资源和社会保障局人事科改由常德政府网站填报" in message.text
        assert "理由：人事关系已划转" in message.text
    for other in ("taohuayuan.coordinator", "unit.changde", "wuling.clerk"):
        assert not [one for one in town.inbox(other) if one.event == "survey.desk_reassigned"]
