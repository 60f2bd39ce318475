"""A Chinese domain that cannot be applied with becomes something to do: register, renew or repair it (S21)."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from app.foundation import clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.plugins.applications.cases import ascii_of
from app.plugins.applications.models import LIVE, Application
from app.plugins.names import tasks
from app.plugins.names.models import DomainTask
from app.plugins.names.register import register


def tend(application: Application, *, actor: Actor, before: str = "") -> None:
    """Open the task for the Chinese domain as filled in, or close it where the register says it is valid by now.

    ``before`` is the domain that stood there until now: what was to be done about it is given up, unless the
    applicant has reported it done or another application of the unit still asks for it.
    """
    name = ascii_of(application.chinese_domain)
    if name:
        standing = register().standing(application.unit_id, name, clock.today())
        tasks.open_for(application.unit_id, standing, application.chinese_domain, site_id=application.site_id)
    if before and before != application.chinese_domain:
        _give_up(application, before, actor)


def _give_up(application: Application, domain: str, actor: Actor) -> None:
    waiting = db.session.scalar(
        select(DomainTask).where(
            DomainTask.unit_id == application.unit_id,
            DomainTask.ascii == ascii_of(domain),
            DomainTask.closed_at.is_(None),
            DomainTask.reported_at.is_(None),
        )
    )
    if waiting is None:
        return
    asked = select(Application.id).where(
        Application.unit_id == application.unit_id,
        Application.id != application.id,
        Application.chinese_domain == domain,
        Application.state.in_(LIVE),
    )
    if db.session.scalar(asked.limit(1)) is None:
        tasks.drop(waiting, str(_("申请改用其他中文域名")), actor=actor)
