"""The workbook of a version: at once, or as work to wait for, done with the posts its reader holds by then."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.foundation import access, audit, clock, jobs
from app.foundation.access import Actor, actors
from app.foundation.database import db, transaction
from app.foundation.jobs import Job
from app.foundation.tenancy.models import Person
from app.kernel.errors import N_, NotSeen, Refusal
from app.plugins.aggregates import queries, workbook
from app.plugins.aggregates.models import AggregateVersion
from app.plugins.aggregates.seen import survey
from app.plugins.aggregates.workbook import Book
from app.plugins.operations import exports
from app.plugins.surveys import progress

NAME = "aggregate_versions"
KIND = "aggregates.export"
READING = N_("正在读取各级汇总")


def declare(app: Flask) -> None:
    """Say that this app can do it."""
    jobs.declare(app, jobs.Kind(KIND, _l("导出汇总"), run, attempts=3, lease=120, on_behalf=True))


def title(version: AggregateVersion) -> str:
    """What is exported, in words."""
    return str(_("%(office)s第 %(number)s 版汇总", office=version.office.short_name, number=version.number))


def book(version: AggregateVersion) -> Book:
    """What goes into the file.

    Raises:
        Refusal: what is stored is not what was locked.
    """
    return Book(version, survey(queries.tree(version, deep=True)))


def long(version: AggregateVersion) -> int:
    """How many rows it has about, where that is more than a page answers; else 0.

    Raises:
        Refusal: more than a file may have.
    """
    return exports.long(NAME, _rows(version))


def _rows(version: AggregateVersion) -> int:
    return int(version.totals.get("expected", 0)) + int(version.totals.get("sites", 0))


def put(version: AggregateVersion, *, actor: Actor) -> None:
    """Let it be done; inside the caller's transaction.

    Raises:
        AccessDenied, Refusal: see ``exports.put``, ``exports.long``.
    """
    rows = _rows(version)
    exports.long(NAME, rows)
    exports.put(
        KIND,
        {"version": version.id},
        actor=actor,
        needs=("aggregate", "see", version),
        path=progress.own_paths(actor)[0],
        total=rows,
    )


def run(work: jobs.Work) -> None:
    """Read the versions, make the workbook, remember who took it, leave the file.

    Raises:
        GiveUp: it is not the person's to see any more, not what was locked, or too long.
    """
    actor = access.current_actor()
    try:
        version = queries.get(int(work.payload["version"]), actor)
        exports.ensure_fits(NAME, _rows(version))
        work.progress(0, _rows(version), READING)
        made = book(version)
    except NotSeen:
        raise jobs.GiveUp(exports.NO_LONGER) from None
    except Refusal as refusal:
        raise jobs.GiveUp(refusal.message) from refusal
    work.progress(made.rows, made.rows, exports.WRITING)
    content = workbook.workbook(made)
    with transaction():
        remember(version, actor, made.rows)
    work.result(workbook.name(version), workbook.CONTENT_TYPE, content)


def remember(version: AggregateVersion, actor: Actor, rows: int) -> None:
    """Who took it, in the record; inside the caller's transaction."""
    audit.record(actor, "aggregate.version-exported", version, after={"number": version.number, "rows": rows})


def expire(version: AggregateVersion) -> None:
    """Files of a version that wait for those it is no longer shared with are not handed out any more."""
    with access.acting_as(access.system(queries.TASK, over=version.review_path)):
        db.session.flush()
        waiting = db.session.scalars(
            select(Job).where(Job.kind == KIND, Job.result_until > clock.wall()).order_by(Job.id)
        )
        for job in waiting:
            person = db.session.get(Person, job.person_id)
            reads = person is not None and access.can(actors.load(person), "aggregate", "history", version)
            if job.payload.get("version") == version.id and not reads:
                job.result_until = clock.wall()
        db.session.flush()
