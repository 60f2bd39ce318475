"""The chain's arithmetic: pure, over plain values."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

GENESIS = "0" * 64
FIELDS = (
    "seq", "wall_at", "business_at", "person_id", "person", "post", "verb", "obj", "object_id",
    "review_path", "reason", "before", "after", "previous",
)  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def mac(key: str, values: Mapping[str, Any]) -> str:
    """HMAC-SHA256 over the canonical JSON of an entry, its link to the entry before included."""
    text = json.dumps({name: _plain(values[name]) for name in FIELDS}, ensure_ascii=False, sort_keys=True)
    return hmac.new(key.encode(), text.encode(), sha256).hexdigest()


def seal(key: str, count: int, head: str) -> str:
    """What makes a head unforgeable without the key."""
    return hmac.new(key.encode(), f"head:{count}:{head}".encode(), sha256).hexdigest()


def digest(key: str, value: str) -> str:
    """A personal value as it may enter the record: comparable, not readable (A4 note 3)."""
    return "hmac:" + hmac.new(key.encode(), b"field:" + value.encode(), sha256).hexdigest()[:32]
