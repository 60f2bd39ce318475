"""What stands on paper: words read out of a PDF, and ink outside of where it may be."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterable

from pypdf import PdfReader

# Nothing to read: blanks, and what only says where a line may break.
_UNREAD = re.compile(r"[\s\u200b\u2060\ufeff]")


def bare(text: str) -> str:
    """A text without blanks and places to break: what can be compared with what was extracted."""
    return _UNREAD.sub("", text)


def words_of(content: bytes) -> str:
    """Everything a file says, in order, without blanks."""
    return bare("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def pages_of(content: bytes) -> int:
    """How many pages."""
    return len(PdfReader(io.BytesIO(content)).pages)


def ink_outside(png: bytes, left: float, top: float, right: float, bottom: float) -> int:
    """Dark dots of a picture beyond its margins, given as shares of width and height."""
    width, height, rows = _decoded(png)
    found = 0
    for number, row in enumerate(rows):
        edge = number < top * height or number >= (1 - bottom) * height
        spans: Iterable[int] = (
            range(width) if edge else (*range(int(left * width)), *range(int((1 - right) * width), width))
        )
        found += sum(1 for x in spans if row[4 * x + 3] > 16 and min(row[4 * x : 4 * x + 3]) < 200)
    return found


def _decoded(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of RGBA (8 bit, not interlaced: what typst writes)."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    size = {2: 3, 6: 4}[colour]
    assert depth == 8
    at, packed = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += 12 + length
    data, stride = zlib.decompress(packed), width * size
    rows: list[bytes] = []
    before = bytearray(stride)
    for number in range(height):
        start = number * (stride + 1)
        line = bytearray(data[start + 1 : start + 1 + stride])
        _unfilter(data[start], line, before, size)
        before = line
        rows.append(
            bytes(line) if size == 4 else b"".join(line[n : n + 3] + b"\xff" for n in range(0, stride, 3))
        )
    return width, height, rows


def _unfilter(kind: int, line: bytearray, before: bytearray, size: int) -> None:
    for n in range(len(line)):
        left = line[n - size] if n >= size else 0
        up = before[n]
        corner = before[n - size] if n >= size else 0
        if kind == 1:
            line[n] = (line[n] + left) & 255
        elif kind == 2:
            line[n] = (line[n] + up) & 255
        elif kind == 3:
            line[n] = (line[n] + (left + up) // 2) & 255
        elif kind == 4:
            guess = left + up - corner
            nearest = min(
                (abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner)
            )
            line[n] = (line[n] + nearest[2]) & 255
