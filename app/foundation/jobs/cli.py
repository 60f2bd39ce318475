"""``flask jobs``: the processes beside the web, and what an operator looks at and does."""

from __future__ import annotations

import signal
from threading import Event
from types import FrameType

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import func, select

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.jobs import own
from app.foundation.jobs.crew import BEAT, CONSUME, RELAY, ROLES, Crew
from app.foundation.jobs.due import run_due
from app.foundation.jobs.models import DEAD, STATES, Job
from app.foundation.jobs.transport import in_process
from app.kernel.errors import Refusal

jobs_cli = AppGroup("jobs", help="后台任务：执行进程、查看和重试。")
OPERATOR = access.system("flask jobs", over=access.EVERYWHERE)
GRACE = 30.0
SHOWN = 20

_queues = click.option("--queue", "queues", multiple=True, help="只执行这些队列（可多次给出），默认全部。")
_threads = click.option("--threads", type=click.IntRange(1, 256), default=None, help="并发线程数。")


def _serve(*roles: str, queues: tuple[str, ...] = (), threads: int | None = None) -> None:
    """Run until SIGTERM or SIGINT, then let what runs end."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if in_process(app) and set(roles) != set(ROLES):
        raise click.UsageError(
            "分开运行需要独立的消息中间件：请设置 CELERY_BROKER_URL（redis://… 或 amqp://…）。"
        )
    ending = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    db.session.remove()
    crew = Crew(app, roles, queues=queues, threads=threads or 0).start()
    click.echo(f"已启动 {'、'.join(roles)}  （{crew.holder}；Ctrl-C 停止）")
    ending.wait()
    crew.stop(GRACE)


@jobs_cli.command("worker")
@_queues
@_threads
def worker(queues: tuple[str, ...], threads: int | None) -> None:
    """Hand over, keep the schedules and do the work, all in this process."""
    _serve(*ROLES, queues=queues, threads=threads)


@jobs_cli.command("consume")
@_queues
@_threads
def consume(queues: tuple[str, ...], threads: int | None) -> None:
    """Do the work only."""
    _serve(CONSUME, queues=queues, threads=threads)


@jobs_cli.command("relay")
def relay() -> None:
    """Hand over only; of several one does, and another takes over when it dies."""
    _serve(RELAY)


@jobs_cli.command("beat")
def beat() -> None:
    """Keep the schedules only; of several one does, and another takes over when it dies."""
    _serve(BEAT)


@jobs_cli.command("list")
def list_() -> None:
    """How many jobs are in which state, how long the oldest has waited, and the newest dead letters."""
    now = clock.wall()
    with access.acting_as(OPERATOR):
        oldest = func.min(Job.due_at, type_=Job.due_at.type)
        found = {
            state: (count, since)
            for state, count, since in db.session.execute(
                select(Job.state, func.count(), oldest).group_by(Job.state)
            )
        }
        for state in STATES:
            count, since = found.get(state, (0, now))
            waited = (
                f"\t{max((now - since).total_seconds(), 0):.0f} s" if state in STATES[:2] and count else ""
            )
            click.echo(f"{state}\t{count}{waited}")
        dead = select(Job).where(Job.state == DEAD).order_by(Job.done_at.desc()).limit(SHOWN)
        for job in db.session.scalars(dead):
            click.echo(f"#{job.id}\t{job.kind}\t{job.review_path}\t{job.attempts}\t{job.error}")


@jobs_cli.command("retry")
@click.argument("numbers", metavar="ID", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="全部失败的任务。")
def retry(numbers: tuple[int, ...], everything: bool) -> None:
    """Try dead letters again."""
    if bool(numbers) == everything:
        raise click.UsageError("请给出任务编号，或者 --all。")
    query = select(Job).where(Job.state == DEAD) if everything else select(Job).where(Job.id.in_(numbers))
    with access.acting_as(OPERATOR), transaction():
        found = db.session.scalars(query.order_by(Job.id)).all()
        missing = set(numbers) - {job.id for job in found}
        if missing:
            raise click.UsageError(f"没有编号为 {min(missing)} 的任务")
        for job in found:
            try:
                own.retry(job, actor=OPERATOR)
            except Refusal as refused:
                raise click.UsageError(f"#{job.id}：{refused}") from refused
    click.echo(f"{len(found)} 项任务重新等待执行。")


@jobs_cli.command("run-due")
@click.option("--limit", type=click.IntRange(1), default=None, help="最多执行几项。")
def run_due_(limit: int | None) -> None:
    """Do what is due now, in this process and without a broker."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    click.echo(f"{run_due(app, limit)} 项任务已执行。")
