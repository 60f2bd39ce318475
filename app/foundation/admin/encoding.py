"""Requests in another encoding than UTF-8: what cannot be decoded is marked, so that it can be refused by name.

Werkzeug leaves undecodable bytes as percent signs, which look like text somebody typed and would be stored.
"""

from __future__ import annotations

from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Flask, Request, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

from app.foundation.admin import addresses, arguments
from app.foundation.admin.arguments import BadArgument
from app.foundation.admin.edge import FIELDS_LIMIT
from app.kernel.errors import N_


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """Names and values of an encoded form or query; U+FFFD stands for what is no UTF-8.

    Raises:
        RequestEntityTooLarge: there are more of them than any page of ours sends.
    """
    if raw.count(b"&") >= FIELDS_LIMIT:
        raise RequestEntityTooLarge
    return parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")


class Utf8Parser(FormDataParser):
    """Werkzeug's parser with another answer to undecodable bytes."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        return stream, self.cls(pairs(stream.read())), self.cls()


class Utf8Request(Request):
    """A request whose form and query are read this way."""

    form_data_parser_class = Utf8Parser

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return self.parameter_storage_class(pairs(self.query_string))


def register(app: Flask) -> None:
    """Let ``app`` read its requests this way, and screen those of views we did not write (signing in, files)."""
    app.request_class = Utf8Request
    app.before_request(screen)


def screen() -> None:
    """Refuse what no view can use. Our own base classes do it themselves, once it is known who asks.

    Raises:
        NotSeen, BadArgument: see ``arguments``.
    """
    view = addresses.current_view()
    if view is None or hasattr(view, "screen"):
        return
    arguments.screen_query()
    arguments.screen_form()
    if request.is_json:
        screen_json()


def screen_json() -> None:
    """The same for a JSON body, whatever its shape.

    Raises:
        BadArgument: it nests too deep, or holds text that is no text.
    """
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        raise BadArgument("body", N_("“%(name)s”的层次过多。")) from None
    waiting: list[tuple[str, Any]] = [("body", body)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(str(key), one) for pair in value.items() for key, one in (pair, (pair[0], pair[0]))]
        elif isinstance(value, list):
            waiting += [(name, one) for one in value]
        elif isinstance(value, str) and arguments.unclean(value):
            raise BadArgument(name, N_("“%(name)s”含有无法识别的字符：请使用 UTF-8 编码的文字。"))
