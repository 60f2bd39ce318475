"""The steps of one case that are two people's, tried where the verb is (``policies/conflicts.csv``)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.foundation import clock
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied
from app.plugins.applications import service as applications
from app.plugins.applications.models import Application
from app.plugins.badges import service as badges
from app.plugins.badges.models import Badge, Revocation
from app.plugins.registry.models import BatchItem
from tests.plugins.people.conftest import Town


def test_who_filed_does_not_review(town: Town) -> None:
    with town.system(), transaction():
        row = db.session.scalars(
            select(Application)
            .where(Application.state == "submitted", Application.review_path == "0.43.07.")
            .limit(1)
        ).one()
        row.declared_by_id = town.person_id("changde.reviewer")
        pk = row.id

    def check(actor: object) -> None:
        application = db.session.scalars(select(Application).where(Application.id == pk)).one()
        applications.check(application, 1, "ok", "", actor=actor)  # type: ignore[arg-type]

    with pytest.raises(AccessDenied) as refused:
        town.do("changde.reviewer", check)
    assert refused.value.code == "same-person"
    town.do("changde.head", check)


def test_who_decided_does_not_execute(town: Town) -> None:
    with town.system(), transaction():
        badge = db.session.scalars(select(Badge).where(Badge.state == "issued").limit(1)).one()
        db.session.add(
            Revocation(
                badge=badge, ground=1, reason="撤并", decided_by_id=town.person_id("conac.registrar"),
                decided_by="注册管理员甲", decided_at=clock.now(),
            )
        )  # fmt: skip
        pk = badge.id

    def strike(actor: object) -> None:
        badge = db.session.scalars(select(Badge).where(Badge.id == pk)).one()
        badges.strike(badge, actor=actor)  # type: ignore[arg-type]

    with pytest.raises(AccessDenied) as refused:
        town.do("conac.registrar", strike)
    assert refused.value.source == "办法第十九条"
    town.hire("conac.second", "registrar", "CONAC")
    town.do("conac.second", strike)


def test_who_reported_does_not_issue(town: Town) -> None:
    with town.system(), transaction():
        item = db.session.scalars(select(BatchItem).where(BatchItem.state == "pending").limit(1)).one()
        item.batch.sent_by_id = town.person_id("conac.registrar")
        pk = item.id

    def issue(actor: object) -> None:
        item = db.session.scalars(select(BatchItem).where(BatchItem.id == pk)).one()
        badges.issue(item, actor=actor)  # type: ignore[arg-type]

    with pytest.raises(AccessDenied):
        town.do("conac.registrar", issue)
