"""Jobs within the web process: started in each worker after the fork, stopped before it ends.

With a broker of its own (``CELERY_BROKER_URL``) the web does none of it: ``make worker`` does. gunicorn takes the two
hooks from here: ``gunicorn --config python:app.foundation.jobs.embedding … wsgi:app``.
"""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.foundation.jobs.crew import Crew
from app.foundation.jobs.transport import in_process

_KEY = "bianban.jobs.crew"


def start(app: Flask) -> Crew | None:
    """Start the threads in this process; None where others do the work or ``JOBS_THREADS`` is off."""
    if not in_process(app) or not app.config["JOBS_THREADS"]:
        return None
    crew = Crew(app).start()
    app.extensions[_KEY] = crew
    return crew


def stop(app: Flask) -> None:
    """Stop them, if this process has any."""
    crew: Crew | None = app.extensions.pop(_KEY, None)
    if crew is not None:
        crew.stop()


def post_worker_init(worker: Any) -> None:
    """gunicorn: a worker has loaded the application (after the fork, preloaded or not)."""
    start(worker.wsgi)


def worker_exit(_server: Any, worker: Any) -> None:
    """gunicorn: a worker ends."""
    if isinstance(worker.wsgi, Flask):
        stop(worker.wsgi)
