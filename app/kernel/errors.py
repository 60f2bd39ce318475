"""Refusals: every "no" the system says, with a code, a Chinese message and the article it rests on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

_NONE: Mapping[str, object] = MappingProxyType({})


def N_(msg: str) -> str:
    """Mark a msgid for extraction; the edge translates it when it is shown."""
    return msg


def fill(message: str, params: Mapping[str, object]) -> str:
    """Put named parameters into a msgid; without parameters the text stands as it is."""
    return message % params if params else message


@dataclass(frozen=True)
class Finding:
    """One thing wrong with one field: a msgid with its parameters and the article it rests on."""

    field: str
    message: str
    source: str = ""
    code: str = ""
    params: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NONE)

    def __str__(self) -> str:
        return fill(self.message, self.params)


class Refusal(Exception):
    """A rule said no. `message` is a msgid, `source` the article or office that says so."""

    status: ClassVar[int] = 422

    def __init__(
        self, code: str, message: str, *, source: str = "", field: str | None = None, **params: object
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.source = source
        self.field = field
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        return fill(self.message, self.params)

    def finding(self, field: str | None = None) -> Finding:
        """The same refusal as something to show beside a form field."""
        return Finding(field or self.field or "", self.message, self.source, self.code, self.params)


class AccessDenied(Refusal):
    """The person can see the thing but may not do this with it."""

    status = 403


class NotSeen(Refusal):
    """The thing does not exist, or this person may not know that it does."""

    status = 404


class WrongState(Refusal):
    """The step does not follow from the present state."""

    status = 409


class Stale(Refusal):
    """Somebody else changed the thing since it was read."""

    status = 409


class Invalid(Refusal):
    """What was filled in does not hold; one finding for each field that is wrong."""

    def __init__(self, findings: Iterable[Finding], *, code: str = "invalid", source: str = "") -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        if not self.findings:
            raise ValueError("Invalid needs at least one finding")
        super().__init__(code, N_("填报内容有 %(n)s 处需要更正。"), source=source, n=len(self.findings))
