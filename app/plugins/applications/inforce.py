"""The port: which websites have a badge in force. The plugin that keeps badges answers; it stands above this one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import Flask, current_app

_KEY = "bianban.applications.inforce"


@dataclass(frozen=True)
class Bearer:
    """A website with a badge that is not revoked: the case it was issued for, its name, its hosts in ASCII."""

    application_id: int
    site_name: str
    hosts: frozenset[str]


class Badges(Protocol):
    """Answers for every unit; whoever asks decides what of it he shows."""

    def numbers(self, application_ids: Collection[int]) -> Mapping[int, str]:
        """Application → number of the badge issued for it that is not revoked; the others are left out."""

    def bearing(self, site_name: str, hosts: Collection[str]) -> Sequence[Bearer]:
        """The websites with such a badge that go by this name or stand on one of these hosts."""


class NoBadges:
    """Where no plugin keeps badges, none is in force."""

    def numbers(self, application_ids: Collection[int]) -> Mapping[int, str]:
        """None."""
        return {}

    def bearing(self, site_name: str, hosts: Collection[str]) -> Sequence[Bearer]:
        """None."""
        return ()


_NONE = NoBadges()


def use(app: Flask, badges: Badges) -> None:
    """Let ``badges`` answer from now on."""
    app.extensions[_KEY] = badges


def badges() -> Badges:
    """Whoever answers."""
    found: Badges = current_app.extensions.get(_KEY, _NONE)
    return found
