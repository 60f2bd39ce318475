"""Two thousand mails through a real SMTP server that refuses, drops and delays; some hundred texts likewise.

Each arrives. None arrives twice, except where the server dropped the line after taking it, and then under the same
Message-ID (a gateway that is told a stable reference does not take it twice at all). The log says how.
"""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask

from app.foundation.notices import Contact, mail
from app.foundation.notices.ports import Ports
from tests.foundation.notices.conftest import Start, deliveries, gateway, party, run, smtp, tell, waiting

MAILS, TEXTS, ROUNDS = 2000, 300, 8


@pytest.mark.timeout(900)
def test_two_thousand_mails_arrive(app: Flask, ports: Ports, start: Start) -> None:
    server = start("mailserver", seed=2014)
    ports.mail = smtp(server)
    for first in range(0, MAILS, 500):
        tell(party(*(Contact(f"单位{n}", email=f"unit{n}@example.cn") for n in range(first, first + 500))))
    run(app, ROUNDS)
    assert waiting() == 0
    rows, taken = deliveries(), server.taken()
    arrived = Counter(line["to"] for line in taken)
    assert len(rows) == MAILS
    assert set(arrived) == {f"unit{n}@example.cn" for n in range(MAILS)}, "each arrives"
    assert {row.state for row in rows} == {"sent"}
    ids = {
        line["to"]: {one["id"] for one in taken if one["to"] == line["to"]}
        for line in taken
        if arrived[line["to"]] > 1
    }
    dropped = Counter(line["to"] for line in taken if line["after"])
    for address, count in arrived.items():
        assert count <= 1 + dropped[address], f"{address} came {count} times"
        if count > 1:
            assert len(ids[address]) == 1, "a repeated one has the same Message-ID"
    assert len({line["id"] for line in taken}) == MAILS
    key = app.config["AUDIT_KEY"]
    by_id = {row.id: row for row in rows}
    for line in taken:
        found = mail.delivery_of(key, line["id"])
        assert found is not None
        assert by_id[found[0]].address == line["to"]
    again = [row for row in rows if row.attempts > 1]
    assert len(again) > MAILS / 10, "the server was not rough at all"
    for row in again:
        assert [one["outcome"] for one in row.trail] == ["later"] * (row.attempts - 1) + ["sent"]
    reasons = Counter(one["reason"] for row in rows for one in row.trail if one["outcome"] == "later")
    assert reasons["busy"] > 0
    assert reasons["dropped"] > 0
    doubled = sum(count - 1 for count in arrived.values())
    assert doubled > 0, "no line was dropped after a message was taken"


@pytest.mark.timeout(300)
def test_hundreds_of_texts_arrive_once(app: Flask, ports: Ports, start: Start) -> None:
    server = start("smsgateway", seed=2014)
    ports.sms = gateway(server)
    tell(party(*(Contact(f"单位{n}", mobile=f"139{n:08d}") for n in range(TEXTS))))
    run(app, ROUNDS)
    assert waiting() == 0
    rows, taken = deliveries(), server.taken()
    assert Counter(line["to"] for line in taken) == Counter(f"139{n:08d}" for n in range(TEXTS))
    assert {row.state for row in rows} == {"sent"}
    reasons = Counter(one["reason"] for row in rows for one in row.trail if one["outcome"] == "later")
    assert reasons["busy"] > 0
    assert reasons["unanswered"] > 0
