"""What the files of ``tenants/`` describe, checked and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.foundation.tenancy.declared.sources import Place

NATIONAL = "national"


@dataclass(frozen=True)
class OfficePlan:
    """One office as it should be; ``path`` is empty until its parents are resolved."""

    place: Place
    code: str
    parent: str
    name: str
    short_name: str
    kind: str
    level: str
    segment: str = ""
    desk_kind: str | None = None
    division_code: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    folder: str = NATIONAL
    path: str = ""


@dataclass(frozen=True)
class ContactPlan:
    """Whom to ask at an office about a topic."""

    office: str
    topic: str
    section: str
    phone: str


@dataclass(frozen=True)
class GrantPlan:
    """A dated exception, by paths, with the document that grants it."""

    holder_path: str
    relation: str
    how: str
    where_path: str
    since: date
    until: date | None
    document: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes an exception the same one."""
        return self.holder_path, self.relation, self.how, self.where_path


@dataclass(frozen=True)
class Plan:
    """All offices (every parent before its children), contacts and dated exceptions."""

    offices: tuple[OfficePlan, ...]
    contacts: tuple[ContactPlan, ...]
    grants: tuple[GrantPlan, ...]
    folders: tuple[str, ...]


def chain(code: str, offices: Mapping[str, OfficePlan]) -> tuple[list[str], bool]:
    """Codes from an office up to the root, and whether the way runs in a circle."""
    found: list[str] = []
    while code in offices:
        if code in found:
            return found, True
        found.append(code)
        code = offices[code].parent
    return found, False


def inside(folder: str, code: str, offices: Mapping[str, OfficePlan]) -> bool:
    """Whether an office belongs to the territory a folder speaks for."""
    return folder == NATIONAL or folder in chain(code, offices)[0]
