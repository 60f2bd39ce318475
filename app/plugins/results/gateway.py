"""The port to the two registries: on paper unless an adapter of its own is put in its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from flask import Flask, current_app

_KEY = "bianban.results.gateways"


@dataclass(frozen=True)
class Letter:
    """What one registry is told: a result, or that it stop resolving. Names and domains only, nobody's data.

    ``key`` is the same however often it is delivered.
    """

    key: str
    recipient: str
    what: str
    organ_name: str
    site_name: str
    domains: tuple[str, ...]
    office_name: str
    decided_on: date
    reason: str


class Gateway(Protocol):
    """One registry's way in. ``automatic``: it is called by the outbox; otherwise people enter number and day."""

    automatic: bool

    def deliver(self, letter: Letter) -> str:
        """Hand a letter over, once for each key; the number it was taken under.

        Raises:
            jobs.Retry, jobs.GiveUp: it was not.
        """


class Paper:
    """机要交换: the letter is printed, sealed and carried; its number and day are entered."""

    automatic = False

    def deliver(self, letter: Letter) -> str:
        """Nothing is delivered by itself."""
        raise RuntimeError("paper is carried by people")


def use(app: Flask, recipient: str, gateway: Gateway) -> None:
    """Let ``gateway`` carry what one registry is told from now on."""
    app.extensions.setdefault(_KEY, {})[recipient] = gateway


def to(recipient: str) -> Gateway:
    """The way to a registry: paper where nothing else was put in its place."""
    found: Gateway = current_app.extensions.get(_KEY, {}).get(recipient, Paper())
    return found
