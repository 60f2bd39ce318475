"""The head decides, nobody else; a late application stands (S26)."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.database import db, transaction
from app.foundation.notices.models import Message
from app.kernel.errors import AccessDenied, Invalid, NotSeen, WrongState
from app.plugins.applications.models import Application
from app.plugins.lapses import queries, service, signals
from app.plugins.lapses.models import Lapse
from tests.plugins.lapses.ground import AFTER, candidate, filer_of, look, set_state
from tests.plugins.lapses.test_looking import put_off
from tests.plugins.messages.conftest import EVERYWHERE, Town

WHY = "已三次催办，至今没有提交申请。"


def again(town: Town, row: Lapse) -> Lapse:
    found: Lapse = town.one(select(Lapse).where(Lapse.id == row.id))
    return found


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
def test_the_head_confirms_and_the_unit_is_told(town: Town, database_kind: str) -> None:
    row = candidate(town)
    heard: list[Lapse] = []

    def hear(sender: Lapse, **_more: object) -> None:
        heard.append(sender)

    signals.confirmed.connect(hear)
    with clock.at(AFTER), town.acting("changde.head") as actor:
        service.confirm(queries.get(row.id), reason=WHY, checked=True, actor=actor)
    done = again(town, row)
    assert (done.state, done.reason, done.decided_by) == ("confirmed", WHY, actor.name)
    assert [one.id for one in heard] == [row.id]
    (told,) = [one for one in town.inbox(filer_of(town, row)) if one.event == "lapse.confirmed"]
    assert WHY in told.text and "停止中英文域名解析" in told.text
    assert audit.verify() == []


def test_the_head_dismisses_with_a_reason(town: Town) -> None:
    row = candidate(town)
    with clock.at(AFTER), town.acting("changde.head") as actor:
        service.dismiss(queries.get(row.id), reason="网站已经关闭。", actor=actor)
    assert again(town, row).state == "dismissed"
    assert [one.event for one in town.inbox(filer_of(town, row))][-1] == "lapse.dismissed"
    look()
    assert again(town, row).state == "dismissed", "once decided it is not taken up again"


@pytest.mark.parametrize("step", ["confirm", "dismiss"])
@pytest.mark.parametrize(
    ("username", "refused"),
    [
        ("changde.reviewer", AccessDenied),  # sees, does not decide
        ("changde.clerk", AccessDenied),
        ("hunan.head", AccessDenied),  # above: sees, cannot decide
        ("wuling.head", NotSeen),  # a sibling's
        ("changde.egov", NotSeen),
        ("conac.registrar", NotSeen),
    ],
)
def test_nobody_else_decides(town: Town, step: str, username: str, refused: type[Exception]) -> None:
    row = candidate(town)
    with clock.at(AFTER), pytest.raises(refused), town.acting(username) as actor:
        found = queries.get(row.id)
        if step == "confirm":
            service.confirm(found, reason=WHY, checked=True, actor=actor)
        else:
            service.dismiss(found, reason=WHY, actor=actor)
    assert again(town, row).state == "candidate"


def test_the_owner_sees_it_and_does_not_decide(town: Town) -> None:
    row = candidate(town)
    with clock.at(AFTER), pytest.raises(AccessDenied), town.acting(filer_of(town, row)) as actor:
        service.dismiss(queries.get(row.id), reason=WHY, actor=actor)


@pytest.mark.parametrize(("reason", "checked"), [("", True), (WHY, False)])
def test_confirming_without_reason_or_check_is_refused(town: Town, reason: str, checked: bool) -> None:
    row = candidate(town)
    with clock.at(AFTER), pytest.raises(Invalid), town.acting("changde.head") as actor:
        service.confirm(queries.get(row.id), reason=reason, checked=checked, actor=actor)
    assert again(town, row).state == "candidate"


def test_what_was_filed_since_the_last_look_is_not_confirmed(town: Town) -> None:
    row = candidate(town)
    with access.acting_as(EVERYWHERE):
        site = row.site
    assert site is not None
    set_state(site, "submitted")
    with clock.at(AFTER), pytest.raises(WrongState, match="已经提交"), town.acting("changde.head") as actor:
        service.confirm(queries.get(row.id), reason=WHY, checked=True, actor=actor)


def test_nor_what_has_a_later_date_now(town: Town) -> None:
    row = candidate(town)
    put_off(5)
    with clock.at(AFTER), pytest.raises(WrongState, match="尚未逾期"), town.acting("changde.head") as actor:
        service.confirm(queries.get(row.id), reason=WHY, checked=True, actor=actor)


def test_decided_once(town: Town) -> None:
    row = candidate(town)
    with clock.at(AFTER), town.acting("changde.head") as actor:
        service.dismiss(queries.get(row.id), reason=WHY, actor=actor)
    for step in ("confirm", "dismiss"):
        with clock.at(AFTER), pytest.raises(WrongState), town.acting("changde.head") as actor:
            found = queries.get(row.id)
            if step == "confirm":
                service.confirm(found, reason=WHY, checked=True, actor=actor)
            else:
                service.dismiss(found, reason=WHY, actor=actor)


def resubmit(town: Town, row: Lapse) -> Application:
    """The owner hands in a draft that the demo's withdrawn application is turned back into: complete as it is."""
    from app.plugins.applications import service as applications

    with access.acting_as(EVERYWHERE), transaction():
        draft = db.session.scalars(select(Application).where(Application.site_id == row.site_id)).one()
        draft.state, draft.round, draft.number, draft.declared_at = "draft", 0, None, None
        draft.kind, draft.closed_at = "requalification", None
        key = draft.id
        for item in list(draft.checklist):
            db.session.delete(item)
    with clock.at(AFTER), town.acting(filer_of(town, row)) as actor:
        found = db.session.scalars(select(Application).where(Application.id == key)).one()
        applications.submit(found, declared=True, actor=actor)
    made: Application = town.one(select(Application).where(Application.id == key))
    return made


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
def test_a_late_application_stands_and_is_marked(app: Flask, town: Town, database_kind: str) -> None:
    row = candidate(town)
    application = resubmit(town, row)
    assert application.state == "submitted"
    assert application.late_after is not None and application.late_after.isoformat() == "2014-11-25"
    assert application.late_source
    done = again(town, row)
    assert (done.state, done.application_id) == ("filed", application.id)
    with clock.at(AFTER), pytest.raises(WrongState), town.acting("changde.head") as actor:
        service.confirm(queries.get(row.id), reason=WHY, checked=True, actor=actor)


def test_an_application_in_time_is_not_marked(town: Town) -> None:
    assert not [one for one in town.all(select(Application)) if one.late_after is not None]


def test_messages_say_nothing_twice(town: Town) -> None:
    candidate(town)
    keys = [
        (one.person_id, one.key) for one in town.all(select(Message).where(Message.event.like("lapse.%")))
    ]
    assert len(keys) == len(set(keys)) > 0
