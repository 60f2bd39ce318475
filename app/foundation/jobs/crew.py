"""The threads of one process that hand over, keep the schedules and do the work; how they start and stop."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Any

from celery.app.trace import setup_worker_optimizations
from celery.worker import WorkController
from celery.worker import state as celery_state
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.foundation.jobs import leases, outbox, schedules
from app.foundation.jobs.marks import Marks
from app.foundation.jobs.relaying import Relay
from app.foundation.jobs.rules import rules
from app.foundation.jobs.running import Runner
from app.foundation.jobs.transport import Transport

RELAY, BEAT, CONSUME = "relay", "beat", "consume"
ROLES = (RELAY, BEAT, CONSUME)
TICK = 1.0  # seconds between looks at the schedules
AFTER_FAULT = 1.0
IDLE = 5.0


class Loop(Thread):
    """Calls ``step`` until stopped, as often as that asks for; what goes wrong is logged and tried again."""

    def __init__(
        self, app: Flask, name: str, step: Callable[[], float], stopping: Event, wake: Event | None = None
    ) -> None:
        super().__init__(name=f"jobs-{name}", daemon=True)
        self._app = app
        self._step = step
        self._stopping = stopping
        self.wake = wake or Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            self.wake.clear()
            try:
                pause = self._step()
            except Exception as error:
                self._app.logger.warning("%s: %s", self.name, type(error).__name__)
                pause = AFTER_FAULT
            self.wake.wait(pause)


class Crew:
    """What one process does of the three roles. Start it after every fork; stop it before the process ends."""

    def __init__(
        self, app: Flask, roles: Iterable[str] = ROLES, *, queues: Iterable[str] = (), threads: int = 0
    ) -> None:
        self.app = app
        self.roles = frozenset(roles)
        self.holder = leases.holder()
        self.stopping = Event()
        self._queues = tuple(queues)
        self._threads = threads or int(app.config["JOBS_CONCURRENCY"])
        self._chance = secrets.SystemRandom().random
        self._marks = Marks(app, by_thread=True)
        runner = Runner(app, self.holder, self._chance, self.stopping, self._marks)
        self._transport = Transport(app, runner)
        self._loops: list[Thread] = []
        self._wake: Event | None = None

    # -- starting --------------------------------------------------------------------------------------------

    def start(self) -> Crew:
        """Start the threads; they wait for the database and the broker if these do not answer yet."""
        self._loop("pulse", self._pulse)
        if RELAY in self.roles:
            relay = Relay(self.app, self._transport, self.holder, self._chance)
            self._wake = self._loop(RELAY, relay.step).wake
            outbox.PUT.append(self._wake.set)
        if BEAT in self.roles:
            self._loop(BEAT, self._beat)
        if CONSUME in self.roles:
            celery_state.should_stop = celery_state.should_terminate = None
            self._loop("marks", self._write, wake=self._marks.wake)
            self._loop(CONSUME, self._consume)
        return self

    def _loop(self, name: str, step: Callable[[], float], *, wake: Event | None = None) -> Loop:
        loop = Loop(self.app, name, step, self.stopping, wake)
        self._loops.append(loop)
        loop.start()
        return loop

    # -- what the threads do -----------------------------------------------------------------------------------

    def _pulse(self) -> float:
        with self.app.app_context():
            leases.live(self.holder)
            return rules().alive.total_seconds() / 4

    def _beat(self) -> float:
        with self.app.app_context():
            if leases.acquire(BEAT, self.holder, often=False):
                schedules.check()
        return TICK

    def _write(self) -> float:
        """Write down how jobs ended; in memory there is then room for the next at once."""
        if self._marks.flush() and self._wake is not None:
            self._wake.set()
        return IDLE

    def _consume(self) -> float:
        """Celery's own worker, in threads; it returns when it is stopped, and is begun anew when it fails."""
        setup_worker_optimizations(self._transport.celery)  # the pool's threads know this application
        names = self._queues or self._transport.queues
        worker: Any = WorkController(
            app=self._transport.celery,
            pool_cls="threads",
            concurrency=self._threads,
            queues=[self._transport.queue(name) for name in names],
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        worker.start()
        return 0.0 if self.stopping.is_set() else AFTER_FAULT

    # -- stopping --------------------------------------------------------------------------------------------

    def stop(self, timeout: float = 8.0) -> bool:
        """Begin nothing more, let what runs end or go back, give up the leases; whether all ended in time (seconds).

        What does not end is set free by others when this process is no longer alive.
        """
        self.stopping.set()
        if self._wake is not None:
            outbox.PUT.remove(self._wake.set)
        if CONSUME in self.roles:
            celery_state.should_stop = 0
        until = time.monotonic() + timeout
        for loop in self._loops:
            if isinstance(loop, Loop):
                loop.wake.set()
            if loop is not threading.current_thread():
                loop.join(max(0.0, until - time.monotonic()))
        try:
            self._marks.flush()
        except SQLAlchemyError as error:
            self.app.logger.warning("jobs: marks are lost: %s", type(error).__name__)
        ended = not any(loop.is_alive() for loop in self._loops)
        try:
            with self.app.app_context():
                leases.release(self.holder)
        except Exception as error:
            self.app.logger.warning("jobs: the leases end by themselves: %s", type(error).__name__)
        return ended
