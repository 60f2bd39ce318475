"""``GET /metrics``: the numbers, for whoever sends the token of ``BIANBAN_METRICS_TOKEN``.

Outside production the loopback is answered without one, as long as no proxy stands between.

How many processes are counted: the one that answers, which is all there are by default (gunicorn runs one worker).
With several workers set ``PROMETHEUS_MULTIPROC_DIR`` to an empty folder before they start: then all processes that
share it are counted together (workers of ``make worker`` too, if it is set for them), and those of the operating
system's own numbers (``process_…``) are left out. What is read from the database (jobs and queues) is the same
whoever answers. ``bianban_processes`` says how many there are.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from app.foundation.telemetry import counters

LOOPBACK = frozenset({"127.0.0.1", "::1"})
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")

blueprint = Blueprint("metrics", __name__)
_COLLECTORS: list[Collector] = []


def collect_with(collector: Collector) -> None:
    """Answer a collector's numbers too, whoever of the processes is asked."""
    if collector not in _COLLECTORS:
        _COLLECTORS.append(collector)


def register(app: Flask) -> None:
    """Answer ``/metrics``."""
    app.register_blueprint(blueprint)


def allowed() -> bool:
    """Whether this request may read the numbers."""
    token = str(current_app.config["METRICS_TOKEN"])
    scheme, _space, sent = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return hmac.compare_digest(sent.strip().encode(), token.encode())
    near = request.remote_addr in LOOPBACK and not any(name in request.headers for name in _FORWARDED)
    return near and current_app.config["ENV_NAME"] != "production"


class _Processes(Collector):
    """How many processes the other numbers are of."""

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("bianban_processes", "Processes counted here.", value=processes())


def processes() -> int:
    """The processes whose counts are kept together: those that left a file in the common folder; else this one."""
    if not counters.across_processes():
        return 1
    folder = Path(str(os.environ[counters.MULTIPROCESS]))
    return len({path.stem.rpartition("_")[2] for path in folder.glob("*.db")})


def text() -> bytes:
    """All numbers as Prometheus reads them."""
    made = CollectorRegistry()
    if counters.across_processes():
        MultiProcessCollector(made)  # type: ignore[no-untyped-call]
    else:
        made.register(counters.REGISTRY)
    for one in (_Processes(), *_COLLECTORS):
        made.register(one)
    return generate_latest(made)


@blueprint.get("/metrics")
def metrics() -> Response:
    """The numbers as text; 401 without the right to read them."""
    if not allowed():
        response = make_response("The token of BIANBAN_METRICS_TOKEN is asked for.\n", 401)
        response.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        response.mimetype = "text/plain"
    else:
        response = make_response(text())
        response.headers["Content-Type"] = CONTENT_TYPE_LATEST
    response.headers["Cache-Control"] = "no-store"
    return response
