"""Are the catalogues complete? With ``--update``: take new texts into the English one first.

The texts in the code are Chinese. ``translations/en`` turns them into English; ``translations/zh`` holds only what
Flask-AppBuilder's own Chinese catalogue leaves in English.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_appbuilder
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations"
FAB = Path(flask_appbuilder.__file__).parent
MAPPING = FOLDER / "babel.cfg"
FAB_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {
    **dict.fromkeys(("_", "_l", "N_", "gettext", "lazy_gettext"), None),
    **dict.fromkeys(("ngettext", "lazy_ngettext"), (1, 2)),
}


def collect(root: Path, methods: list[tuple[str, str]], options: dict[str, dict[str, Any]]) -> Catalog:
    """Every text below a folder that people may see."""
    catalogue = Catalog(charset="utf-8")
    for filename, line, msgid, comments, context in extract_from_dir(root, methods, options, KEYWORDS):
        catalogue.add(msgid, locations=[(filename, line)], auto_comments=comments, context=context)
    return catalogue


def extracted() -> Catalog:
    """Our own texts: where they stand is said in ``translations/babel.cfg``."""
    with MAPPING.open(encoding="utf-8") as handle:
        methods, options = parse_mapping_cfg(handle, str(MAPPING))
    return collect(ROOT, methods, options)


def read(language: str, folder: Path = FOLDER) -> Catalog:
    """A catalogue; an empty one where none stands yet."""
    path = folder / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as handle:
        return read_po(handle, locale=language)


def update() -> None:
    """Bring the English catalogue in line with the code; new texts stand there untranslated."""
    catalogue = read("en")
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = FOLDER / "en" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as handle:
        write_po(handle, catalogue, width=110, sort_output=True, include_lineno=False)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """The messages proper, without the header."""
    return (message for message in catalogue if message.id)


def translated(message: Message | None) -> bool:
    """Whether nothing of it is missing and nobody has to look at it again."""
    if message is None or message.fuzzy:
        return False
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(strings) and all(strings)


def english_faults() -> Iterator[str]:
    """What keeps the English catalogue from being complete and in line with the code."""
    wanted, catalogue = extracted(), read("en")
    for message in messages(wanted):
        found = catalogue.get(message.id, message.context)
        if not translated(found):
            where = message.locations[0][0] if message.locations else ""
            state = "not in the catalogue" if found is None else "fuzzy" if found.fuzzy else "untranslated"
            yield f"en: {state}: {message.id!r} ({where})"
    for message in messages(catalogue):
        if wanted.get(message.id, message.context) is None:
            yield f"en: no longer in the code: {message.id!r}"
        yield from (f"en: {error}: {message.id!r}" for error in message.check(catalogue))


def chinese_faults() -> Iterator[str]:
    """Texts of Flask-AppBuilder's that a Chinese reader would meet in English."""
    ours, theirs = read("zh"), read("zh", FAB / "translations")
    for message in messages(collect(FAB, FAB_METHODS, {})):
        if not translated(theirs.get(message.id)) and not translated(ours.get(message.id)):
            yield f"zh: Flask-AppBuilder's text has no Chinese: {message.id!r}"
    for message in messages(ours):
        if not translated(message):
            yield f"zh: untranslated or fuzzy: {message.id!r}"
        yield from (f"zh: {error}: {message.id!r}" for error in message.check(ours))


def main() -> None:
    """Print every fault; exit 1 when there is one."""
    if "--update" in sys.argv[1:]:
        update()
    faults = [*english_faults(), *chinese_faults()]
    print(*faults, sep="\n", end="\n" if faults else "")
    if faults:
        sys.exit(f"{len(faults)} faults in translations/ (make translations takes in new texts)")
    print("translations complete")


if __name__ == "__main__":
    main()
