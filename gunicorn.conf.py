"""What gunicorn reads by itself when it serves ``wsgi:app`` from here: each worker also does the jobs.

Another configuration file takes these two names into itself: ``from app.foundation.jobs.embedding import …``.
"""

from app.foundation.jobs.embedding import post_worker_init, worker_exit

__all__ = ["post_worker_init", "worker_exit"]
