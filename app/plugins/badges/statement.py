"""What the public may know of a badge, as one value: the page and the JSON show this and nothing else (C-art.4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.foundation import clock
from app.foundation.admin import labels
from app.plugins.badges.catalogue import Ground, catalogue
from app.plugins.badges.models import Badge


@dataclass(frozen=True)
class Statement:
    """The public fields of C-art.4, the hosts, and the state: since when and on which ground.

    ``replaced_by``: the number of the badge that came in its place when the website's name changed; ``amended_at``:
    when an approved change last gave it new facts.
    """

    number: str
    organ_name: str
    organ_type: str
    organ_address: str
    organ_functions: str
    site_name: str
    chinese_domain: str
    english_domain: str
    hosts: tuple[dict[str, str], ...]
    issuer: str
    issued_at: datetime
    state: str
    state_since: datetime
    ground: Ground | None
    replaced_by: str | None = None
    amended_at: datetime | None = None

    @property
    def in_force(self) -> bool:
        """Whether the badge vouches for its hosts now."""
        return self.state == "issued"


def of(badge: Badge) -> Statement:
    """The statement of a badge; reasons and names of those who acted stay inside."""
    return Statement(
        number=badge.number,
        organ_name=badge.organ_name,
        organ_type=badge.organ_type,
        organ_address=badge.organ_address,
        organ_functions=badge.organ_functions,
        site_name=badge.name,
        chinese_domain=badge.chinese_domain,
        english_domain=badge.english_domain,
        hosts=tuple({"unicode": host["unicode"], "ascii": host["ascii"]} for host in badge.hosts),
        issuer=badge.issuer,
        issued_at=badge.issued_at,
        state=badge.state,
        state_since=badge.state_since,
        ground=ground_of(badge),
        replaced_by=badge.successor.number if badge.successor is not None else None,
        amended_at=badge.amended_at,
    )


def ground_of(badge: Badge) -> Ground | None:
    """Why a badge is not in force, in the catalogue's words."""
    known = catalogue()
    if badge.state == "suspended":
        return known.suspension.get(badge.suspended_ground)
    if badge.state == "revoked" and badge.revocation is not None:
        return known.revocation.get(str(badge.revocation.ground))
    return None


def as_json(said: Statement, url: str) -> dict[str, Any]:
    """The statement for programs; moments in Beijing time with their offset."""
    plain = asdict(said)
    plain["hosts"] = list(said.hosts)
    plain["issued_at"] = clock.localise(said.issued_at).isoformat()
    plain["state_since"] = clock.localise(said.state_since).isoformat()
    plain["amended_at"] = clock.localise(said.amended_at).isoformat() if said.amended_at else None
    plain["state_label"] = labels.of("badge", said.state)[0]
    return {**plain, "url": url}
