"""Text on its way onto paper: what a font lacks is told and marked, what would run over the edge may break."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from app.foundation.documents import glyphs

MARK = "〓"  # a printer's sign for a character he does not have
BREAK = "\u200b"
_RUN = 16  # half-widths that may stand together without a place to break
_PARTING = frozenset(" \t\n\u3000" + BREAK)
_BROAD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZmw@%&\u00a0")
_MARKS = 2  # combining marks on one character; more would stand in the lines above and below


def missing(texts: Iterable[str]) -> tuple[str, ...]:
    """The characters among them that the fonts lack, each once, in order: they are told to whoever prints."""
    found = dict.fromkeys(one for text in texts for one in text if not _drawn(one))
    return tuple(found)


def texts_in(value: Any) -> Iterable[str]:
    """Every text in what a template is filled with."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)


def marked(text: str) -> str:
    """The text with ``MARK`` in place of every character the fonts lack, and no pile of marks over one."""
    if text.isascii():
        return text
    kept, piled = [], 0
    for one in text:
        piled = piled + 1 if unicodedata.combining(one) else 0
        if piled <= _MARKS:
            kept.append(one if _drawn(one) else MARK)
    return "".join(kept)


def breakable(text: str) -> str:
    """The text with a place to break wherever more than a few signs stand together that would not part."""
    kept: list[str] = []
    run, before = 0, ""
    for one in text:
        if one in _PARTING or (_han(before) and _han(one)):
            run = 0
        width = 2 if one in _BROAD or unicodedata.east_asian_width(one) in "WFA" else 1
        if unicodedata.combining(one):
            width = 0
        elif run + width > _RUN:
            kept.append(BREAK)
            run = 0
        run += width
        kept.append(one)
        before = one
    return "".join(kept)


def laid(value: Any) -> Any:
    """What a template is filled with, every text in it ``breakable``."""
    if isinstance(value, str):
        return breakable(value)
    if isinstance(value, Mapping):
        return {name: laid(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [laid(one) for one in value]
    return value


@lru_cache(maxsize=8192)
def _drawn(one: str) -> bool:
    return one.isspace() or unicodedata.category(one) in {"Cc", "Cf", "Cs"} or glyphs.has(one)


def _han(one: str) -> bool:
    return bool(one) and ("\u3400" <= one <= "\u9fff" or "\uf900" <= one <= "\ufaff" or one >= "\U00020000")
