"""What may be uploaded, told by its first bytes and never by its name; and how names are kept. Pure."""

from __future__ import annotations

import unicodedata

PDF, JPEG, PNG = CONTENT_TYPES = ("application/pdf", "image/jpeg", "image/png")

_MAGIC = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_EXTENSIONS = {PDF: (".pdf",), JPEG: (".jpg", ".jpeg"), PNG: (".png",)}
HEAD = 16
LONGEST = 150


def recognise(head: bytes) -> str | None:
    """The content type whose mark the first ``HEAD`` bytes carry, or None."""
    return next((content_type for magic, content_type in _MAGIC if head.startswith(magic)), None)


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
