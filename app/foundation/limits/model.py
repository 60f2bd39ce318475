"""What a limit is: a period, a track's suffixes, the lengths of names; and an office's own values over them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from app.foundation.strict_yaml import Section, ShapeError
from app.kernel import domains, workdays
from app.kernel.domains import Domain
from app.kernel.errors import N_, Refusal
from app.kernel.workdays import Calendar, Clock

FIRST_REVIEW = "first_review"
PAPER_REVIEW = "paper_review"
APPLICANT_PAPER = "applicant_paper"
CONSULT = "consult"
HANGING = "hanging"
RECTIFICATION = "rectification"
CLOSED_SITE = "closed_site"
CLOCKS = (FIRST_REVIEW, PAPER_REVIEW, APPLICANT_PAPER, CONSULT, HANGING, RECTIFICATION, CLOSED_SITE)
TRACKS = ("organ", "institution")


class LimitsError(ValueError):
    """The limits, or an office's own values over them, cannot be used as written; the message says where."""


@dataclass(frozen=True)
class Limit:
    """One period: so many working or calendar days, by this rule of that source.

    ``firm`` is False where the rule says 原则上; ``reason`` is set when an office departs from a firm limit.
    """

    key: str
    days: int
    unit: str
    rule: str
    source: str
    firm: bool
    reason: str = ""

    def start(self, on: date, cal: Calendar) -> Clock:
        """A clock of this limit that starts on a day and counts from the next."""
        return workdays.run(
            self.key,
            on,
            self.days,
            cal,
            rule=self.rule,
            source=self.source,
            firm=self.firm,
            unit=self.unit,
        )


@dataclass(frozen=True)
class Track:
    """The domain suffixes open to organs or to institutions (C-art.6), without leading dots."""

    chinese: tuple[str, ...]
    english: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Proof:
    """Which suffixes ask one track for proof of its administrative function (C-art.5(2))."""

    track: str
    suffixes: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class NameRules:
    """How long names may be and which place-name characters GB 2312 lacks."""

    domain_longest: int
    domain_source: str
    extra_han: str
    site_shortest: int
    site_longest: int
    site_source: str


@dataclass(frozen=True)
class Limits:
    """Everything in ``limits.yaml``, with one office's own periods laid over it where asked for."""

    clocks: Mapping[str, Limit]
    tracks: Mapping[str, Track]
    proof: Proof
    names: NameRules

    def clock(self, key: str) -> Limit:
        """The limit of that key.

        Raises:
            LimitsError: no such limit; a mistake of the caller, never of a user.
        """
        try:
            return self.clocks[key]
        except KeyError:
            raise LimitsError(f"unknown limit {key!r}") from None

    def chinese_domain(self, text: str, track: str) -> Domain:
        """A Chinese domain as an organ or institution may use it (C-art.6).

        Raises:
            Refusal: field ``chinese_domain``; or an owner that is neither (C-art.3).
        """
        allowed = self._track(track)
        names = self.names
        return domains.chinese(
            text,
            allowed.chinese,
            longest=names.domain_longest,
            extra=names.extra_han,
            source=allowed.source,
        )

    def english_domain(self, text: str, track: str) -> Domain:
        """An English domain as an organ or institution may use it (C-art.6).

        Raises:
            Refusal: field ``english_domain``; or an owner that is neither (C-art.3).
        """
        allowed = self._track(track)
        return domains.english(text, allowed.english, source=allowed.source)

    def website_name(self, text: str) -> str:
        """A website's name within the length allowed (C-art.4).

        Raises:
            Refusal: field ``name``.
        """
        return domains.website_name(text, shortest=self.names.site_shortest, longest=self.names.site_longest)

    def needs_proof(self, track: str, *names: Domain | str) -> bool:
        """Whether any of these domains asks for proof of an administrative function (C-art.5(2))."""
        return track == self.proof.track and any(
            str(name).endswith("." + suffix) for name in names for suffix in self.proof.suffixes
        )

    def _track(self, track: str) -> Track:
        try:
            return self.tracks[track]
        except KeyError:
            raise Refusal(
                "track-unknown",
                N_("开办主体应为党政机关或事业单位；企业、个人和其他社会组织不得开办党政机关网站。"),
                source="办法第三条",
                field="nature",
            ) from None

    def overridden(self, overrides: Mapping[str, object]) -> Limits:
        """The same limits with an office's own periods over them: ``{key: {days, firm, source, reason?}}``.

        What is left out stays as it is; a departure from a firm limit (other days, or no longer firm) must
        give its reason and says whose it is.

        Raises:
            LimitsError: an unknown key or shape, or a departure without a reason.
        """
        merged = dict(self.clocks)
        for key, value in overrides.items():
            if key not in merged:
                raise LimitsError(f"override of unknown limit {key!r}")
            try:
                merged[key] = _override(merged[key], Section(value, f"override {key}"))
            except ShapeError as error:
                raise LimitsError(str(error)) from error
        return dataclasses.replace(self, clocks=MappingProxyType(merged))


def _override(limit: Limit, own: Section) -> Limit:
    own.only("days", "firm", "source", "reason")
    days = own.whole("days", default=limit.days)
    firm = own.flag("firm", default=limit.firm)
    reason = own.text("reason", default="")
    changed = days != limit.days or firm is not limit.firm
    if limit.firm and changed and not reason:
        raise LimitsError(
            f"override {limit.key}: departing from a firm limit ({limit.source}) needs a reason"
        )
    return dataclasses.replace(
        limit,
        days=days,
        firm=firm,
        reason=reason,
        # whoever sets another period answers for it: a changed limit never keeps the old article
        source=own.text("source") if changed else own.text("source", default=limit.source),
    )
