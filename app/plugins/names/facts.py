"""What the rules for website names ask of a unit: its names, its place, the place above, whether the name is shared."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import exists, select

from app.foundation import strict_yaml
from app.foundation.database import db
from app.foundation.limits import national
from app.foundation.tenancy.models import Office, Unit
from app.kernel import domains
from app.kernel.errors import N_, Refusal
from app.plugins.names.naming import NamingFacts

_SALT = "website-name"
PLACED = ("province", "city", "county", "zone", "desk")


@lru_cache(maxsize=4)
def _endings(path: Path) -> tuple[str, ...]:
    return strict_yaml.read(path).only("office_endings").texts("office_endings")


def place(office: Office) -> str:
    """The place an office answers for, as in 鼓楼区, read from its short name; empty for the centre, and where the
    short name names no place."""
    return _place_in(office.short_name) if office.level in PLACED else ""


def in_full(office: Office) -> str:
    """The same as the office's full name writes it; empty where that is no other than the short one."""
    full = _place_in(office.name) if office.level in PLACED else ""
    return full if full != place(office) else ""


def _place_in(name: str) -> str:
    endings = _endings(Path(current_app.config["POLICIES_DIR"]) / "naming.yaml")
    found = next((name.removesuffix(one) for one in endings if name.endswith(one)), "")
    return found if found and all(domains.is_han(char) for char in found) else ""


def of(unit: Unit) -> NamingFacts:
    """The facts of one unit; a unit of vertical management is known by its own name alone (C-art.5)."""
    names = national().names
    home = unit.home if unit.management == "local" else None
    division = place(home) if home is not None else ""
    return NamingFacts(
        unit_name=unit.name,
        short_names=tuple(one.strip() for one in unit.short_name.split("、") if one.strip()),
        division=division,
        division_full=in_full(home) if home is not None else "",
        division_shared=bool(division) and home is not None and _shared(home),
        upper_division=place(home.parent)
        if division and home is not None and home.parent is not None
        else "",
        shortest=names.site_shortest,
        longest=names.site_longest,
    )


def _shared(office: Office) -> bool:
    """Whether another office of the country answers for a place of the same name."""
    same = select(Office.id).where(
        Office.short_name == office.short_name, Office.id != office.id, Office.kind == "office", Office.active
    )
    return bool(db.session.scalar(select(exists(same))))


def seal(facts: NamingFacts) -> str:
    """The facts as a page may carry them to ask again while somebody types; nobody else can make them."""
    return str(_serializer().dumps(asdict(facts)))


def unseal(sealed: str) -> NamingFacts:
    """The facts a page carried.

    Raises:
        Refusal: this platform did not seal them.
    """
    try:
        found = _serializer().loads(sealed)
    except BadData:
        raise Refusal("naming-facts", N_("页面已经失效，请刷新后重试。")) from None
    return NamingFacts(**{**found, "short_names": tuple(found["short_names"])})


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt=_SALT)
