"""Text on its way onto paper: which characters the fonts lack, what is marked, where a line may break."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.documents import glyphs, pdf, words


@pytest.mark.parametrize("character", ["䶮", "㐂", "𬭎", "常", "a", "〓", "〔", "☑"])
def test_the_fonts_hold_what_names_need(character: str) -> None:
    assert glyphs.has(character) is (character != "☑")


@pytest.mark.parametrize("character", ["𠮷", "😀", "ש", "\ue000"])
def test_what_they_lack_is_told_and_marked(character: str) -> None:
    assert words.missing([f"张{character}局", character]) == (character,)
    assert words.marked(f"张{character}局") == "张〓局"


def test_a_file_that_is_no_font_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty.otf"
    empty.write_bytes(b"OTTO\x00\x00" + b"\x00" * 6)
    with pytest.raises(ValueError, match="no table"):
        glyphs.read(empty)


def test_no_pile_of_marks_stands_over_a_character() -> None:
    assert words.marked("a" + "\u0301" * 50) == "a" + "\u0301" * 2


@given(st.text(max_size=300))
def test_a_place_to_break_is_all_that_is_added(text: str) -> None:
    assert words.breakable(text).replace(words.BREAK, "") == text.replace(words.BREAK, "")


@given(st.text(alphabet="Wa1.-。！—\u2060\u00a0", min_size=1, max_size=400))
def test_nothing_stands_together_longer_than_a_narrow_column(text: str) -> None:
    assert max(len(one) for one in words.breakable(text).split(words.BREAK)) <= 16


def test_ordinary_sentences_stay_as_they_are() -> None:
    said = "现将我单位开办的常德市人民政府门户网站的相关材料送上，请予以审核。"
    assert words.breakable(said) == said


def test_a_change_of_a_template_is_another_edition(tmp_path: Path) -> None:
    template = tmp_path / "sheet.typ"
    template.write_text("a", encoding="utf-8")
    first = pdf.edition(template)
    assert first == pdf.edition(template) and len(first) == 64
    template.write_text("b", encoding="utf-8")
    assert pdf.edition(template) != first
    with pytest.raises(pdf.DocumentFailed):
        pdf.edition(tmp_path / "missing.typ")
