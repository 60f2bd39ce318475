"""What becomes of a delivery: sent, refused, tried again, come back, sent anew; and what the log keeps of it."""

from __future__ import annotations

import logging
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, jobs
from app.foundation.database import db, transaction
from app.foundation.notices import Contact, dsn, mail, returns, sending
from app.foundation.notices.models import Message
from app.foundation.notices.outcomes import LATER, REFUSED, SENT, Outcome, code_word, status
from app.foundation.notices.ports import Offline, Ports
from app.kernel.errors import AccessDenied, WrongState
from tests.foundation.notices.conftest import (
    EVERYWHERE,
    Start,
    deliveries,
    delivery,
    gateway,
    party,
    run,
    smtp,
    tell,
    waiting,
)
from tests.foundation.notices.test_dsn import report

MAIL = Contact("某单位", email="a@example.cn")
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
INVITED = {
    "name": "李明", "posts": "x", "entry": "http://x/", "username": "li", "secret": "7KQM-SECRET", "expires": "2026-01-01",
    "office": "某编办",
}  # fmt: skip


class Told:
    """A port that answers as it is told, one outcome after another, and keeps what it was given."""

    offline, sender = False, "noreply@bb.example.cn"

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes, self.given = list(outcomes), []  # type: ignore[var-annotated]

    def send(self, message: Any, _to: str = "") -> Outcome:
        self.given.append(message)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]


@pytest.mark.parametrize("database_kind", DATABASES)
def test_taken_it_is_sent_once(app: Flask, ports: Ports) -> None:
    port = ports.mail = Told(Outcome(SENT))
    (pk,) = tell(party(MAIL))
    run(app, 3)
    row = delivery(pk)
    assert (row.state, row.attempts, len(port.given)) == ("sent", 1, 1)
    assert row.sent_at is not None
    assert row.body is not None
    message: EmailMessage = port.given[0]
    assert message["To"] == "a@example.cn"
    assert mail.delivery_of(app.config["AUDIT_KEY"], message["Message-ID"]) == (pk, 0)


def test_put_off_it_comes_again_under_the_same_id(app: Flask, ports: Ports) -> None:
    port = ports.mail = Told(Outcome(LATER, "busy", "451 4.3.0"), Outcome(LATER, "dropped"), Outcome(SENT))
    (pk,) = tell(party(MAIL))
    run(app, 5)
    row = delivery(pk)
    assert (row.state, row.attempts) == ("sent", 3)
    assert [(one["outcome"], one["reason"], one["detail"]) for one in row.trail] == [
        ("later", "busy", "451 4.3.0"), ("later", "dropped", ""), ("sent", "", ""),
    ]  # fmt: skip
    assert len({message["Message-ID"] for message in port.given}) == 1


def test_put_off_for_ever_it_is_refused_in_the_end_and_the_job_is_done(app: Flask, ports: Ports) -> None:
    ports.mail = Told(Outcome(LATER, "unreachable"))
    (pk,) = tell(party(MAIL))
    run(app, 12)
    row = delivery(pk)
    assert (row.state, row.reason, row.attempts) == ("refused", "unreachable", sending.ATTEMPTS)
    assert waiting() == 0
    with access.acting_as(EVERYWHERE):
        assert set(db.session.scalars(select(jobs.Job.state))) == {"done"}


def test_refused_for_good_it_is_not_tried_again(app: Flask, ports: Ports) -> None:
    port = ports.mail = Told(Outcome(REFUSED, "rejected", "550 5.7.1"))
    (pk,) = tell(party(MAIL))
    run(app, 3)
    assert (delivery(pk).state, len(port.given)) == ("refused", 1)


def test_a_job_for_a_former_edition_sends_nothing(app: Flask, ports: Ports) -> None:
    port = ports.mail = Told(Outcome(SENT))
    (pk,) = tell(party(MAIL))
    with access.acting_as(EVERYWHERE), transaction():
        jobs.put("notices.mail", {"delivery": pk, "edition": 5}, path="0.43.07.")
    run(app, 2)
    assert len(port.given) == 1


@pytest.mark.parametrize("database_kind", DATABASES)
def test_sent_anew_it_is_another_message(app: Flask, ports: Ports) -> None:
    port = ports.mail = Told(Outcome(REFUSED, "rejected", "550"), Outcome(SENT))
    (pk,) = tell(party(MAIL))
    run(app)
    with access.acting_as(EVERYWHERE), transaction():
        sending.resend(delivery(pk), actor=EVERYWHERE)
    run(app)
    row = delivery(pk)
    assert (row.state, row.edition, row.attempts) == ("sent", 1, 1)
    assert [one["edition"] for one in row.trail] == [0, 1]
    assert len({message["Message-ID"] for message in port.given}) == 2


@pytest.mark.parametrize("state", ["queued", "sent", "delivered"])
def test_what_is_under_way_or_arrived_is_not_sent_anew(app: Flask, ports: Ports, state: str) -> None:
    ports.mail = Told(Outcome(SENT))
    (pk,) = tell(party(MAIL))
    with access.acting_as(EVERYWHERE), pytest.raises(WrongState), transaction():
        row = delivery(pk)
        row.state = state
        sending.resend(row, actor=EVERYWHERE)


def test_offline_nothing_can_be_sent_anew(app: Flask) -> None:
    (pk,) = tell(party(MAIL))
    with access.acting_as(EVERYWHERE), pytest.raises(WrongState) as refused, transaction():
        sending.resend(delivery(pk), actor=EVERYWHERE)
    assert refused.value.code == "delivery-offline"


def test_a_stranger_sends_nothing_anew(app: Flask, ports: Ports) -> None:
    ports.mail = Told(Outcome(SENT))
    (pk,) = tell(party(MAIL))
    stranger = access.system("tests", over="0.42.")
    with pytest.raises(AccessDenied), transaction():
        sending.resend(delivery(pk), actor=stranger)


def test_a_secret_is_wiped_once_sent_and_stands_in_no_log(
    app: Flask, ports: Ports, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    port = ports.mail = Told(Outcome(LATER, "busy"), Outcome(SENT))
    (pk,) = tell(party(MAIL), "account.invited", params=INVITED)
    assert "SECRET" in (delivery(pk).body or "")
    run(app, 3)
    row = delivery(pk)
    assert (row.state, row.body, row.params) == ("sent", None, None)
    assert "SECRET" in port.given[1].get_body(("plain",)).get_content()
    assert "SECRET" not in caplog.text
    with db.engine.connect() as connection:
        for table in ("audit_entry", "job", "delivery", "message"):
            assert "SECRET" not in repr(connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall())
    row = delivery(pk)
    with access.acting_as(EVERYWHERE), pytest.raises(WrongState) as refused, transaction():
        row.state = "bounced"
        sending.resend(row, actor=EVERYWHERE)
    assert refused.value.code == "delivery-wiped"


# -- what came back ------------------------------------------------------------------------------------------


def sent(app: Flask, ports: Ports) -> int:
    ports.mail = Told(Outcome(SENT))
    (pk,) = tell(party(MAIL))
    run(app)
    return pk


def returned(app: Flask, pk: int, action: str, said: str, edition: int = 0) -> Any:
    key = app.config["AUDIT_KEY"]
    (found,) = dsn.parse(report(action, said, said=mail.message_id(key, pk, edition, "bb.example.cn")))
    with access.acting_as(EVERYWHERE), transaction():
        return returns.apply(found)


@pytest.mark.parametrize(
    ("action", "said", "state", "reason"),
    [
        ("delivered", "2.0.0", "delivered", ""),
        ("failed", "5.1.1", "bounced", "address"),
        ("failed", "5.2.2", "bounced", "bounced"),
        ("delayed", "4.4.7", "sent", ""),
    ],
)
def test_a_report_is_noted(app: Flask, ports: Ports, action: str, said: str, state: str, reason: str) -> None:
    pk = sent(app, ports)
    returned(app, pk, action, said)
    row = delivery(pk)
    assert (row.state, row.reason) == (state, reason)


def test_a_report_of_a_former_edition_or_a_stranger_is_nothing(app: Flask, ports: Ports) -> None:
    pk = sent(app, ports)
    assert returned(app, pk, "failed", "5.1.1", edition=1) is None
    (forged,) = dsn.parse(report(said=f"<d{pk}.0.0123456789abcdef@bb.example.cn>"))
    with access.acting_as(EVERYWHERE), transaction():
        assert returns.apply(forged) is None
    assert delivery(pk).state == "sent"


def test_a_mail_that_came_back_twice_came_back_once(app: Flask, ports: Ports) -> None:
    pk = sent(app, ports)
    returned(app, pk, "failed", "5.1.1")
    assert returned(app, pk, "failed", "5.1.1") is None
    assert len(delivery(pk).trail) == 2


# -- real servers --------------------------------------------------------------------------------------------


def test_a_wrong_address_is_refused_by_a_real_server(app: Flask, ports: Ports, start: Start) -> None:
    server = start("mailserver", mood="kind")
    ports.mail = smtp(server)
    pk, good = (tell(party(Contact("某单位", email=one)))[0] for one in ("nobody@example.cn", "a@example.cn"))
    run(app, 2)
    row = delivery(pk)
    assert (row.state, row.reason, row.detail) == ("refused", "address", "550 5.1.1")
    assert delivery(good).state == "sent"
    assert [line["to"] for line in server.taken()] == ["a@example.cn"]


def test_a_server_that_is_not_there_is_tried_again(app: Flask, ports: Ports, start: Start) -> None:
    server = start("mailserver", mood="kind")
    ports.mail = smtp(server)
    server.process.kill()
    server.process.wait()
    (pk,) = tell(party(MAIL))
    run(app)
    row = delivery(pk)
    assert (row.state, row.reason, row.attempts) == ("queued", "unreachable", 1)


def test_a_wrong_number_is_refused_by_a_real_gateway(app: Flask, ports: Ports, start: Start) -> None:
    server = start("smsgateway", mood="kind")
    ports.sms = gateway(server)
    tell(party(Contact("甲", mobile="10086"), Contact("乙", mobile="13900000001")))
    run(app, 2)
    assert [(row.state, row.reason) for row in deliveries()] == [("refused", "address"), ("sent", "")]


def test_disconnected_meanwhile_it_is_refused(app: Flask, ports: Ports) -> None:
    ports.mail = Told(Outcome(SENT))
    (pk,) = tell(party(MAIL))
    ports.mail = Offline()
    run(app)
    assert (delivery(pk).state, delivery(pk).reason) == ("refused", "unreachable")


@pytest.mark.parametrize(
    ("code", "said", "kept"),
    [
        (550, b"5.1.1 <a@example.cn>: Recipient address rejected", "550 5.1.1"),
        (451, b"try later, a@example.cn", "451"),
        (-1, b"", "-1"),
    ],
)
def test_of_what_a_server_said_only_the_status_is_kept(code: int, said: bytes, kept: str) -> None:
    assert status(code, said) == kept


def test_of_what_a_gateway_said_only_a_code_is_kept() -> None:
    assert code_word("LimitExceeded.PhoneNumberDailyLimit") == "LimitExceeded.PhoneNumberDailyLimit"
    assert code_word("bad number 13900000001") == ""


def test_no_message_is_written_for_what_nobody_works(app: Flask, ports: Ports) -> None:
    pk = sent(app, ports)
    returned(app, pk, "failed", "5.1.1")
    assert db.session.scalars(select(Message)).all() == []
