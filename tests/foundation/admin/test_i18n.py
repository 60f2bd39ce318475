"""Chinese is complete; Flask-AppBuilder's gaps are filled; English follows."""

from __future__ import annotations

import re
from pathlib import Path

import flask_appbuilder
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import gettext

from app.foundation.admin import i18n

FAB = Path(flask_appbuilder.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")
PLACE = re.compile(r"%\(\w+\)\w|%%")
KEYWORDS = {
    "_": None,
    "__": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "N_": None,
    "ngettext": (1, 2),
}


def catalogue(language: str) -> Catalog:
    with (i18n.TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale=language)


def asked_by(folder: Path, *methods: tuple[str, str]) -> set[str]:
    found = extract_from_dir(str(folder), method_map=list(methods), keywords=KEYWORDS)
    return {one[2] if isinstance(one[2], str) else one[2][0] for one in found}


def test_every_string_of_flask_appbuilder_has_a_chinese_one(app: Flask) -> None:
    asked = asked_by(FAB, ("**.py", "python"), ("**/templates/**.html", "jinja2"))
    assert len(asked) > 140
    with app.test_request_context("/"):
        english = {one for one in asked if one and not HAN.search(gettext(one)) and one != "OpenID"}
    assert english == set()


def test_our_words_win_over_those_of_flask_appbuilder(app: Flask) -> None:
    with app.test_request_context("/"):
        assert [gettext(word) for word in ("Back", "Logout", "Starts with", "Delete")] == [
            "返回",
            "退出",
            "开头是",
            "删除",
        ]


def test_the_look_speaks_english_too(app: Flask) -> None:
    asked = asked_by(Path(i18n.__file__).parent, ("**.py", "python"), ("**/templates/**.html", "jinja2"))
    asked = {one for one in asked if HAN.search(one)}
    english = catalogue("en")
    assert len(asked) > 100
    assert {one for one in asked if not _said(english, one)} == set()


def _said(translations: Catalog, msgid: str) -> bool:
    found = translations.get(msgid)
    if found is None or found.fuzzy or not found.string:
        return False
    return isinstance(found.string, str) or all(found.string)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_translations_keep_their_parameters(language: str) -> None:
    for message in catalogue(language):
        if not message.id or not message.string:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [message.string] if isinstance(message.string, str) else list(message.string)
        for text in said:
            assert sorted(set(PLACE.findall(text))) == sorted(set(PLACE.findall(ids[0]))), message.id


def test_english_is_english() -> None:
    texts = {str(message.string): message.id for message in catalogue("en") if message.id}
    assert [texts[text] for text in texts if HAN.search(re.sub(r'"[^"]*"', "", text))] == []


def test_the_reader_chooses_the_language(app: Flask) -> None:
    page = app.test_client().get("/login/?_l_=en").get_data(as_text=True)
    assert 'lang="en"' in page
    assert ">Sign in</button>" in page


def test_a_changed_catalogue_is_compiled_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Back"\nmsgstr "回"\n', "utf-8")
    app = Flask(__name__)
    i18n.prepare(app, tmp_path)
    compiled = folder / "messages.mo"
    assert "回".encode() in compiled.read_bytes()
    assert app.config["BABEL_TRANSLATION_DIRECTORIES"] == str(tmp_path)
    before = compiled.stat().st_mtime_ns
    i18n.prepare(app, tmp_path)
    assert compiled.stat().st_mtime_ns == before
    assert [path.name for path in folder.iterdir() if path.suffix == ".tmp"] == []
