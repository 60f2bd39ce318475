"""Words with variables: strict about what is written, harmless whatever is put in."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.notices import templates

KNOWN = ("unit", "site")


def codes(words: str, **options: bool) -> list[str]:
    return [one.code for one in templates.findings("text", words, KNOWN, longest=40, **options)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("{unit}：{site}", []),
        ("", ["missing"]),
        ("  ", ["missing"]),
        ("{unti}", ["unknown-variable"]),
        ("{unit", ["stray-brace"]),
        ("{Unit}", ["stray-brace"]),
        ("{unit.name}", ["stray-brace"]),
        ("{0}", ["stray-brace"]),
        ("字" * 41, ["too-long"]),
    ],
)
def test_what_is_wrong_with_a_template(words: str, expected: list[str]) -> None:
    assert codes(words) == expected


def test_an_unknown_variable_is_refused_with_those_there_are() -> None:
    (found,) = templates.findings("text", "{who}", KNOWN, longest=40)
    assert str(found) == "没有变量“{who}”。可以使用的变量：{unit}、{site}。"


def test_a_part_that_may_stay_empty() -> None:
    assert codes("", required=False) == []


def test_what_is_put_in_is_not_looked_at_again() -> None:
    assert templates.fill("{unit}", {"unit": "{site}", "site": "x"}) == "{site}"


def test_a_variable_without_a_value_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        templates.fill("{unit}", {})


@given(st.text())
def test_a_subject_is_one_line_whatever_is_put_in(text: str) -> None:
    line = templates.one_line(f"申请：{text}")
    assert len(line.splitlines()) <= 1
    assert all(char.isprintable() or ord(char) > 0x9F for char in line)


class Tags(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert all(name in {"lang", "href"} for name, _value in attrs)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_html_holds_no_markup_of_anybody_elses(text: str) -> None:
    parser = Tags()
    parser.feed(templates.html(f"<script>{text}</script>"))
    assert set(parser.tags) <= {"html", "body", "p", "br", "a"}
    assert all(link.startswith(("http://", "https://")) for link in parser.links)


def test_html_says_the_same_as_the_text() -> None:
    parser = Tags()
    parser.feed(templates.html("甲 & 乙：\n<b>\n\n查看：https://example.cn/a?b=1&c=2"))
    said = [part.strip() for part in parser.text if part.strip()]
    assert said == ["甲 & 乙：", "<b>", "查看：", "https://example.cn/a?b=1&c=2"]
    assert parser.links == ["https://example.cn/a?b=1&c=2"]
