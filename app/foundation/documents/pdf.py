"""Documents as PDF, set by typst from a template beside its plugin: own fonts, no clock, same data, same bytes.

A template reads its data with ``#let data = json(bytes(sys.inputs.data))``: what people typed prints literally and is
never markup. It imports the office page (GB/T 9704) from ``/foundation/documents/office.typ``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import typst
from pylopdf_fonts_zh_cn import sans_path

from app.foundation.documents import words

CONTENT_TYPE = "application/pdf"
ROOT = Path(__file__).parents[2]  # app/: what a template may import
OFFICE = Path(__file__).with_name("office.typ")
# Nothing to see, and nothing a page should obey: controls, stray surrogates, overrides of the reading direction.
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


class DocumentFailed(RuntimeError):
    """A template does not compile with its data: a fault of ours, never of who asked."""


def pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """The template filled with its data.

    Args:
        data: what JSON can hold.

    Raises:
        DocumentFailed: the template is missing or does not compile; it says where.
    """
    (made,) = _set(template, data, "pdf")
    return made


def pictures(template: Path, data: Mapping[str, Any], *, ppi: int = 72) -> list[bytes]:
    """The same, a PNG for each page, to be looked at.

    Raises:
        DocumentFailed: see ``pdf``.
    """
    return _set(template, data, "png", ppi)


def edition(*templates: Path) -> str:
    """What the bytes of a document follow from besides its data: templates, office page, fonts, typesetter; a SHA-256.

    Raises:
        DocumentFailed: a template is missing.
    """
    made = sha256(f"typst {version('typst')} fonts {version('pylopdf-fonts-zh-cn')}".encode())
    try:
        for one in (OFFICE, *templates):
            made.update(sha256(one.read_bytes()).digest())
    except OSError as error:
        raise DocumentFailed(f"{error.filename}: {error.strerror}") from error
    return made.hexdigest()


def _set(
    template: Path, data: Mapping[str, Any], form: Literal["pdf", "png"], ppi: int | None = None
) -> list[bytes]:
    try:
        compiler = typst.Compiler(root=ROOT, font_paths=_fonts(), ignore_system_fonts=True)
        made = compiler.compile(
            template.read_bytes(),
            format=form,
            ppi=ppi,
            sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
            timestamp=0,
        )
    except OSError as error:
        raise DocumentFailed(f"{template}: {error.strerror}") from error
    except typst.TypstError as error:
        raise DocumentFailed(f"{template}: {error.diagnostic or error.message}") from error
    return [made] if isinstance(made, bytes) else made or []


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Song and Hei of the Noto family, from the package: the same on every machine."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[sans_path().parent]
    )


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return words.marked(_UNPRINTABLE.sub("", value))
    if isinstance(value, Mapping):
        return {str(name): _printable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    return value
