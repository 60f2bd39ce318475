"""Documents: the same bytes from the same data, text that stays text, faults that say where."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.foundation.documents import pdf

PLAIN = """
#let data = json(bytes(sys.inputs.data))
#set text(font: "Noto Serif SC", size: 40pt)
#data.words
"""
OFFICE = """
#import "/foundation/documents/office.typ": closing, headline, office-page
#let data = json(bytes(sys.inputs.data))
#show: body => office-page(title: data.title, body)
#headline(data.title)
#for line in data.lines [#par(line)]
#closing("机构", "2014年11月24日")
"""


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    template = tmp_path / "plain.typ"
    template.write_text(PLAIN, encoding="utf-8")
    return template


def test_the_same_data_gives_the_same_bytes(plain: Path) -> None:
    first, again = (pdf.pdf(plain, {"words": "常德市财政局"}) for _ in range(2))
    assert first.startswith(b"%PDF-") and first == again
    assert first != pdf.pdf(plain, {"words": "常德市教育局"})


@pytest.mark.parametrize(
    "typed", ["#(1+1)", "*粗*", "= 标题", "$x^2$", "// 注", "#panic()", '\\ "引"', "<a> @b"]
)
def test_what_people_typed_is_printed_and_never_obeyed(plain: Path, typed: str) -> None:
    spelt = "\u2060".join(typed)  # the same signs, in which no markup could be read
    assert pdf.pictures(plain, {"words": typed}) == pdf.pictures(plain, {"words": spelt})


def test_what_cannot_be_printed_is_left_out(plain: Path) -> None:
    hidden = "常德\x00\x07市\u202e财政\ud800局\uffff"
    assert pdf.pdf(plain, {"words": hidden}) == pdf.pdf(plain, {"words": "常德市财政局"})


def test_the_office_page_runs_on_and_is_found_by_a_template_anywhere(tmp_path: Path) -> None:
    template = tmp_path / "report.typ"
    template.write_text(OFFICE, encoding="utf-8")
    short = {"title": "工作进展情况报告", "lines": ["正文。"]}
    assert len(pdf.pictures(template, short)) == 1
    assert (
        len(pdf.pictures(template, {**short, "lines": ["一段正文，写满一行还要多些字才好。" * 3] * 30})) > 2
    )


def test_a_fault_says_which_template_and_where(tmp_path: Path) -> None:
    template = tmp_path / "broken.typ"
    template.write_text("#let data = json(bytes(sys.inputs.data))\n#data.nothing", encoding="utf-8")
    with pytest.raises(pdf.DocumentFailed, match=r"broken\.typ.*nothing"):
        pdf.pdf(template, {"words": ""})
    with pytest.raises(pdf.DocumentFailed, match=r"missing\.typ"):
        pdf.pdf(tmp_path / "missing.typ", {})
