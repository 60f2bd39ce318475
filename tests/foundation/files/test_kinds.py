"""What a file is, is told by its first bytes; what it was called is kept fit to be shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.files import kinds


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"%PDF-1.4\n%\xe2\xe3", kinds.PDF),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", kinds.JPEG),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", kinds.PNG),
        (b"<html>%PDF-1.4", None),
        (b" %PDF-1.4", None),
        (b"GIF89a", None),
        (b"PK\x03\x04", kinds.OFD),  # so far: what lies in it decides
        (b"\x89PNG\n\x1a\n", None),
        (b"MZ", None),
        (b"", None),
    ],
)
def test_only_four_kinds_are_recognised(head: bytes, expected: str | None) -> None:
    assert kinds.recognise(head) == expected


@pytest.mark.parametrize(
    ("name", "content_type", "kept"),
    [
        ("盖章摸底表.pdf", kinds.PDF, "盖章摸底表.pdf"),
        ("扫描件.JPEG", kinds.JPEG, "扫描件.JPEG"),
        ("C:\\fakepath\\表.png", kinds.PNG, "表.png"),
        ("../../etc/passwd", kinds.PDF, "passwd.pdf"),
        ("page.html", kinds.PDF, "page.html.pdf"),
        ("表.pdf", kinds.PNG, "表.pdf.png"),
        ("换\r\n行\u202egpj.pdf", kinds.PDF, "换行gpj.pdf"),
        ("", kinds.PDF, "未命名.pdf"),
        (".pdf", kinds.PDF, "pdf.pdf"),
        ("   ", kinds.JPEG, "未命名.jpg"),
        ("...", kinds.PNG, "未命名.png"),
    ],
)
def test_names_are_cleaned(name: str, content_type: str, kept: str) -> None:
    assert kinds.clean_name(name, content_type) == kept


@given(st.text(), st.sampled_from(kinds.CONTENT_TYPES))
def test_any_name_becomes_one_that_can_be_stored_and_shown(name: str, content_type: str) -> None:
    kept = kinds.clean_name(name, content_type)
    assert 0 < len(kept) <= kinds.LONGEST
    assert not any(unicodedata.category(mark)[0] == "C" for mark in kept)
    assert not set(kept) & {"/", "\\", "\r", "\n", "\x00"}
    assert kinds.clean_name(kept, content_type) == kept
