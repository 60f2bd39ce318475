"""Reports of mail servers about what became of a message (delivery status notifications, RFC 3464). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})")
_ID = re.compile(r"<[^<>\s]{3,250}>")
MOST_PARTS = 50


@dataclass(frozen=True)
class Report:
    """What one report says of one recipient: the Message-ID of what was sent, action and status (``5.1.1``)."""

    message_id: str
    action: str
    status: str


def parse(raw: bytes) -> list[Report]:
    """The reports in a mail; none where it is no report, or does not say of which message."""
    mail = message_from_bytes(raw, policy=compat32)
    if mail.get_content_type() != "multipart/report":
        return []
    if str(mail.get_param("report-type", "")).lower() != "delivery-status":
        return []
    parts = [part for _n, part in zip(range(MOST_PARTS), mail.walk(), strict=False)]
    sent = next(filter(None, (_message_id(part) for part in parts)), "")
    if not sent:
        return []
    blocks = [block for part in parts for block in _blocks(part)]
    return [
        Report(sent, action, _status(block))
        for block in blocks
        if (action := str(block.get("Action", "")).strip().lower()) in ACTIONS
    ]


def _message_id(part: Message) -> str:
    """Of the message that came back, whole or its headers alone; never the report's own."""
    kind = part.get_content_type()
    payload = part.get_payload()
    if kind == "message/rfc822" and isinstance(payload, list) and payload:
        said = str(payload[0].get("Message-ID", "")) if isinstance(payload[0], Message) else ""
    elif kind == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        said = (
            str(message_from_bytes(content, policy=compat32).get("Message-ID", ""))
            if isinstance(content, bytes)
            else ""
        )
    else:
        return ""
    found = _ID.search(said)
    return found[0] if found else ""


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if part.get_content_type() == "message/delivery-status" and isinstance(payload, list):
        yield from (one for one in payload if isinstance(one, Message))


def _status(block: Message) -> str:
    found = _STATUS.search(str(block.get("Status", "")))
    return found[1] if found else ""
