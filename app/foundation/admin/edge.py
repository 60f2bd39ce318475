"""The outer edge: proxies in front of us, the hosts we answer to, and how much a request may carry."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, make_response, request
from werkzeug.exceptions import RequestEntityTooLarge, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

MEGABYTE = 1024 * 1024
# What is no upload: a form of a thousand long answers, a JSON body. The whole of it is held in memory.
PLAIN_LIMIT = 2 * MEGABYTE
FIELDS_LIMIT = 5000
HEADERS_LIMIT = 32 * 1024
ADDRESS_LIMIT = 8 * 1024


def register(app: Flask) -> None:
    """Stand before everything else that looks at a request.

    ``PROXIES`` trusted proxies may say who asks and whether by TLS; they must pass the ``Host`` header on as it
    came. With 0 (the default) nobody is believed.
    """
    proxies = int(app.config["PROXIES"])
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0
        )
    app.before_request_funcs.setdefault(None, []).insert(0, screen)


def screen() -> Response | None:
    """Refuse a host that is not ours and a request out of proportion, before anything is looked up.

    Raises:
        RequestEntityTooLarge: the declared size is past the limit of its kind (an undeclared one fails on reading).
    """
    if isinstance(request.routing_exception, SecurityError):
        return _plain(400, "此网站不以这个地址提供服务。Unknown host.")
    if len(request.full_path) > ADDRESS_LIMIT:
        return _plain(414, "网址过长。The address is too long.")
    if sum(len(name) + len(value) for name, value in request.headers.items()) > HEADERS_LIMIT:
        return _plain(431, "请求头过长。The headers are too long.")
    if request.mimetype != "multipart/form-data":
        limit = min(PLAIN_LIMIT, current_app.config["MAX_CONTENT_LENGTH"])
        request.max_content_length = limit
        if (request.content_length or 0) > limit:
            g.size_limit = limit
            raise RequestEntityTooLarge
    return None


def _plain(status: int, text: str) -> Response:
    """An answer that needs no address of ours: none can be built for a host we do not know."""
    response = make_response(text, status)
    response.mimetype = "text/plain"
    return response
