"""Celery: the broker between the relay and those who do the work. A message holds ids of jobs, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celery import Celery
from flask import Flask

from app.foundation.jobs.kinds import Kind, catalogue
from app.foundation.jobs.running import Runner

TASK = "bianban.work"

POLLING = 0.02  # seconds between looks into the in-memory broker


def in_process(app: Flask) -> bool:
    """Whether the broker lives in this process's memory."""
    return str(app.config["CELERY_BROKER_URL"]).startswith("memory:")


class Transport:
    """One process's Celery application.

    Args:
        holder: the process; in memory its queues carry its name, since all Celery applications of a process share them.
    """

    def __init__(self, app: Flask, runner: Runner) -> None:
        self._suffix = f"@{runner.holder}" if in_process(app) else ""
        self.queues = sorted({Kind.queue, *(kind.queue for kind in catalogue(app).values())})
        self.celery = Celery("bianban", broker=app.config["CELERY_BROKER_URL"], set_as_current=False)
        self.celery.conf.update(
            task_ignore_result=True,
            task_store_errors_even_if_ignored=False,
            task_serializer="json",
            accept_content=["json"],
            task_default_queue=self.queue(Kind.queue),
            task_queues={self.queue(name): {} for name in self.queues},
            task_create_missing_queues=False,
            task_acks_late=False,  # the row is the promise: a lost message is sent again when its lease ends
            worker_prefetch_multiplier=1,
            worker_hijack_root_logger=False,
            worker_enable_remote_control=False,
            worker_send_task_events=False,
            broker_connection_retry_on_startup=True,
            broker_connection_max_retries=None,
            broker_connection_timeout=3,
            broker_pool_limit=2,
            broker_transport_options={"polling_interval": POLLING} if in_process(app) else {},
        )

        @self.celery.task(name=TASK, shared=False, lazy=False)
        def work(ids: list[int]) -> None:
            runner.work(ids)

        self._work: Any = work

    def queue(self, name: str) -> str:
        """The broker's name of a queue."""
        return f"bianban.{name}{self._suffix}"

    def send(self, queue: str, ids: Sequence[int]) -> None:
        """Hand jobs to whoever consumes the queue; one that nobody knows any more goes with ordinary work.

        Raises:
            OperationalError (kombu's): the broker does not answer.
        """
        known = queue if queue in self.queues else Kind.queue
        self._work.apply_async(args=(list(ids),), queue=self.queue(known), retry=False)
