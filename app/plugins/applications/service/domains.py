"""The Chinese domain of a draft: one that cannot be applied with opens a task, one that can closes it (S21)."""

from __future__ import annotations

from sqlalchemy import select

from app.foundation import access, clock, jobs
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.kernel import domains
from app.kernel.errors import N_, Refusal
from app.plugins.applications import dossier, signals
from app.plugins.applications.models import LIVE, Application
from app.plugins.names import tasks
from app.plugins.names.register import register

EDITED = ("draft", "returned")
AT_ONCE = 100
OTHER_USED = N_("申请中已改用其他域名。")
WITHDRAWN = N_("申请已撤回。")


def watch(application: Application, was: str = "") -> None:
    """Open or close the task for the Chinese domain an application names; ``was`` is the one it named before.

    Inside the caller's transaction. A name that its track may not bear at all is no task: the form says so.
    """
    if was and was != application.chinese_domain:
        _give_up(application, was, OTHER_USED)
    ascii_name = _usable(application)
    if ascii_name:
        standing = register().standing(application.unit_id, ascii_name, clock.today())
        tasks.open_for(application.unit_id, standing, application.chinese_domain, site_id=application.site_id)


def look(work: jobs.Work) -> None:
    """The daily look, with the reminders: drafts and returned applications whose domain has run out since."""
    query = select(Application.id).where(Application.state.in_(EDITED), Application.chinese_domain != "")
    keys = list(db.session.scalars(query.order_by(Application.id)))
    for at in range(0, len(keys), AT_ONCE):
        with transaction():
            for row in db.session.scalars(
                select(Application).where(Application.id.in_(keys[at : at + AT_ONCE]))
            ):
                watch(row)
        work.progress(min(at + AT_ONCE, len(keys)), len(keys))


def connect() -> None:
    """Listen (idempotent)."""
    signals.withdrawn.connect(_on_withdrawn)


def _on_withdrawn(application: Application, *, actor: Actor) -> None:
    db.session.flush()  # what the applicant has pending is his own to write
    if application.chinese_domain:
        _give_up(application, application.chinese_domain, WITHDRAWN)


def _usable(application: Application) -> str:
    """The name as the network carries it, where the track may bear it; else empty."""
    limits = dossier.limits_of(dossier.reviewing_office(application))
    try:
        return limits.chinese_domain(application.chinese_domain, application.track).ascii
    except Refusal:
        return ""


def _give_up(application: Application, name: str, reason: str) -> None:
    """Nobody waits for that name any more, unless another application of the unit still names it."""
    same = select(Application.id).where(
        Application.unit_id == application.unit_id,
        Application.id != application.id,
        Application.chinese_domain == name,
        Application.state.in_(LIVE),
    )
    with access.acting_as(access.system(tasks.NAME, over=access.EVERYWHERE)):
        if db.session.scalar(same.limit(1)) is None:
            try:
                tasks.give_up(application.unit_id, domains.host(name).ascii, reason)
            except Refusal:
                return  # never a host name, so never a task
