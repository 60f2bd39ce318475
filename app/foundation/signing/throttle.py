"""Counting how often something is asked for: the sign-in form, tokens, and forms open to the public."""

from __future__ import annotations

from flask import current_app, request
from limits import parse
from werkzeug.exceptions import TooManyRequests


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
        raise TooManyRequests


def count_sign_in(username: str) -> None:
    """Count one attempt against the account and, more loosely, the address.

    Raises:
        TooManyRequests: past either limit.
    """
    config = current_app.config
    account = within("sign-in:account", username.strip().casefold(), config["AUTH_RATE_LIMIT"])
    address = within("sign-in:address", request.remote_addr or "", config["AUTH_RATE_LIMIT_ADDRESS"])
    if not (account and address):
        raise TooManyRequests
