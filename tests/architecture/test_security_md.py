"""SECURITY.md answers every L1 and L2 requirement of its chapters of OWASP ASVS 4.0.3, each once, with tests that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import lru_cache

import pytest

from tests.architecture.tree import ROOT

# Chapter, section and the numbers of its requirements of levels 1 and 2; deleted ones and those of level 3 alone left out.
SECTIONS: dict[str, dict[int, Iterable[int]]] = {
    "V2": {1: range(1, 13), 2: range(1, 4), 3: range(1, 4), 4: range(1, 7), 5: range(1, 8), 6: range(1, 4),
           7: range(1, 7), 8: range(1, 8), 9: range(1, 4), 10: range(1, 5)},
    "V3": {1: (1,), 2: range(1, 5), 3: range(1, 5), 4: range(1, 6), 5: range(1, 4), 7: (1,)},
    "V4": {1: (1, 2, 3, 5), 2: (1, 2), 3: (1, 2, 3)},
    "V5": {1: range(1, 6), 2: range(1, 9), 3: range(1, 11), 4: range(1, 4), 5: range(1, 5)},
    "V8": {1: range(1, 5), 2: range(1, 4), 3: range(1, 9)},
    "V12": {1: range(1, 4), 2: (1,), 3: range(1, 7), 4: (1, 2), 5: (1, 2), 6: (1,)},
    "V13": {1: (1, 3, 4, 5), 2: (1, 2, 3, 5, 6), 3: (1, 2), 4: (1, 2)},
}  # fmt: skip
IDS = [
    f"{chapter}.{section}.{number}"
    for chapter, sections in SECTIONS.items()
    for section, numbers in sections.items()
    for number in numbers
]
WORDS = ("符合", "部分符合", "不符合", "不适用")
_ROW = re.compile(r"\| (V\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows() -> list[tuple[str, str, str, str]]:
    """Number, our words, answer, proof or reason."""
    found = []
    for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines():
        if line.startswith("| V") and re.match(r"\| V\d+\.", line):
            match = _ROW.fullmatch(line)
            assert match, f"not a row of four: {line[:80]}"
            found.append((match[1], match[2], match[3], match[4]))
    return found


@lru_cache(maxsize=128)
def defined_in(path: str) -> frozenset[str]:
    """The names of the tests a file defines."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    )


def test_every_requirement_is_answered_once_and_in_order() -> None:
    assert [number for number, *_rest in rows()] == IDS
    assert len(IDS) == 154


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_says_plainly_what_is_and_what_proves_it(row: tuple[str, str, str, str]) -> None:
    number, words, answer, proof = row
    named = _TEST.findall(proof)
    reason = _TEST.sub("", proof).replace("<br>", "").strip()
    assert words.strip()
    assert answer in WORDS, number
    assert "`tests/" not in _TEST.sub("", proof), f"{number}: not the name of a test"
    for path, name in named:
        assert name.startswith("test_"), f"{number}: {name}"
        assert name in defined_in(path), f"{number}: {path}::{name} does not exist"
    if answer == "符合":
        assert named, f"{number}: met, and no test proves it"
    else:
        assert reason, f"{number}: not met, and no reason is given"


def test_the_sums_on_top_are_those_of_the_rows() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    for chapter in SECTIONS:
        answers = [answer for number, _words, answer, _proof in rows() if number.startswith(f"{chapter}.")]
        sums = " | ".join(str(answers.count(word)) for word in WORDS)
        assert re.search(rf"\| {chapter} [^|]+ \| {re.escape(sums)} \|", text), f"{chapter}: {sums}"
    every = [answer for _number, _words, answer, _proof in rows()]
    assert f"| 合计 | {' | '.join(str(every.count(word)) for word in WORDS)} |" in text
