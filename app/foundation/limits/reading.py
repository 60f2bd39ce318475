"""The strict reading of ``policies/limits.yaml``."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from app.foundation import strict_yaml
from app.foundation.limits.model import CLOCKS, TRACKS, Limit, Limits, LimitsError, NameRules, Proof, Track
from app.foundation.strict_yaml import Section, ShapeError
from app.kernel import domains, workdays
from app.kernel.errors import Refusal


def _read_limit(key: str, section: Section) -> Limit:
    section.only("days", "unit", "rule", "source", "firm")
    unit = section.text("unit")
    if unit not in (workdays.WORKDAY, workdays.DAY):
        raise ShapeError(f"{section.where}: unknown unit {unit!r}")
    return Limit(
        key=key,
        days=section.whole("days"),
        unit=unit,
        rule=section.text("rule"),
        source=section.text("source"),
        firm=section.flag("firm"),
    )


def _read_track(section: Section) -> Track:
    section.only("chinese", "english", "source")
    return Track(_suffixes(section, "chinese"), _suffixes(section, "english"), section.text("source"))


def _suffixes(section: Section, key: str) -> tuple[str, ...]:
    """A list of domain suffixes, each written as domains show it and without leading dot."""
    suffixes = section.texts(key)
    for suffix in suffixes:
        try:
            well_formed = domains.host(f"a.{suffix}").unicode == f"a.{suffix}"
        except Refusal:
            well_formed = False
        if not well_formed:
            raise ShapeError(f"{section.where}: {key} holds {suffix!r}, which is no domain suffix")
    return suffixes


def _read_names(domain: Section, site: Section) -> NameRules:
    site.only("shortest", "longest", "source")
    extra = domain.text("extra_han")
    if not all(domains.is_han(char) for char in extra):
        raise ShapeError(f"{domain.where}: extra_han holds more than Chinese characters")
    names = NameRules(
        domain_longest=domain.whole("longest"),
        domain_source=domain.text("source"),
        extra_han=extra,
        site_shortest=site.whole("shortest"),
        site_longest=site.whole("longest"),
        site_source=site.text("source"),
    )
    if names.site_shortest > names.site_longest:
        raise ShapeError(f"{site.where}: shortest is more than longest")
    return names


def _exactly(section: Section, keys: tuple[str, ...]) -> dict[str, Section]:
    """The sections under exactly these keys."""
    section.only(*keys)
    return {key: section.section(key) for key in keys}


def _parse(root: Section) -> Limits:
    top = _exactly(root, ("clocks", "domains", "website_name"))
    domain = top["domains"].only("longest", "source", "extra_han", "tracks", "proof")
    proof = domain.section("proof").only("track", "suffixes", "source")
    if proof.text("track") not in TRACKS:
        raise ShapeError(f"{proof.where}: unknown track {proof.text('track')!r}")
    clocks = {key: _read_limit(key, one) for key, one in _exactly(top["clocks"], CLOCKS).items()}
    tracks = {key: _read_track(one) for key, one in _exactly(domain.section("tracks"), TRACKS).items()}
    return Limits(
        clocks=MappingProxyType(clocks),
        tracks=MappingProxyType(tracks),
        proof=Proof(proof.text("track"), _suffixes(proof, "suffixes"), proof.text("source")),
        names=_read_names(domain, top["website_name"]),
    )


def load(path: Path) -> Limits:
    """Read ``limits.yaml``.

    Raises:
        LimitsError: anything unknown, missing, doubled or of the wrong kind.
    """
    try:
        return _parse(strict_yaml.read(path))
    except ShapeError as error:
        raise LimitsError(str(error)) from error
