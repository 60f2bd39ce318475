"""The frozen public facts of one approved site: what goes to the central layer, exactly and provably."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.kernel import domains
from app.kernel.errors import N_, Refusal

VERSION = 2


@dataclass(frozen=True)
class PublicFacts:
    """What C-art.4 lets the badge page show, the unit's account and the office that reviewed. No personal data.

    ``kind`` is the application's; a change names the badge it is of (S32).
    """

    unit_account: str
    track: str
    organ_name: str
    organ_type: str
    organ_address: str
    organ_functions: str
    site_name: str
    chinese_domain: str
    english_domain: str
    office_path: str
    office_name: str
    office_segment: str | None = None
    kind: str = "opening"
    former_badge: str | None = None


@dataclass(frozen=True)
class Host:
    """One host the badge stands for, as people read it and as the network carries it."""

    unicode: str
    ascii: str


def hosts_of(chinese_domain: str, english_domain: str) -> tuple[Host, ...]:
    """The allowed hosts, parsed; each once.

    Raises:
        Refusal: a domain is no host name, or there is none.
    """
    found: dict[str, Host] = {}
    for text in (chinese_domain, english_domain):
        if text.strip():
            domain = domains.host(text)
            found.setdefault(domain.ascii, Host(domain.unicode, domain.ascii))
    if not found:
        raise Refusal(
            "snapshot-no-host", N_("网站没有登记域名，不能审核通过和申请发放标识。"), source="办法第六条"
        )
    return tuple(found.values())


def build(facts: PublicFacts) -> dict[str, Any]:
    """The snapshot as plain data.

    Raises:
        Refusal: an empty name, or no usable host.
    """
    if not (facts.organ_name.strip() and facts.site_name.strip()):
        raise Refusal(
            "snapshot-unnamed", N_("单位名称或者网站名称为空，不能审核通过和报送。"), source="办法第四条"
        )
    hosts = hosts_of(facts.chinese_domain, facts.english_domain)
    return {"version": VERSION, **asdict(facts), "hosts": [asdict(host) for host in hosts]}


def canonical(snapshot: Mapping[str, Any]) -> bytes:
    """One byte form for one content: sorted keys, no spaces, UTF-8."""
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def digest(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form, hexadecimal."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()


def intact(snapshot: Mapping[str, Any], sha256: str) -> bool:
    """Whether a snapshot is still what was hashed."""
    return hmac.compare_digest(digest(snapshot), sha256)


def former_badge(snapshot: Mapping[str, Any]) -> str:
    """The number of the badge that a change is of; empty for everything else, and for what was frozen in version 1."""
    return str(snapshot.get("former_badge") or "")


def hosts_in(snapshot: Mapping[str, Any]) -> tuple[Host, ...]:
    """The hosts a snapshot carries."""
    return tuple(Host(host["unicode"], host["ascii"]) for host in snapshot["hosts"])
