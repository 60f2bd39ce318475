"""How the queues stand, read from the database when Prometheus asks: the same whichever process answers."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.foundation import access, jobs
from app.plugins.operations import queries

UNKNOWN = "unknown"


class Jobs(Collector):
    """Jobs by queue, kind and state; how long the oldest of each queue has been due."""

    def collect(self) -> Iterable[Metric]:
        with access.acting_as(access.system("metrics", over=access.EVERYWHERE)):
            counted, oldest = queries.by_kind(), queries.oldest()
        known = jobs.catalogue()
        many = GaugeMetricFamily(
            "bianban_jobs", "Jobs by queue, kind and state.", labels=("queue", "kind", "state")
        )
        totals: dict[tuple[str, str, str], int] = {}
        for queue, kind, state, number in counted:
            name = (queue, kind, state) if kind in known else (UNKNOWN, UNKNOWN, state)
            totals[name] = totals.get(name, 0) + number
        for labels, number in sorted(totals.items()):
            many.add_metric(labels, number)
        age = GaugeMetricFamily(
            "bianban_outbox_oldest_seconds",
            "How long the oldest job that could begin has been due, by queue.",
            labels=("queue",),
        )
        for queue in sorted({kind.queue for kind in known.values()} | set(oldest)):
            age.add_metric((queue,), oldest.get(queue, 0.0))
        return (many, age)


JOBS = Jobs()
