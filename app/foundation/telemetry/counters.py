"""The counts and times of this process, as Prometheus reads them.

Labels are words of the program (route rules, methods, states, kinds), never anything a person sent: their number is
bounded, and nobody's data stands in them.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STATEMENTS = (0, 1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 50, 100)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE, OTHER = "(none)", "other"
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client itself, when this module is imported

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

REQUESTS = Counter(
    "bianban_requests",
    "Requests answered, by route rule, method and status.",
    ("route", "method", "status"),
    registry=REGISTRY,
)
DURATION = Histogram(
    "bianban_request_seconds",
    "Time to answer a request, by route rule and method.",
    ("route", "method"),
    buckets=SECONDS,
    registry=REGISTRY,
)
ASKED = Histogram(
    "bianban_request_statements",
    "SQL statements of a request, by route rule.",
    ("route",),
    buckets=STATEMENTS,
    registry=REGISTRY,
)
SIGN_INS = Counter(
    "bianban_sign_ins",
    "Lines of the sign-in log, by outcome and way in (browser, api).",
    ("outcome", "kind"),
    registry=REGISTRY,
)
RUNS = Counter(
    "bianban_job_runs",
    "Attempts at jobs in this process, by kind and how they ended.",
    ("kind", "ended"),
    registry=REGISTRY,
)
RUN_SECONDS = Histogram(
    "bianban_job_seconds",
    "Time one attempt at a job took, by kind.",
    ("kind",),
    buckets=(*SECONDS, 60.0, 300.0, 1800.0),
    registry=REGISTRY,
)


def answered(route: str | None, method: str, status: int, seconds: float, statements: int) -> None:
    """One request was answered; ``route`` is the rule, None where no rule fits the address."""
    rule = route or NO_ROUTE
    verb = method if method in METHODS else OTHER
    REQUESTS.labels(rule, verb, str(status)).inc()
    DURATION.labels(rule, verb).observe(seconds)
    ASKED.labels(rule).observe(statements)


def signed_in(outcome: str, kind: str) -> None:
    """One line was written in the sign-in log."""
    SIGN_INS.labels(outcome, kind).inc()


def worked(kind: str, ended: str, seconds: float) -> None:
    """One attempt at a job came to an end."""
    RUNS.labels(kind, ended).inc()
    RUN_SECONDS.labels(kind).observe(seconds)


def across_processes() -> bool:
    """Whether the counts of several processes are kept together in a folder."""
    return bool(os.environ.get(MULTIPROCESS))
