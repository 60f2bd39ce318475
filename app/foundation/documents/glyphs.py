"""Which characters the fonts hold: read once from their own tables (OpenType ``cmap``, formats 4 and 12)."""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

from pylopdf_fonts_zh_cn import sans_path, serif_path


def has(character: str) -> bool:
    """Whether both faces draw it: Song for the text, Hei for headings."""
    return ord(character) in _held()


@lru_cache(maxsize=1)
def _held() -> frozenset[int]:
    return read(serif_path()) & read(sans_path())


def read(font: Path) -> frozenset[int]:
    """The code points of an OpenType font.

    Raises:
        ValueError: it has no table of characters that can be read.
    """
    content = font.read_bytes()
    table = _table(content)
    (count,) = struct.unpack_from(">H", content, table + 2)
    found: set[int] = set()
    for number in range(count):
        _platform, _encoding, offset = struct.unpack_from(">HHL", content, table + 4 + 8 * number)
        (form,) = struct.unpack_from(">H", content, table + offset)
        reader = {4: _segments, 12: _groups}.get(form)
        if reader is not None:
            found |= reader(content, table + offset)
    if not found:
        raise ValueError(f"{font.name}: no table of characters")
    return frozenset(found)


def _table(content: bytes) -> int:
    (count,) = struct.unpack_from(">H", content, 4)
    for number in range(count):
        tag, _check, offset, _length = struct.unpack_from(">4sLLL", content, 12 + 16 * number)
        if tag == b"cmap":
            return int(offset)
    raise ValueError("no table of characters")


def _segments(content: bytes, at: int) -> set[int]:
    """Format 4: the basic plane."""
    (doubled,) = struct.unpack_from(">H", content, at + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", content, at + 14)
    starts = struct.unpack_from(f">{count}H", content, at + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", content, at + 16 + 2 * doubled)
    places = at + 16 + 3 * doubled
    ranges = struct.unpack_from(f">{count}H", content, places)
    found = set()
    for number in range(count):
        for code in range(starts[number], min(ends[number], 0xFFFE) + 1):
            if ranges[number]:
                where = places + 2 * number + ranges[number] + 2 * (code - starts[number])
                (glyph,) = struct.unpack_from(">H", content, where)
            else:
                glyph = (code + deltas[number]) & 0xFFFF
            if glyph:
                found.add(code)
    return found


def _groups(content: bytes, at: int) -> set[int]:
    """Format 12: all planes."""
    (count,) = struct.unpack_from(">L", content, at + 12)
    found: set[int] = set()
    for number in range(count):
        first, last, _glyph = struct.unpack_from(">LLL", content, at + 16 + 12 * number)
        found.update(range(first, last + 1))
    return found
