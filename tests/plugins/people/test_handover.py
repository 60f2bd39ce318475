"""A leaver's open work goes to somebody who may do it, and nothing of it is lost or widened."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.database import db, transaction
from app.foundation.tenancy import people_handover
from app.kernel.errors import AccessDenied, Refusal
from app.plugins.applications.models import Application
from tests.plugins.people.conftest import Town
from tests.services.afresh import read_afresh


@pytest.fixture
def claimed(town: Town) -> int:
    """An application of the city's that its reviewer has in hand, and no other."""
    key = town.person_id("changde.reviewer")
    with town.system(), transaction():
        for other in db.session.scalars(select(Application).where(Application.claimed_by_id == key)):
            other.claimed_by_id, other.claimed_by = None, ""
        row = db.session.scalars(
            select(Application)
            .where(Application.state == "submitted", Application.review_path == "0.43.07.")
            .order_by(Application.id)
            .limit(1)
        ).one()
        row.claimed_by_id, row.claimed_by = key, "承办人乙"
        return row.id


def read(town: Town, pk: int) -> Application:
    read_afresh()
    with town.system():
        return db.session.scalars(
            select(Application).where(Application.id == pk).execution_options(populate_existing=True)
        ).one()


def hand_over(town: Town, who: str, whom: str, to: str | None, **more: Any) -> Any:
    person, successor = town.person(whom), town.person(to) if to else None
    return town.do(
        who,
        lambda actor: people_handover.hand_over(person, successor, actor=actor, because="调离", **more),
    )


def offered(town: Town, who: str, whom: str) -> set[str]:
    person = town.person(whom)
    return {
        one.username for one in town.do(who, lambda actor: people_handover.candidates(person, actor=actor))
    }


def test_open_work_is_counted_and_moved(town: Town, claimed: int) -> None:
    person = town.person("changde.reviewer")
    work = {one.share.name: one.number for one in people_handover.counted(person)}
    assert work == {"application-claimed": 1}
    moved = hand_over(town, "changde.admin", "changde.reviewer", "changde.head")
    assert moved == {"application-claimed": 1}
    row = read(town, claimed)
    assert (row.claimed_by_id, row.claimed_by) == (town.person_id("changde.head"), "负责人甲")
    with town.system():
        assert "application.handed_over" in {one.verb for one in audit.timeline(row)}
        assert "person.handed_over" in {one.verb for one in audit.timeline(town.person("changde.reviewer"))}


def test_only_those_who_may_do_the_work_are_offered(town: Town, claimed: int) -> None:
    assert offered(town, "changde.admin", "changde.reviewer") == {"changde.head"}


@pytest.mark.parametrize("to", ["changde.clerk", "wuling.reviewer", "dingcheng.head", "hunan.head", None])
def test_nobody_else_takes_it(town: Town, claimed: int, to: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        hand_over(town, "changde.admin", "changde.reviewer", to)
    assert refused.value.code == "successor"
    assert read(town, claimed).claimed_by_id == town.person_id("changde.reviewer")


@pytest.mark.parametrize("who", ["wuling.admin", "changde.security", "changde.head"])
def test_only_who_disposes_of_the_account_hands_over(town: Town, claimed: int, who: str) -> None:
    with pytest.raises(AccessDenied):
        hand_over(town, who, "changde.reviewer", "changde.head")


def test_leaving_ends_the_posts_and_closes_the_account(town: Town, claimed: int) -> None:
    hand_over(town, "changde.admin", "changde.reviewer", "changde.head", leave=True)
    assert not town.person("changde.reviewer").active
    assert all(post.ended_at is not None for post in town.posts("changde.reviewer"))
    with pytest.raises(LookupError):
        access.actor_for("changde.reviewer")


def test_the_last_administrator_does_not_leave_this_way(town: Town) -> None:
    with pytest.raises(Refusal) as refused:
        hand_over(town, "changde.admin", "wuling.admin", None, leave=True)
    assert refused.value.code == "last-admin"
    assert town.person("wuling.admin").active


def test_a_filers_drafts_go_on_with_the_next_filer(town: Town) -> None:
    with town.system(), transaction():
        row = db.session.scalars(
            select(Application)
            .where(Application.state.in_(("draft", "returned")))
            .order_by(Application.id)
            .limit(1)
        ).one()
        account, path = row.account, row.review_path
    code = {"0.43.07.": "changde.admin"}.get(path, "changde.admin")
    town.hire("leaver", "filer", account=account)
    person = town.person("leaver")
    assert {one.share.name for one in people_handover.counted(person)} == {"application-unfinished"}
    town.hire("next", "filer", account=account)
    assert "next" in offered(town, code, "leaver")
    hand_over(town, code, "leaver", "next", leave=True)
    assert not town.person("leaver").active
