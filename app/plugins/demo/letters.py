"""The demo's papers: what applicants printed, what the office laid on sealed forms, its published list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.plugins.applications.models import Application
from app.plugins.demo.cast import Cast, moment
from app.plugins.letters import service
from app.plugins.letters.kinds import BY_KEY
from app.plugins.letters.models import Letter

DAY = date(2014, 11, 21)
CHANGDE = "0.43.07."
PRINTED = ("awaiting_paper", "paper_review")


def load(cast: Cast) -> int:
    """Make them; returns how many documents there are then, those included that came with decisions."""
    with access.acting_as(access.system("demo", over=CHANGDE)):
        rows = list(
            db.session.scalars(
                select(Application)
                .where(Application.review_path == CHANGDE, Application.state.in_((*PRINTED, "approved")))
                .order_by(Application.id)
            )
        )
    clerk = cast.at("reviewer", CHANGDE)
    for row in rows:
        if row.state == "approved":
            _make(clerk, row, "opinion")
        else:
            _make(cast.filer(row), row, "request", "form")
    with _as(clerk) as actor:
        office = db.session.scalars(select(Office).where(Office.path == CHANGDE)).one()
        service.issue(BY_KEY["passed"], office, actor=actor)
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        return len(db.session.scalars(select(Letter.id)).all())


def _make(who: Actor, row: Application, *kinds: str) -> None:
    with _as(who) as actor:
        own = db.session.scalars(select(Application).where(Application.id == row.id)).one()
        for kind in kinds:
            service.issue(BY_KEY[kind], own, actor=actor)


@contextmanager
def _as(actor: Actor) -> Iterator[Actor]:
    with clock.at(moment(DAY, 17)), access.acting_as(actor), transaction():
        yield actor
