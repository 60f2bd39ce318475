"""Work that leaves the request: put into the outbox with what causes it, done by workers, never lost."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.jobs import labels as _labels  # noqa: F401  (names the states)
from app.foundation.jobs import outbox, rules, schedules, sweeping
from app.foundation.jobs.cli import jobs_cli
from app.foundation.jobs.due import run_due
from app.foundation.jobs.kinds import GiveUp, Kind, Retry, Stop, catalogue, declare
from app.foundation.jobs.models import OPEN, STATES, Job
from app.foundation.jobs.outbox import put
from app.foundation.jobs.own import cancel, mine, own, result, retry
from app.foundation.jobs.work import Work

__all__ = [
    "OPEN",
    "STATES",
    "GiveUp",
    "Job",
    "Kind",
    "Retry",
    "Stop",
    "Work",
    "cancel",
    "catalogue",
    "declare",
    "init_app",
    "mine",
    "own",
    "put",
    "result",
    "retry",
    "run_due",
]


def init_app(app: Flask) -> None:
    """Read the rules and schedules, follow commits, declare the foundation's own kinds."""
    rules.init_app(app)
    schedules.init_app(app)
    outbox.install()
    app.cli.add_command(jobs_cli)
    declare(app, Kind(sweeping.NAME, _l("清理到期的任务和结果文件"), sweeping.sweep, queue="schedule"))
