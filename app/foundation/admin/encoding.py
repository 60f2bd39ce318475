"""Requests in another encoding than UTF-8: what cannot be decoded is marked, so that it can be refused by name.

Werkzeug leaves undecodable bytes as percent signs, which look like text somebody typed and would be stored.
"""

from __future__ import annotations

from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Flask, Request
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """Names and values of an encoded form or query; U+FFFD stands for what is no UTF-8."""
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
    """Let ``app`` read its requests this way."""
    app.request_class = Utf8Request
