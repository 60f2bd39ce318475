"""What lapses does when an application is submitted late: the candidate goes, the application stands."""

from __future__ import annotations

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.plugins.applications import signals as applications
from app.plugins.applications.models import Application
from app.plugins.lapses import queries, service
from app.plugins.lapses.queries import TASK


def on_submitted(application: Application, *, actor: Actor) -> None:
    """In the applicant's transaction; he files, the platform takes the candidate away."""
    db.session.flush()  # what the applicant has pending is his own to write
    with access.acting_as(access.system(TASK, over=application.review_path)):
        for row in queries.candidates_of(application.unit_id):
            if row.site is not None and queries.means(application, row.site):
                service.file(row, application, actor=actor)


def connect() -> None:
    """Listen (idempotent)."""
    applications.submitted.connect(on_submitted)
