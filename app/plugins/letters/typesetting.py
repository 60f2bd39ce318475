"""From what a letter says to its bytes: the code to its page, its number, and the sheet of its kind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import segno
from flask import current_app
from flask_babel import force_locale

from app.foundation.documents import pdf, words
from app.plugins.letters.kinds import BY_KEY, Kind
from app.plugins.letters.models import Letter

SHEETS = Path(__file__).with_name("sheets")
TEMPLATE = SHEETS / "letters.typ"
ROUTE = "/letters"
# One fixed mask: trying all eight costs more than the rest, and every reader reads any of them.
_MASK = 2
# What a sheet borrows from another.
_BORROWED = {"refusal": ("correction",)}


@cache
def edition(kind: Kind) -> str:
    """The edition a letter of the kind is set in now; see ``pdf.edition``."""
    drawn = (kind.sheet, *_BORROWED.get(kind.sheet, ()))
    return pdf.edition(TEMPLATE, *(SHEETS / f"{name}.typ" for name in drawn))


def canonical(data: Mapping[str, Any]) -> str:
    """One text for one content."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_of(kind: Kind, data: Mapping[str, Any]) -> str:
    """The SHA-256 of what a letter says; the day it was made on is no part of it where it says nothing."""
    held = {name: value for name, value in data.items() if not (kind.dated and name == "day")}
    return hashlib.sha256(canonical(held).encode()).hexdigest()


def url_of(token: str) -> str:
    """The page of a letter, as its code names it: at the public address, wherever it was made."""
    return f"{current_app.config['PUBLIC_URL'].rstrip('/')}{ROUTE}/{token}"


def marked(token: str, number: str) -> dict[str, str]:
    """What is sealed of the code and number that stand on every sheet: drawn once, however often it is printed."""
    url = url_of(token)
    return {"token": token, "number": number, "url": url, "svg": code_of(url)}


def code_of(url: str) -> str:
    """The code to a page, drawn."""
    code = segno.make_qr(url, error="m", mask=_MASK, boost_error=False)
    return _svg(code.matrix)


def _svg(matrix: Sequence[bytearray]) -> str:
    """The dark squares, run by run: one path, so that the sheet is set quickly."""
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        for dark, squares in groupby(row):
            width = len(list(squares))
            if dark:
                runs.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    size = len(matrix)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{"".join(runs)}"/></svg>'


def drawn(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the sheet draws of sealed data: every text may break, and the code stands on it."""
    laid: dict[str, Any] = words.laid({name: value for name, value in data.items() if name != "mark"})
    stated = data.get("mark")
    if stated:
        stated = {"svg": stated.get("svg") or code_of(stated["url"]), "number": stated["number"]}
    return {**laid, "mark": stated}


def one(letter: Letter) -> bytes:
    """The letter's file, made from what was sealed."""
    return together([letter], title_of(letter))


def title_of(letter: Letter) -> str:
    """What the file calls itself: the document, in Chinese whoever asks."""
    with force_locale("zh"):
        return str(BY_KEY[letter.kind].label)


def together(letters: Sequence[Letter], title: str) -> bytes:
    """Letters one after the other in one file."""
    return set_in([drawn(json.loads(letter.data)) for letter in letters], title)


def set_in(letters: Sequence[Mapping[str, Any]], title: str) -> bytes:
    """What is drawn, set."""
    return pdf.pdf(TEMPLATE, {"title": title, "letters": list(letters)})


def missing(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The characters in it that cannot be printed: they stand as 〓, to be filled in by hand."""
    return words.missing(words.texts_in({name: value for name, value in data.items() if name != "mark"}))
