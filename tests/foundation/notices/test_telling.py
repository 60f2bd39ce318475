"""Telling: messages and deliveries in the caller's transaction, said once, in an office's own words, after quiet hours."""

from __future__ import annotations

from datetime import datetime
from unittest import mock

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, clock, jobs, notices
from app.foundation.clock import SHANGHAI
from app.foundation.database import db, transaction
from app.foundation.notices import Contact, Party, inbox, owns
from app.foundation.notices.models import Delivery, Message
from app.foundation.notices.owns import Draft
from app.foundation.notices.ports import Ports
from app.foundation.tenancy.models import Office, Person
from app.kernel.errors import AccessDenied, Invalid
from tests.foundation.notices.conftest import EVERYWHERE, PARAMS, deliveries, delivery, party, tell

MAIL = Contact("某单位", email="a@example.cn", mobile="13900000001")
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


class Connected:
    """A port that would send."""

    offline, sender = False, "noreply@bb.example.cn"


@pytest.fixture
def connected(ports: Ports) -> Ports:
    ports.mail = ports.sms = Connected()  # type: ignore[assignment]
    return ports


@pytest.fixture
def reader(app: Flask) -> Person:
    with access.acting_as(EVERYWHERE), transaction() as session:
        office = session.scalars(select(Office).where(Office.path == "0.43.07.")).one()
        person = Person(
            username="reader", last_name="李", first_name="明", email="li@example.cn", password="", active=True,
            office_id=office.id,
        )  # fmt: skip
        session.add(person)
    return person


def messages() -> list[Message]:
    db.session.expire_all()
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def put() -> list[jobs.Job]:
    with access.acting_as(EVERYWHERE):
        return list(db.session.scalars(select(jobs.Job).order_by(jobs.Job.id)))


@pytest.mark.parametrize("database_kind", DATABASES)
def test_offline_everything_is_stored_and_no_job_is_put(app: Flask) -> None:
    tell(party(MAIL))
    rows = deliveries()
    assert [(row.channel, row.state, row.masked) for row in rows] == [
        ("email", "stored", "a***@example.cn"), ("sms", "stored", "139****0001"),
    ]  # fmt: skip
    assert {row.review_path for row in rows} == {"0.43.07."}
    assert put() == []


@pytest.mark.parametrize("database_kind", DATABASES)
def test_connected_a_job_is_put_that_names_the_delivery_and_nothing_else(
    app: Flask, connected: Ports
) -> None:
    made = tell(party(MAIL))
    assert {row.state for row in deliveries()} == {"queued"}
    found = put()
    assert [job.kind for job in found] == ["notices.mail", "notices.sms"]
    assert [job.payload for job in found] == [{"delivery": pk, "edition": 0} for pk in made]
    assert "example" not in repr([job.payload for job in found] + [job.key for job in found])


def test_addresses_and_words_are_kept_encrypted(app: Flask) -> None:
    tell(party(MAIL))
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT address, body, params FROM delivery").fetchall()
    kept = repr(rows)
    assert "a@example.cn" not in kept
    assert "13900000001" not in kept
    assert "某网站" not in kept


def test_rolled_back_nothing_was_told(app: Flask, connected: Ports, reader: Person) -> None:
    with access.acting_as(EVERYWHERE), pytest.raises(RuntimeError, match="no"), transaction():
        notices.tell("application.approved", to=Party((reader.id,), (MAIL,)), params=PARAMS)
        raise RuntimeError("no")
    assert (messages(), deliveries(), put()) == ([], [], [])


def test_a_key_says_it_once(app: Flask, reader: Person) -> None:
    to = party(MAIL)
    to = Party((reader.id,), to.contacts, office_id=to.office_id)
    tell(to, dedupe="one")
    tell(to, dedupe="one")
    assert (len(messages()), len(deliveries())) == (1, 2)
    tell(to, dedupe="two")
    assert (len(messages()), len(deliveries())) == (2, 4)


def test_other_variables_than_declared_are_a_mistake(app: Flask) -> None:
    with pytest.raises(TypeError, match=r"application\.approved"):
        tell(party(MAIL), params={"unit": "x"})


def test_an_address_that_is_none_is_refused_at_once_and_told_to_the_office(
    app: Flask, connected: Ports
) -> None:
    made = tell(party(Contact("某单位", email="a@example")))
    row = delivery(made[0])
    assert (row.state, row.reason) == ("refused", "address")
    assert put() == []


def test_a_line_end_in_a_name_stays_out_of_the_subject(app: Flask) -> None:
    made = tell(party(MAIL), params={**PARAMS, "site": "x\r\nBcc: b@example.cn"})
    assert delivery(made[0]).subject == "审核通过：x Bcc: b@example.cn"


# -- quiet hours and the digest ------------------------------------------------------------------------------

NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=SHANGHAI)


@pytest.fixture
def night() -> object:
    with mock.patch.object(clock, "wall", lambda: NIGHT):
        yield


@pytest.mark.usefixtures("night")
def test_at_night_what_is_not_urgent_waits_for_the_morning(app: Flask, connected: Ports) -> None:
    made = tell(party(MAIL))
    due = delivery(made[0]).due_at
    assert due is not None
    assert due.astimezone(SHANGHAI) == datetime(2026, 11, 25, 8, 0, tzinfo=SHANGHAI)
    assert put()[0].due_at == due


@pytest.mark.usefixtures("night")
def test_what_is_urgent_does_not_wait(app: Flask, connected: Ports) -> None:
    params = {"unit": "某单位", "site": "某网站", "number": "X-1", "office": "某编办", "due": "今天"}
    made = tell(party(MAIL), "application.paper_overdue", params=params)
    assert delivery(made[0]).due_at is None


@pytest.mark.usefixtures("night")
def test_an_office_sets_quiet_hours_of_its_own(app: Flask, connected: Ports) -> None:
    with access.acting_as(EVERYWHERE), transaction() as session:
        office = session.scalars(select(Office).where(Office.path == "0.43.07.")).one()
        office.settings = {**office.settings, "quiet_hours": "12:00-14:00"}
    assert delivery(tell(party(MAIL))[0]).due_at is None


def test_one_mail_a_day_where_chosen(app: Flask, connected: Ports, reader: Person) -> None:
    from app.foundation.notices.digest import put_together

    with access.acting_as(EVERYWHERE), transaction():
        inbox.choose(reader.id, digest=True)
    with access.acting_as(EVERYWHERE):
        to = notices.of_person(db.session.get_one(Person, reader.id))
    tell(to)
    tell(to)
    assert deliveries() == []
    assert [row.digest for row in messages()] == [True, True]
    for _again in range(2):
        with notices.platform(), transaction():
            put_together(reader.id)
    (row,) = deliveries()
    assert row.subject == "待看消息 2 条"
    assert row.body is not None
    assert row.body.count("审核通过：某网站") == 2
    assert [one.digest for one in messages()] == [False, False]


def test_what_was_read_meanwhile_is_not_mailed(app: Flask, connected: Ports, reader: Person) -> None:
    from app.foundation.notices.digest import put_together

    with access.acting_as(EVERYWHERE), transaction():
        inbox.choose(reader.id, digest=True)
        tell_to = notices.of_person(db.session.get_one(Person, reader.id))
        notices.tell("application.approved", to=tell_to, params=PARAMS)
    with access.acting_as(EVERYWHERE), transaction():
        assert inbox.read_all(reader.id) == 1
    with notices.platform(), transaction():
        put_together(reader.id)
    assert deliveries() == []


# -- an office's own words -----------------------------------------------------------------------------------


def office(path: str = "0.43.07.") -> Office:
    return db.session.scalars(select(Office).where(Office.path == path)).one()


def test_an_office_words_an_event_its_own_way(app: Flask) -> None:
    event = notices.catalogue().event("application.approved")
    with access.acting_as(EVERYWHERE), transaction():
        owns.keep(
            office(), event, Draft(subject="通过了：{site}", sms="{unit}：{site}通过"), actor=EVERYWHERE
        )
    made = tell(party(MAIL))
    assert delivery(made[0]).subject == "通过了：某网站"
    assert "将统一报注册管理中心" in (delivery(made[0]).body or "")
    assert delivery(made[1]).body == "某单位：某网站通过"
    assert delivery(made[1]).params == '["某单位", "某网站"]'
    other = tell(party(MAIL, path="0.43.07.02."))
    assert delivery(other[0]).subject == "审核通过：某网站"
    with access.acting_as(EVERYWHERE), transaction():
        owns.give_up(office(), event, actor=EVERYWHERE)
    assert delivery(tell(party(MAIL))[0]).subject == "审核通过：某网站"


def test_an_unknown_variable_is_refused_and_nothing_is_kept(app: Flask) -> None:
    event = notices.catalogue().event("application.approved")
    with access.acting_as(EVERYWHERE), pytest.raises(Invalid) as refused, transaction():
        owns.keep(office(), event, Draft(text="{secret}"), actor=EVERYWHERE)
    assert [one.code for one in refused.value.findings] == ["unknown-variable"]
    with access.acting_as(EVERYWHERE):
        assert owns.own_of(office()) == {}


def test_only_the_office_itself_words_for_itself(app: Flask) -> None:
    event = notices.catalogue().event("application.approved")
    for over in ("0.43.07.02.", ""):
        actor = access.system("tests", over=over)
        with access.acting_as(actor), pytest.raises(AccessDenied), transaction():
            owns.keep(office(), event, Draft(subject="x"), actor=actor)


def test_an_empty_scope_sees_no_delivery(app: Flask) -> None:
    tell(party(MAIL))
    with access.acting_as(access.NOBODY):
        assert db.session.scalars(select(Delivery)).all() == []
