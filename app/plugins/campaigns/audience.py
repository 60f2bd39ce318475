"""To whom an office may issue: its own units, the desks it guides, and the offices below it, by level (S0, S5, S6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Finding, Invalid

OWN = "own"
# Written into the document as they stand, whatever the language of whoever drafts it.
OWN_LABEL = "本级各单位"
LEVELS = {
    "province": "各省级机构编制部门",
    "city": "各市州机构编制部门",
    "county": "各县（市、区）机构编制部门",
    "zone": "各开发区、管理区",
}


@dataclass(frozen=True)
class Choice:
    """One group that can be chosen; of ``offices`` (path and name) some or all."""

    key: str
    label: str
    homes: tuple[str, ...]
    offices: tuple[tuple[str, str], ...] = ()

    def group(self, paths: list[str]) -> dict[str, Any]:
        """As it stands in a campaign, with the offices chosen."""
        return {"key": self.key, "label": self.label, "homes": list(self.homes), "offices": paths}


def choices(office: Office) -> list[Choice]:
    """Every group an office may address."""
    below = db.session.scalars(
        select(Office).where(Office.parent_id == office.id, Office.active.is_(True)).order_by(Office.path)
    ).all()
    found = [Choice(OWN, OWN_LABEL, (office.path,))]
    found += [
        Choice(f"desk{one.id}", one.short_name, (one.path,)) for one in below if one.desk_kind == "guided"
    ]
    for level, label in LEVELS.items():
        offices = tuple(
            (one.path, one.short_name) for one in below if one.level == level and one.kind == "office"
        )
        if offices:
            found.append(Choice(level, label, (), offices))
    return found


def chosen(office: Office, keys: list[str], paths: list[str]) -> list[dict[str, Any]]:
    """The groups ticked, with the offices ticked of each.

    Raises:
        Invalid: a group of offices without an office in it.
    """
    groups = []
    for one in choices(office):
        if one.key not in keys:
            continue
        picked = [path for path, _name in one.offices if path in paths]
        if one.offices and not picked:
            raise Invalid(
                [
                    Finding(
                        "groups",
                        N_("请选择“%(label)s”中的机构。"),
                        code="no-offices",
                        params={"label": one.label},
                    )
                ]
            )
        groups.append(one.group(picked))
    return groups


def addressees(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The groups as the list of addressees: with the offices' names, for reading."""
    named = [path for group in groups for path in group["offices"]]
    query = select(Office.path, Office.short_name).where(Office.path.in_(named))
    names = {path: name for path, name in db.session.execute(query)}
    return [
        {
            "label": group["label"],
            "names": [names[path] for path in group["offices"]],
            "homes": group["homes"],
            "offices": group["offices"],
        }
        for group in groups
    ]
