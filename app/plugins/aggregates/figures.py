"""Tables over what versions hold: by group, nature, rank and county, and what looks wrong. Pure (S14, A5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from app.plugins.aggregates.content import Content, MissingLine, Row, SheetLine, SiteLine

Network = IPv4Network | IPv6Network
NONE = "无"
COUNT, CHINESE, OUTSIDE, REPEATED = "count", "chinese", "outside", "repeated"
KINDS = (COUNT, CHINESE, OUTSIDE, REPEATED)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Sheets and websites; ``outside`` counts only where an office has said which addresses it expects."""

    expected: int = 0
    received: int = 0
    without: int = 0
    sites: int = 0
    chinese: int = 0
    english: int = 0
    badged: int = 0
    outside: int = 0
    repeated: int = 0

    @property
    def missing(self) -> int:
        """Expected and not in."""
        return self.expected - self.received

    @property
    def no_chinese(self) -> int:
        """Websites without a Chinese domain."""
        return self.sites - self.chinese

    def plus(self, other: Numbers) -> Numbers:
        """Both together."""
        return Numbers(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table; ``key`` is what it is asked for by."""

    key: str
    label: str
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something on a sheet that somebody should look at; ``site`` is None where it concerns the whole sheet."""

    kind: str
    content: Content
    sheet: SheetLine
    site: SiteLine | None
    value: str


@dataclass(frozen=True)
class Survey:
    """What is counted: versions, and for each office (by code) the addresses it expects."""

    contents: Sequence[Content]
    networks: Mapping[str, tuple[Network, ...]] = field(default_factory=dict)
    _often: Counter[str] = field(default_factory=Counter, init=False, compare=False)

    def __post_init__(self) -> None:
        self._often.update(name for _c, _s, site in self.sites() for name in _domains(site))

    def sites(self) -> Iterator[tuple[Content, SheetLine, SiteLine]]:
        """Every website with its sheet."""
        for content in self.contents:
            for sheet in content.sheets:
                for site in sheet.sites:
                    yield content, sheet, site

    def judged(self, content: Content) -> bool:
        """Whether the office has said which addresses it expects."""
        return bool(self.networks.get(content.office))

    def outside(self, content: Content, site: SiteLine) -> bool:
        """Whether a website's address is none of those expected; one that is no address is not judged."""
        expected = self.networks.get(content.office, ())
        try:
            address = ip_address(site.ip)
        except ValueError:
            return False
        return bool(expected) and not any(address in network for network in expected)

    def repeated(self, site: SiteLine) -> list[str]:
        """The domains of a website that stand on another row too."""
        return [name for name in _domains(site) if self._often[name] > 1]

    def numbers(self, content: Content, row: Row) -> Numbers:
        """What one sheet adds."""
        if isinstance(row, MissingLine):
            return Numbers(expected=1)
        return Numbers(
            expected=1,
            received=1,
            without=int(row.no_website),
            sites=len(row.sites),
            chinese=sum(_has(site.chinese_domain) for site in row.sites),
            english=sum(_has(site.english_domain) for site in row.sites),
            badged=sum(site.badged for site in row.sites),
            outside=sum(self.outside(content, site) for site in row.sites),
            repeated=sum(bool(self.repeated(site)) for site in row.sites),
        )

    def rows(self, by: str = "", key: str = "") -> Iterator[tuple[Content, Row]]:
        """Sheets and missing ones, all or those of one line of a table."""
        of = KEYS[by] if by else None
        for content in self.contents:
            for row in content.rows:
                if of is None or of(content, row)[0] == key:
                    yield content, row

    def table(self, by: str) -> list[Line]:
        """The lines of a table, in the order in which they first come."""
        found: dict[str, tuple[str, Numbers]] = {}
        for content, row in self.rows():
            key, label = KEYS[by](content, row)
            _label, sum_ = found.get(key, (label, Numbers()))
            found[key] = (label, sum_.plus(self.numbers(content, row)))
        return [Line(key, label, numbers) for key, (label, numbers) in found.items()]

    def whole(self) -> Numbers:
        """Everything together."""
        return added(self.numbers(content, row) for content, row in self.rows())

    def anomalies(self) -> Iterator[Anomaly]:
        """Everything somebody should look at, sheet by sheet."""
        for content in self.contents:
            for sheet in content.sheets:
                if sheet.site_count != len(sheet.sites):
                    yield Anomaly(COUNT, content, sheet, None, f"{sheet.site_count} / {len(sheet.sites)}")
                for site in sheet.sites:
                    yield from self._of_site(content, sheet, site)

    def _of_site(self, content: Content, sheet: SheetLine, site: SiteLine) -> Iterator[Anomaly]:
        if not _has(site.chinese_domain):
            yield Anomaly(CHINESE, content, sheet, site, site.english_domain)
        if self.outside(content, site):
            yield Anomaly(OUTSIDE, content, sheet, site, site.ip)
        for name in self.repeated(site):
            yield Anomaly(REPEATED, content, sheet, site, name)


def added(parts: Iterable[Numbers]) -> Numbers:
    """The sum."""
    found = Numbers()
    for part in parts:
        found = found.plus(part)
    return found


def networks(ranges: Iterable[str]) -> tuple[Network, ...]:
    """The setting's texts as networks (they were checked when the setting was read in)."""
    return tuple(ip_network(one) for one in ranges)


def _has(domain: str) -> bool:
    return domain not in ("", NONE)


def _domains(site: SiteLine) -> list[str]:
    return list(dict.fromkeys(one.lower() for one in (site.chinese_domain, site.english_domain) if _has(one)))


# What the lines of a table are told apart by: a key and, where the content has its own word for it, the word.
KEYS: Mapping[str, Callable[[Content, Row], tuple[str, str]]] = {
    "county": lambda content, _row: (content.office, content.short_name),
    "group": lambda content, row: (content.groups.get(row.group, ""),) * 2,
    "nature": lambda _content, row: (row.nature, row.nature),
    "rank": lambda _content, row: (row.rank, row.rank),
}
