"""A delivery as an e-mail: a stable Message-ID, one text in two forms, and headers that nothing can be put into."""

from __future__ import annotations

import hmac
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256

from app.foundation.notices import templates

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_ID = re.compile(r"<d(\d{1,12})\.(\d{1,6})\.([0-9a-f]{16})@[^<>\s@]+>")
_LONGEST, MASKED_LONGEST = 254, 80


def well_formed(address: str) -> bool:
    """One plain address: no name, no list, no line end, nothing beyond ASCII."""
    return len(address) <= _LONGEST and _ADDRESS.fullmatch(address) is not None and ".." not in address


def masked(address: str) -> str:
    """An address or a number as lists show it: ``l***@example.cn``, ``138****1234``; enough to know it again."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}***@{domain}"[:MASKED_LONGEST]
    return f"{address[:-8]}****{address[-4:]}"[-MASKED_LONGEST:] if len(address) > 8 else "****"


def _mark(key: str, delivery_id: int, edition: int) -> str:
    text = f"bianban-message:{delivery_id}.{edition}"
    return hmac.new(key.encode(), text.encode(), sha256).hexdigest()[:16]


def message_id(key: str, delivery_id: int, edition: int, domain: str) -> str:
    """The same at every attempt; ``key`` keeps a stranger from making one up for a report of his own."""
    return f"<d{delivery_id}.{edition}.{_mark(key, delivery_id, edition)}@{domain}>"


def delivery_of(key: str, said: str) -> tuple[int, int] | None:
    """Delivery and edition of a Message-ID of ours; None for anybody else's."""
    found = _ID.fullmatch(said.strip())
    if found is None:
        return None
    delivery_id, edition = int(found[1]), int(found[2])
    return (delivery_id, edition) if hmac.compare_digest(found[3], _mark(key, delivery_id, edition)) else None


def compose(
    *, sender: str, name: str, to: str, subject: str, text: str, message_id: str, at: datetime
) -> EmailMessage:
    """The message as it is sent.

    Raises:
        ValueError: an address that is none; nothing is composed.
    """
    if not (well_formed(sender) and well_formed(to)):
        raise ValueError("not an address")
    made = EmailMessage()
    made["From"] = Address(templates.one_line(name), addr_spec=sender)
    made["To"] = Address(addr_spec=to)
    made["Subject"] = templates.one_line(subject)
    made["Date"] = format_datetime(at)
    made["Message-ID"] = message_id
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    plain = templates.lines(text) + "\n"
    made.set_content(plain, charset="utf-8", cte="base64")
    made.add_alternative(templates.html(plain), subtype="html", charset="utf-8", cte="base64")
    return made
