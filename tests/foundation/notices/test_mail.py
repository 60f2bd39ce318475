"""A mail: the same id at every attempt, both forms from one text, and nothing put into its headers."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.notices import mail

KEY = "k" * 32
AT = datetime(2014, 11, 24, 1, 0, tzinfo=UTC)
ID = mail.message_id(KEY, 12, 0, "bb.example.cn")


def composed(**other: str) -> EmailMessage:
    parts = {
        "sender": "noreply@bb.example.cn",
        "name": "平台",
        "to": "a@example.cn",
        "subject": "申请退回",
        "text": "甲\n\n乙",
    }
    return mail.compose(**{**parts, **other}, message_id=ID, at=AT)  # type: ignore[arg-type]


def test_the_id_is_stable_and_ours() -> None:
    assert mail.message_id(KEY, 12, 0, "bb.example.cn") == ID
    assert mail.delivery_of(KEY, ID) == (12, 0)
    assert mail.message_id(KEY, 12, 1, "bb.example.cn") != ID
    assert mail.message_id(KEY, 13, 0, "bb.example.cn") != ID


@pytest.mark.parametrize(
    "said",
    ["", "<x@y>", ID.replace("d12.", "d13."), ID.replace(".0.", ".1."), ID[:-1], f"{ID} {ID}", "<d12.0.0@x>"],
)
def test_an_id_that_is_not_ours(said: str) -> None:
    assert mail.delivery_of(KEY, said) is None


def test_an_id_of_another_key() -> None:
    assert mail.delivery_of("x" * 32, ID) is None


def test_plain_and_html_say_the_same() -> None:
    made = composed(text="甲 <b>\n\n查看：https://bb.example.cn/x")
    plain = made.get_body(("plain",))
    rich = made.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content() == "甲 <b>\n\n查看：https://bb.example.cn/x\n"
    assert "甲 &lt;b&gt;" in rich.get_content()
    assert "<b>" not in rich.get_content()
    assert made["Auto-Submitted"] == "auto-generated"


@given(st.text(min_size=1))
def test_nothing_can_be_put_into_a_header(text: str) -> None:
    raw = composed(subject=f"{text}\r\nBcc: other@example.cn\r\n\r\nbody", name=text).as_bytes(policy=SMTP)
    read = message_from_bytes(raw, policy=default)
    assert read["Bcc"] is None
    assert sorted(read.keys()) == sorted(composed().keys())
    assert read["Message-ID"] == ID


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "a@b", "a@@b.cn", "a b@c.cn", "a@b.cn\nBcc: x@y.cn", "a@b.cn,c@d.cn", "甲@b.cn", "<a@b.cn>", "a..b@c.cn",
        "a@b.cn ", "x" * 65 + "@b.cn", "a@" + "b" * 260 + ".cn",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_written_to(address: str) -> None:
    assert not mail.well_formed(address)
    with pytest.raises(ValueError, match="not an address"):
        composed(to=address)


@pytest.mark.parametrize("address", ["a@b.cn", "li.ming+x@mail.changde.gov.cn", "a@xn--fiqs8s.cn"])
def test_what_is_an_address(address: str) -> None:
    assert mail.well_formed(address)
