"""Reading ``notice.yaml`` and its texts: strict, and safe to show."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from app.foundation.strict_yaml import ShapeError
from app.plugins.campaigns import declared
from app.plugins.campaigns.text import render

SHIPPED = Path(__file__).parents[3] / "tenants" / "430700"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "430700"))


def change(folder: Path, old: str, new: str) -> Path:
    path = folder / "notice.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_the_shipped_notice_reads_as_it_should() -> None:
    found = declared.load(SHIPPED / "notice.yaml")
    assert (found.document, found.issued_on, len(found.annexes)) == (
        "常编办发〔2014〕9号",
        date(2014, 11, 10),
        5,
    )
    dates = {(one.kind, one.track, one.due) for one in found.steps}
    assert ("finish", "organ", date(2014, 11, 30)) in dates
    assert ("survey", "any", None) in dates
    assert set(found.sealed_groups) == {"municipal", "guided"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: survey", "kind: census", "unknown kind"),
        ("groups: [municipal, guided]", "groups: [municipal, moon]", "unknown group"),
        ("within: finish", "within: never", "no step of kind"),
        ("due: 2014-11-21", "due: soon", "a date"),
        ("due: 2014-11-21", "due:", "never both"),
        ("set_by: group", "set_by: nobody", "never both"),
        ("key: municipal-filing", "key: municipal-survey", "given twice"),
        ("body: notice/body.md", "body: ../../notice.yaml", "no Markdown file"),
        ("body: notice/body.md", "body: notice/none.md", "no Markdown file"),
        ("short_title:", "colour: red\nshort_title:", "unknown key"),
        ("tracks: [organ]", "tracks: [enterprise]", "unknown track"),
        ("binding: true", "binding: maybe", "true or false"),
    ],
)
def test_a_notice_with_a_fault_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ShapeError, match=said):
        declared.load(change(folder, old, new))


def test_only_folders_of_offices_are_searched(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "430700")
    shutil.copytree(SHIPPED, tmp_path / "demo")
    assert [one.folder.name for one in declared.find(tmp_path)] == ["430700"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "段落<img src=x onerror=alert(1)>",
        "[点](javascript:alert(1))",
        "![图](http://elsewhere.example/x.png)",
        "[点](data:text/html;base64,PHNjcmlwdD4=)",
    ],
)
def test_a_text_cannot_bring_a_script_or_a_foreign_picture(text: str) -> None:
    shown = render(text)
    for tag in ("<script", "<img", 'href="javascript', 'href="data'):
        assert tag not in shown


def test_tables_are_drawn_and_headings_stand_below_the_pages_own() -> None:
    shown = render("# 题\n\n## 一\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |\n")
    assert "<h2>题</h2>" in shown and "<h3>一</h3>" in shown and "<td>2</td>" in shown and "<h1>" not in shown
