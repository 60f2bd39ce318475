"""The log as JSON, one line a record, on stderr (``BIANBAN_LOG=json``).

What a line may hold: ids (request, job, person), the path of an office, the route's rule, numbers, and the words of our
own code. It never holds names, network addresses, addresses asked for, query strings, bodies or secrets; of an exception
only its class and where it came about, for its text may quote what somebody typed.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, has_request_context, request
from flask.logging import default_handler
from sqlalchemy.exc import StatementError

from app.foundation.telemetry.trace import current

JSON, PLAIN = "json", "plain"
REQUESTS = logging.getLogger("bianban.requests")
JOBS = logging.getLogger("bianban.jobs")
_OURS = ("app", "bianban")
_LONGEST, _FRAMES = 2000, 30


def who() -> dict[str, Any]:
    """Whose request it is, where that was found out already: nothing is asked of the database for it."""
    if not has_request_context():
        return {}
    found: dict[str, Any] = {"method": request.method, "route": rule()}
    kept = g.get("actor")
    if kept is not None:
        person_id, actor = kept
        found["person"] = person_id
        found["office"] = actor.posts[0].path if actor.posts else None
    return found


def rule() -> str | None:
    """The rule of the route, never the address itself: that may hold what somebody typed."""
    return request.url_rule.rule if request.url_rule is not None else None


def doing() -> dict[str, Any]:
    """The request or job that the record belongs to."""
    trace = current()
    if trace is None:
        return {}
    if trace.job_id is not None:
        return {"run_id": trace.id, "job_id": trace.job_id, "kind": trace.kind}
    return {"request_id": trace.id, **who()}


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **doing(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str)


def _message(record: logging.LogRecord) -> str:
    """What our own code says; of others only the words that do not vary."""
    ours = record.name.partition(".")[0] in _OURS
    return (record.getMessage() if ours else str(record.msg))[:_LONGEST]


def _error(error: BaseException) -> dict[str, Any]:
    """Class and place; of a failed statement also its text, whose values are bound apart from it, and the code."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    found: dict[str, Any] = {
        "class": f"{type(error).__module__}.{type(error).__qualname__}",
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, StatementError):
        found["statement"] = (error.statement or "")[:_LONGEST]
        code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
        found["code"] = code
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        found["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return found


class JsonHandler(logging.StreamHandler[Any]):
    """Writes to whatever is stderr by then; a class of its own, so that a process has no second one."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(JsonFormatter())

    @property
    def stream(self) -> Any:
        """Where lines go."""
        return sys.stderr


def register(app: Flask) -> None:
    """Write the log as the settings say; plain text is what Flask and gunicorn write by themselves."""

    def fault(exc_info: Any) -> None:
        """Flask's own line would hold the address, and with it what somebody typed."""
        app.logger.error("Exception on %s [%s]", rule() or "-", request.method, exc_info=exc_info)

    app.log_exception = fault  # type: ignore[method-assign]
    if app.config["LOG_FORMAT"] != JSON:
        return
    root = logging.getLogger()
    for kept in [one for one in root.handlers if isinstance(one, JsonHandler)]:
        root.removeHandler(kept)
    root.addHandler(JsonHandler())
    app.logger.removeHandler(default_handler)
    for logger in (REQUESTS, JOBS):
        logger.setLevel(logging.INFO)
