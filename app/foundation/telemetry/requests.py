"""Each request, watched from before anything else looks at it until its answer stands."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from app.foundation.database import db
from app.foundation.telemetry import counters, logs, trace

HEADER = "X-Request-ID"


def register(app: Flask) -> None:
    """Call before anything else adds hooks: the first to look at an answer is called last."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_answered)
    app.teardown_request(_end)
    with app.app_context():
        trace.watch(db.engine)


def _begin() -> None:
    trace.opened(request.headers.get(HEADER, ""))


def _answered(response: Response) -> Response:
    found = trace.current()
    if found is None:
        return response
    response.headers[HEADER] = found.id
    seconds = found.seconds()
    counters.answered(logs.rule(), request.method, response.status_code, seconds, found.statements)
    facts = {"status": response.status_code, "ms": round(seconds * 1000, 1), "statements": found.statements}
    logs.REQUESTS.info("request", extra={"facts": facts})
    return response


def _end(_error: Any) -> None:
    trace.closed()
