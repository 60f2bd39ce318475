"""Signing a request to Tencent Cloud: TC3-HMAC-SHA256 as its public specification (签名方法 v3) describes it. Pure."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json; charset=utf-8"
SIGNED = "content-type;host"


@dataclass(frozen=True)
class Credential:
    """SecretId and SecretKey; the latter is never sent."""

    secret_id: str
    secret_key: str


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def canonical_request(host: str, body: bytes) -> str:
    """The request as it is signed: a POST to ``/`` without a query."""
    return f"POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\n\n{SIGNED}\n{_digest(body)}"


def string_to_sign(canonical: str, service: str, at: int) -> str:
    """What the key is applied to; the day is that of UTC."""
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    return f"{ALGORITHM}\n{at}\n{day}/{service}/tc3_request\n{_digest(canonical.encode())}"


def signature(credential: Credential, service: str, host: str, body: bytes, at: int) -> str:
    """The signature in hexadecimal."""
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    key = _mac(
        _mac(_mac(f"TC3{credential.secret_key}".encode(), day), service),
        "tc3_request",
    )
    text = string_to_sign(canonical_request(host, body), service, at)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def headers(
    credential: Credential, *, url: str, service: str, action: str, version: str, region: str, body: bytes, at: int
) -> dict[str, str]:  # fmt: skip
    """All headers of a signed POST."""
    host = urlsplit(url).netloc
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    scope = f"{credential.secret_id}/{day}/{service}/tc3_request"
    signed = signature(credential, service, host, body, at)
    return {
        "Authorization": f"{ALGORITHM} Credential={scope}, SignedHeaders={SIGNED}, Signature={signed}",
        "Content-Type": CONTENT_TYPE,
        "Host": host,
        "X-TC-Action": action,
        "X-TC-Timestamp": str(at),
        "X-TC-Version": version,
        "X-TC-Region": region,
    }
