"""OFD (GB/T 33190): a ZIP with ``OFD.xml`` at its root. Judged without unpacking anything but that one entry. Pure."""

from __future__ import annotations

import zipfile
import zlib
from typing import IO

ROOT = "OFD.xml"
NAMESPACE = b"http://www.ofdspec.org/2016"
MEGABYTE = 1024 * 1024
ENTRIES_LIMIT = 5000
UNPACKED_LIMIT = 200 * MEGABYTE
ROOT_LIMIT = MEGABYTE
RATIO_LIMIT = 200  # XML packs to a fiftieth; a bomb to a thousandth
RATIO_FROM = MEGABYTE
# What makes a ZIP something else as well: a Java archive, an office document, a program for a phone.
_OTHERS = frozenset({"meta-inf/manifest.mf", "[content_types].xml", "androidmanifest.xml"})


def sound(stream: IO[bytes]) -> bool:
    """Whether the stream is an OFD document and no bomb; it is left at its beginning."""
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            return _bounded(entries) and _named(entries) and _root(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return False
    finally:
        stream.seek(0)


def is_archive(stream: IO[bytes]) -> bool:
    """Whether a ZIP reader would open the stream, wherever in it the archive begins; it is left at its beginning."""
    try:
        return zipfile.is_zipfile(stream)
    finally:
        stream.seek(0)


def _bounded(entries: list[zipfile.ZipInfo]) -> bool:
    if not 0 < len(entries) <= ENTRIES_LIMIT or sum(one.file_size for one in entries) > UNPACKED_LIMIT:
        return False
    return not any(
        one.file_size > RATIO_FROM and one.file_size > RATIO_LIMIT * max(one.compress_size, 1)
        for one in entries
    )


def _named(entries: list[zipfile.ZipInfo]) -> bool:
    """Each name once, inside the archive, not encrypted, no link; none that would make it another kind of file."""
    names = [one.filename for one in entries]
    if len(set(names)) != len(names) or {name.lower() for name in names} & _OTHERS:
        return False
    return not any(
        one.flag_bits & 0x1
        or one.filename.startswith(("/", "\\"))
        or ":" in one.filename
        or ".." in one.filename.replace("\\", "/").split("/")
        or (one.external_attr >> 16) & 0o170000 == 0o120000
        for one in entries
    )


def _root(archive: zipfile.ZipFile) -> bool:
    try:
        entry = archive.getinfo(ROOT)
    except KeyError:
        return False
    with archive.open(entry) as handle:
        text = handle.read(ROOT_LIMIT + 1)
    if len(text) > ROOT_LIMIT or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        return False
    return NAMESPACE in text and b"OFD" in text and b"DocBody" in text
