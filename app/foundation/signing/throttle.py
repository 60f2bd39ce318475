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
    """Count one attempt against the account at this address and, more loosely, the address.

    Elsewhere the account's owner goes on: who asks often from here shuts nobody out. Attempts from many addresses
    together are judged by ``locks``.

    Raises:
        TooManyRequests: past either limit.
    """
    config = current_app.config
    came_from = request.remote_addr or ""
    account = f"{came_from} {username.strip().casefold()}"
    here = within("sign-in:account", account, config["AUTH_RATE_LIMIT"])
    address = within("sign-in:address", came_from, config["AUTH_RATE_LIMIT_ADDRESS"])
    if not (here and address):
        raise TooManyRequests
