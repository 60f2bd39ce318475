"""Badge numbers, and what people type for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import Refusal
from app.plugins.badges.numbering import badge_number, is_number, normalise


@pytest.mark.parametrize(
    ("path", "own", "account", "sequence", "number"),
    [
        ("0.", None, "00000001", 1, "CB000000000000000010001"),
        ("0.43.", None, "00000002", 12, "CB430000000000000020012"),
        ("0.43.07.", None, "41468768", 1, "CB430070000414687680001"),
        ("0.43.07.02.", None, "60000173", 1, "CB430070002600001730001"),
        ("0.42.9005.", None, "60000173", 9999, "CB420009005600001739999"),
        ("0.43.07.z1.", "9101", "60000174", 3, "CB430079101600001740003"),
        ("0.66.", None, "60000175", 1, "CB660000000600001750001"),
    ],
)
def test_numbers(path: str, own: str | None, account: str, sequence: int, number: str) -> None:
    made = badge_number(path, account, sequence, own)
    assert made == number
    assert is_number(made)


@pytest.mark.parametrize(
    ("path", "account", "sequence", "code"),
    [
        ("0.43.07.02.", "6000017", 1, "badge-account"),
        ("0.43.07.02.", "6000017x", 1, "badge-account"),
        ("0.43.07.02.", "６0000173", 1, "badge-account"),
        ("0.43.07.02.", "60000173", 0, "badge-sequence"),
        ("0.43.07.02.", "60000173", 10000, "badge-sequence"),
        ("0.43.07.z1.", "60000173", 1, "office-without-digits"),
    ],
)
def test_what_cannot_be_numbered(path: str, account: str, sequence: int, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        badge_number(path, account, sequence)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "typed",
    [
        "cb430070002600001730001",
        " CB 43 007 0002 60000173 0001 ",
        "ＣＢ４３００７０００２６００００１７３０００１",
        "CB43-007-0002-60000173-0001",
        "CB43–0070002—60000173 0001",
        "CB430070002\u3000600001730001",
        "CB430070002\u200b600001730001\n",
    ],
)
def test_a_number_may_be_typed_loosely(typed: str) -> None:
    assert normalise(typed) == "CB430070002600001730001"


@pytest.mark.parametrize(
    "typed",
    ["", "CB", "CA430070002600001730001", "CB43007000260000173000", "CB4300700026000017300011", "CB٤30070002600001730001",
     "CB430070002600001730001'--", "x" * 5000],
)  # fmt: skip
def test_what_is_no_number(typed: str) -> None:
    assert not is_number(normalise(typed))


@given(st.text(max_size=400))
def test_nothing_typed_breaks_it(typed: str) -> None:
    once = normalise(typed)
    assert len(once) <= 120 * 18
    if is_number(once):
        assert normalise(once) == once


@given(
    st.integers(1, 9999),
    st.integers(0, 99_999_999),
    st.sampled_from(["0.", "0.43.", "0.43.07.", "0.43.07.02.", "0.42.9005."]),
)
def test_different_sites_never_share_a_number(sequence: int, account: int, path: str) -> None:
    number = badge_number(path, f"{account:08d}", sequence)
    assert len(number) == 23
    assert (int(number[11:19]), int(number[19:])) == (account, sequence)
