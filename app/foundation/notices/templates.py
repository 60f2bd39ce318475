"""Words with variables: read strictly, filled in, and shown as plain text and as HTML made from the same text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from html import escape

from app.kernel.errors import N_, Finding

SUBJECT_LONGEST, TEXT_LONGEST, SMS_LONGEST = 120, 2000, 300
_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_URL = re.compile(r"https?://[^\s<>\"'，。；）]+")
# Controls, and marks that would make text read backwards.
_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


def variables(words: str) -> tuple[str, ...]:
    """The variables a template names, in the order they first stand."""
    return tuple(dict.fromkeys(_VARIABLE.findall(words)))


def findings(
    field: str, words: str, known: Collection[str], *, longest: int, required: bool = True
) -> Iterator[Finding]:
    """What is wrong with a template: empty, too long, a variable nobody fills in, or a brace that opens none."""
    if required and not words.strip():
        yield Finding(field, N_("请填写此项。"), code="missing")
    if len(words) > longest:
        yield Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": longest})
    for name in variables(words):
        if name not in known:
            yield Finding(
                field,
                N_("没有变量“{%(name)s}”。可以使用的变量：%(known)s。"),
                code="unknown-variable",
                params={"name": name, "known": "、".join(f"{{{one}}}" for one in known) or "—"},
            )
    if re.search(r"[{}]", _VARIABLE.sub("", words)):
        yield Finding(field, N_("花括号只用来写变量，例如 {unit}，并须成对。"), code="stray-brace")


def fill(words: str, values: Mapping[str, str]) -> str:
    """The words with every variable put in; what is put in is not looked at again.

    Raises:
        KeyError: a variable without a value.
    """
    return _VARIABLE.sub(lambda found: values[found[1]], words)


def one_line(text: str) -> str:
    """For subjects and texts to a phone: no line ends and nothing unprintable, so that no header can follow."""
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub(" ", text)).strip()


def lines(text: str) -> str:
    """For bodies: plain line ends, nothing unprintable."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def html(text: str) -> str:
    """The same text as HTML: paragraphs at empty lines, addresses as links, everything else escaped."""
    paragraphs = (part for part in re.split(r"\n{2,}", text) if part.strip())
    body = "\n".join(f"<p>{_linked(part)}</p>" for part in paragraphs)
    return f'<!doctype html>\n<html lang="zh-CN"><body>\n{body}\n</body></html>\n'


def _linked(text: str) -> str:
    made, at = [], 0
    for found in _URL.finditer(text):
        url = escape(found[0], quote=True)
        made += [_broken(text[at : found.start()]), f'<a href="{url}">{url}</a>']
        at = found.end()
    return "".join([*made, _broken(text[at:])])


def _broken(text: str) -> str:
    return escape(text, quote=True).replace("\n", "<br>\n")
