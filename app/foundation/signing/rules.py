"""What ``policies/passwords.yaml`` says, read once at the start; anything unexpected in it stops the start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app.foundation import strict_yaml
from app.foundation.strict_yaml import Section, ShapeError

_KEY = "bianban.signing"
FILE = "passwords.yaml"
CHOICES = ("required", "optional")


@dataclass(frozen=True)
class Cost:
    """Argon2id parameters: KiB of memory, rounds, lanes."""

    memory: int
    rounds: int
    lanes: int


@dataclass(frozen=True)
class PasswordRules:
    """What a password must be; ``expires_days`` in days."""

    length: int
    longest: int
    classes: int
    history: int
    expires_days: int
    common: frozenset[str]


@dataclass(frozen=True)
class LockRules:
    """Failures of one account at one address, minutes of pause, failures of one account in an hour anywhere."""

    failures: int
    minutes: int
    account_failures: int


@dataclass(frozen=True)
class FactorRules:
    """Whether office posts need a second factor, and how the step goes."""

    offices: str
    issuer: str
    recovery_codes: int
    step_minutes: int


@dataclass(frozen=True)
class SessionRules:
    """How long a session lasts without use (minutes) and at most (hours); when the page warns (minutes before)."""

    idle_minutes: int
    hours: int
    warn_minutes: int


@dataclass(frozen=True)
class Rules:
    """The whole file."""

    password: PasswordRules
    cost: Cost
    lock: LockRules
    factor: FactorRules
    session: SessionRules


def _common(path: Path) -> frozenset[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise ShapeError(f"{path.name}: {error}") from error
    return frozenset(line.strip().casefold() for line in lines if line.strip() and not line.startswith("#"))


def _choice(section: Section, key: str) -> str:
    value = section.text(key)
    if value not in CHOICES:
        raise ShapeError(f"{section.where}: {key} must be one of {', '.join(CHOICES)}, not {value!r}")
    return value


def load(folder: Path, *, production: bool) -> Rules:
    """Read the file; outside production the values under ``demo`` go before.

    Raises:
        ShapeError: a key is unknown, missing or mistyped.
    """
    file = strict_yaml.read(folder / FILE).only("password", "hash", "lock", "factor", "session", "demo")
    password = file.section("password").only(
        "length", "longest", "classes", "history", "expires_days", "common"
    )
    cost = file.section("hash").only("memory", "rounds", "lanes")
    lock = file.section("lock").only("failures", "minutes", "account_failures")
    factor = file.section("factor").only("offices", "issuer", "recovery_codes", "step_minutes")
    session = file.section("session").only("idle_minutes", "hours", "warn_minutes")
    demo = file.section("demo").only("offices", "idle_minutes", "hours")
    return Rules(
        PasswordRules(
            length=password.whole("length"),
            longest=password.whole("longest"),
            classes=password.whole("classes"),
            history=password.whole("history"),
            expires_days=password.whole("expires_days"),
            common=_common(folder / password.text("common")),
        ),
        Cost(cost.whole("memory"), cost.whole("rounds"), cost.whole("lanes")),
        LockRules(lock.whole("failures"), lock.whole("minutes"), lock.whole("account_failures")),
        FactorRules(
            _choice(factor if production else demo, "offices"),
            factor.text("issuer"),
            factor.whole("recovery_codes"),
            factor.whole("step_minutes"),
        ),
        SessionRules(
            (session if production else demo).whole("idle_minutes"),
            (session if production else demo).whole("hours"),
            session.whole("warn_minutes"),
        ),
    )


def init_app(app: Flask) -> None:
    """Read the rules of this app."""
    production = app.config.get("ENV_NAME") == "production"
    app.extensions[_KEY] = load(Path(app.config["POLICIES_DIR"]), production=production)


def rules_of(app: Flask) -> Rules:
    """The rules this app was started with."""
    rules: Rules = app.extensions[_KEY]
    return rules
