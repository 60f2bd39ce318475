"""``policies/notices.yaml``: which events are told, by which channels, in which words; read strictly at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from flask import Flask, current_app

from app.foundation import strict_yaml
from app.foundation.access import Policy, policy
from app.foundation.notices import templates
from app.foundation.notices.quiet import QuietHours, clock_time
from app.foundation.strict_yaml import Section, ShapeError

FILE = "notices.yaml"
CHANNELS = ("inbox", "email", "sms")
LADDERS = ("paper", "deadline", "opinion")
READS = ("delivery", "read")
_KEY = "bianban.notices.catalogue"
_EVENT_KEYS = (
    "title", "to", "channels", "urgent", "secret", "reads", "variables", "subject", "text", "inbox", "sms",
)  # fmt: skip


@dataclass(frozen=True)
class Variable:
    """What may stand in braces, and an example for the preview."""

    label: str
    example: str


@dataclass(frozen=True)
class Event:
    """One thing that is told. ``inbox`` is its text in the app where that differs from the mail's."""

    key: str
    title: str
    to: str
    channels: tuple[str, ...]
    urgent: bool
    secret: bool
    reads: tuple[str, str]
    variables: tuple[str, ...]
    subject: str
    text: str
    inbox: str
    sms: str


@dataclass(frozen=True)
class Catalogue:
    """The whole file."""

    quiet: QuietHours
    digest_at: time
    signature: str
    variables: Mapping[str, Variable]
    ladders: Mapping[str, tuple[int, ...]]
    events: Mapping[str, Event]

    def event(self, key: str) -> Event:
        """One event.

        Raises:
            LookupError: it is not declared; nothing undeclared is told.
        """
        try:
            return self.events[key]
        except KeyError:
            raise LookupError(f"{FILE}: no event {key}") from None


def load(folder: Path, rules: Policy) -> Catalogue:
    """Read the file.

    Raises:
        ShapeError: a key is unknown, missing or mistyped, a channel, variable or policy pair does not exist.
    """
    file = strict_yaml.read(folder / FILE).only(
        "quiet_hours", "digest_at", "signature", "ladders", "variables", "events"
    )
    known = {
        name: Variable(one.only("label", "example").text("label"), one.text("example"))
        for name, one in file.section("variables").sections()
    }
    hours = file.section("quiet_hours").only("from", "until")
    quiet = QuietHours.read(f"{hours.text('from')}-{hours.text('until')}")
    digest_at = clock_time(file.text("digest_at"))
    if quiet is None or digest_at is None:
        raise ShapeError(f"{FILE}: quiet_hours and digest_at are times of day (21:00)")
    ladders = file.section("ladders").only(*LADDERS)
    events = {key: _event(key, one, known, rules) for key, one in file.section("events").sections()}
    used = {name for event in events.values() for name in event.variables}
    if set(known) - used:
        raise ShapeError(f"{FILE}: variables: {', '.join(sorted(set(known) - used))} stands in no event")
    return Catalogue(
        quiet, digest_at, file.text("signature"), known, {key: _ladder(ladders, key) for key in LADDERS}, events
    )  # fmt: skip


def _ladder(section: Section, key: str) -> tuple[int, ...]:
    steps = section.wholes(key)
    if tuple(sorted(set(steps), reverse=True)) != steps:
        raise ShapeError(f"{section.where}: {key} must be falling numbers of working days")
    return steps


def _event(key: str, one: Section, known: Mapping[str, Variable], rules: Policy) -> Event:
    one.only(*_EVENT_KEYS)
    channels, names, given = one.texts("channels"), one.texts("variables"), set(one.keys())
    if not set(channels) <= set(CHANNELS):
        raise ShapeError(f"{one.where}: unknown channel in {channels}")
    if not set(names) <= set(known):
        raise ShapeError(
            f"{one.where}: variables {', '.join(sorted(set(names) - set(known)))} are not declared"
        )
    if ("sms" in channels) != ("sms" in given):
        raise ShapeError(f"{one.where}: sms has words exactly where it is a channel")
    obj, _dot, act = one.text("reads", ".".join(READS)).partition(".")
    if not rules.knows(obj, act):
        raise ShapeError(f"{one.where}: reads names {obj}.{act}, which the policy does not know")
    made = Event(
        key=key, title=one.text("title"), to=one.text("to"), channels=channels, urgent=one.flag("urgent", False),
        secret=one.flag("secret", False), reads=(obj, act), variables=names, subject=one.text("subject"),
        text=one.text("text"), inbox=one.text("inbox", ""), sms=one.text("sms", ""),
    )  # fmt: skip
    if made.secret and "inbox" in channels:
        raise ShapeError(f"{one.where}: a secret does not go to an inbox")
    for field, words, longest in _parts(made):
        for finding in templates.findings(field, words, names, longest=longest, required=field in given):
            raise ShapeError(f"{one.where}: {field}: {finding}")
    return made


def _parts(event: Event) -> tuple[tuple[str, str, int], ...]:
    return (
        ("subject", event.subject, templates.SUBJECT_LONGEST),
        ("text", event.text, templates.TEXT_LONGEST),
        ("inbox", event.inbox, templates.TEXT_LONGEST),
        ("sms", event.sms, templates.SMS_LONGEST),
    )


def init_app(app: Flask) -> None:
    """Read the file; anything unexpected in it stops the start."""
    with app.app_context():
        app.extensions[_KEY] = load(Path(app.config["POLICIES_DIR"]), policy())


def catalogue() -> Catalogue:
    """The events of this app."""
    found: Catalogue = current_app.extensions[_KEY]
    return found
