"""Counting how often something is asked for: the sign-in form, tokens, and forms open to the public."""

from __future__ import annotations

import math
import time

from flask import current_app, request
from limits import parse
from werkzeug.exceptions import TooManyRequests

PUBLIC = "public"


def within(name: str, key: str, rate: str) -> bool:
    """Count one use of ``name`` by ``key`` (an address, an account); False past ``rate`` (e.g. ``10 per minute``)."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return True
    limiter = current_app.extensions["appbuilder"].sm.limiter.limiter
    return bool(limiter.hit(parse(rate), name, key[:128]))


def limit(name: str, key: str, rate: str) -> None:
    """As ``within``, refusing.

    Raises:
        TooManyRequests: answered with status 429.
    """
    if not within(name, key, rate):
        raise TooManyRequests(retry_after=_wait(name, key, rate))


def _wait(name: str, key: str, rate: str) -> int:
    """Whole seconds until one use more is let through."""
    limiter = current_app.extensions["appbuilder"].sm.limiter.limiter
    return max(1, math.ceil(limiter.get_window_stats(parse(rate), name, key[:128]).reset_time - time.time()))


def count_public() -> None:
    """Count one look-up that anybody may make against the address, and refuse past ``PUBLIC_RATE_LIMIT``.

    Raises:
        TooManyRequests: see ``limit``.
    """
    limit(PUBLIC, request.remote_addr or "", current_app.config["PUBLIC_RATE_LIMIT"])


def count_sign_in(username: str) -> None:
    """Count one attempt against the account at this address and, more loosely, the address.

    Elsewhere the account's owner goes on: who asks often from here shuts nobody out. Attempts from many addresses
    together are judged by ``locks``.

    Raises:
        TooManyRequests: past either limit.
    """
    config = current_app.config
    came_from = request.remote_addr or ""
    account = f"{came_from} {username.strip().casefold()}"
    asked = (
        ("sign-in:account", account, config["AUTH_RATE_LIMIT"]),
        ("sign-in:address", came_from, config["AUTH_RATE_LIMIT_ADDRESS"]),
    )
    past = [one for one in asked if not within(*one)]  # both are counted, whichever refuses
    if past:
        raise TooManyRequests(retry_after=max(_wait(*one) for one in past))
