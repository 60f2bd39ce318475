"""Where a visitor of the verification page came from, and whether that is a host the badge stands for.

A host is compared as a parsed name, exactly: never a pattern, never a part of the text. A difference is a lead,
not a proof: people also come from search results and forwarded links.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from app.kernel import domains
from app.kernel.errors import Refusal

_LONGEST = 2048
_SCHEMES = frozenset({"http", "https"})


def host_of(address: str) -> str | None:
    """The host of an address, lower case and without a closing dot; None when it has none.

    An address with a user name or a backslash before the path is none a browser sends: its whole authority is
    answered, which equals no host.
    """
    if not address or len(address) > _LONGEST:
        return None
    try:
        parts = urlsplit(address.strip())
        name = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in _SCHEMES or not name:
        return None
    if "@" in parts.netloc or "\\" in parts.netloc:
        return parts.netloc.lower()
    return name.lower().removesuffix(".")


def name_of(authority: str) -> str:
    """The host of ``host:port``."""
    return host_of(f"http://{authority}/") or authority


def same(left: str, right: str) -> bool:
    """Whether two host names are one: as text, or as the same name in Unicode and punycode."""
    return left == right or domains.same_host(left, right)


def stranger(referer: str | None, allowed: Iterable[str], own: Iterable[str]) -> str | None:
    """The host the visitor came from when the badge does not stand for it, as people read it.

    ``own`` are the platform's hosts, from which anybody may come. None when there is nothing to say.
    """
    host = host_of(referer or "")
    if host is None or any(same(host, one) for one in (*own, *allowed)):
        return None
    return shown(host)


def shown(host: str) -> str:
    """A Chinese name in Chinese; any other as the network carries it, so that look-alikes show."""
    try:
        return domains.host(host).unicode
    except Refusal:
        return host
