"""Reports of mail servers (RFC 3464): read where they are reports, nothing where they are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.notices import dsn
from app.foundation.notices.dsn import Report

MESSAGE_ID = "<d12.0.0123456789abcdef@bb.example.cn>"


def report(
    action: str = "failed", status: str = "5.1.1", *, whole: bool = True, said: str = MESSAGE_ID
) -> bytes:
    """A report as postfix writes it, with the message it is about whole or its headers alone."""
    returned = (
        f"Content-Type: message/rfc822\r\n\r\nMessage-ID: {said}\r\nSubject: x\r\n\r\nbody\r\n"
        if whole
        else f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {said}\r\nSubject: x\r\n"
    )
    return (
        "From: MAILER-DAEMON@mx.example.cn\r\nMessage-ID: <own@mx.example.cn>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.cn\r\n\r\n"
        f"Final-Recipient: rfc822; a@example.cn\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <a@example.cn>: no such user\r\n\r\n"
        f"--b\r\n{returned}--b--\r\n"
    ).encode()


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_says_of_which_message_what_became(whole: bool) -> None:
    assert dsn.parse(report(whole=whole)) == [Report(MESSAGE_ID, "failed", "5.1.1")]


@pytest.mark.parametrize(
    ("action", "status"), [("delivered", "2.0.0"), ("delayed", "4.4.7"), ("Failed", "5.2.2 (mailbox full)")]
)
def test_actions_and_states(action: str, status: str) -> None:
    assert dsn.parse(report(action, status)) == [Report(MESSAGE_ID, action.lower(), status.split()[0])]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: hello\r\n\r\nMessage-ID: <d12.0.0123456789abcdef@bb.example.cn>",
        report("exploded"),
        report(said=""),
        report().replace(b"report-type=delivery-status", b"report-type=disposition-notification"),
        report().replace(b"multipart/report", b"multipart/mixed"),
        report().replace(b"message/delivery-status", b"text/plain"),
    ],
)
def test_what_is_no_report_says_nothing(raw: bytes) -> None:
    assert dsn.parse(raw) == []


@given(st.binary(max_size=2000))
def test_whatever_comes_is_read(raw: bytes) -> None:
    assert dsn.parse(raw) == []
    dsn.parse(report() + raw)
    dsn.parse(b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n' + raw)
