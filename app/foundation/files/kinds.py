"""What may be uploaded, told by its bytes and never by its name; and how names are kept. Pure."""

from __future__ import annotations

import unicodedata

PDF, JPEG, PNG, OFD = CONTENT_TYPES = ("application/pdf", "image/jpeg", "image/png", "application/ofd")
SHOWN_IN_BROWSERS = frozenset({PDF, JPEG, PNG})

_MAGIC = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"PK\x03\x04", OFD),  # a ZIP: what lies in it decides, see ``ofd``
)
_EXTENSIONS = {PDF: (".pdf",), JPEG: (".jpg", ".jpeg"), PNG: (".png",), OFD: (".ofd",)}
HEAD = 16
FRONT = 1024  # where readers of other kinds still look for their own mark
LONGEST = 150


def recognise(head: bytes) -> str | None:
    """The content type whose mark the first ``HEAD`` bytes carry, or None."""
    return next((content_type for magic, content_type in _MAGIC if head.startswith(magic)), None)


def two_faced(front: bytes, content_type: str) -> bool:
    """Whether the first ``FRONT`` bytes would also be read as something else: a PDF inside an image, a page in a PDF.

    PDF readers accept their mark anywhere in the first kilobyte; browsers of old sniffed for tags there.
    """
    lowered = front.lower()
    if content_type != PDF and b"%pdf-" in lowered:
        return True
    return any(mark in lowered for mark in (b"<html", b"<script", b"<!doctype html", b"<svg", b"<?php"))


def clean_name(name: str, content_type: str) -> str:
    """The name a person gave, without folders or characters that cannot be shown, and with a fitting ending."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(mark for mark in last if unicodedata.category(mark)[0] != "C").strip(" .")
    endings = _EXTENSIONS[content_type]
    stem = shown
    if shown.lower().endswith(endings):
        stem = shown[: shown.rindex(".")]
        ending = shown[shown.rindex(".") :]
    else:
        ending = endings[0]
    return (stem[: LONGEST - len(ending)].strip(" .") or "未命名") + ending
