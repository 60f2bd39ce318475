"""Languages: Chinese in the code is the source; the catalogues add English and what Flask-AppBuilder leaves untranslated."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask

TRANSLATIONS = Path(__file__).resolve().parents[3] / "translations"


def prepare(app: Flask, folder: Path = TRANSLATIONS) -> None:
    """Set where the catalogues are; call before ``AppBuilder(…)``, which puts its own first so that ours win.

    A catalogue that is not compiled, or older than its source, is compiled here as ``pybabel compile`` would.
    """
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder.resolve())
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        if _stale(source):
            _compile(source)


def _stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> None:
    """Write the ``.mo`` beside its source in one move: another process may be starting too."""
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parents[1].name, domain=source.stem)
    handle, made = tempfile.mkstemp(dir=source.parent, suffix=".tmp")
    with os.fdopen(handle, "wb") as binary:
        write_mo(binary, catalogue)
    Path(made).chmod(0o644)
    Path(made).replace(source.with_suffix(".mo"))
