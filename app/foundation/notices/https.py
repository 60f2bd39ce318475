"""One POST to a gateway: verified TLS, strict time limits, no proxy of the environment's, no redirect, a bounded answer."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 10
LONGEST = 64 * 1024


class Unanswered(Exception):
    """No answer came, or none that can be read; ``sent`` says whether the request may have arrived."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__("no usable answer")
        self.sent = sent


@dataclass(frozen=True)
class Answer:
    """Status and the JSON object of the body; an empty one where it was none."""

    status: int
    body: Mapping[str, Any]


def local(host: str) -> bool:
    """Whether a name is this very machine, where an unencrypted connection leaves nothing."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, timeout: float = TIMEOUT, cafile: str | None = None
) -> Answer:
    """Send ``body`` once.

    Raises:
        Unanswered: see there.
        ValueError: neither https nor this machine.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and local(host)):
        raise ValueError("a gateway is asked by https only")
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=cafile)
        connection = http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=timeout)
    sent = False
    try:
        connection.connect()
        sent = True
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, _object(answer.read(LONGEST)))
    except (OSError, http.client.HTTPException) as error:
        raise Unanswered(sent=sent) from error
    finally:
        connection.close()


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
