"""The few numbers every version has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Totals:
    """Sheets expected and handed in (``accepted`` of them taken over), websites, and units without one."""

    expected: int = 0
    received: int = 0
    accepted: int = 0
    sites: int = 0
    without: int = 0

    @property
    def missing(self) -> int:
        """Expected and not handed in."""
        return self.expected - self.received

    def plus(self, other: Totals) -> Totals:
        """Both together."""
        return Totals(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))
