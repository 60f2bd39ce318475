"""What results does when something is decided below: in that transaction, as the platform (C-art.9, C-art.11, S26)."""

from __future__ import annotations

from flask_babel import force_locale
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Site
from app.plugins.applications import reasons
from app.plugins.applications import signals as applications
from app.plugins.applications.models import Application
from app.plugins.lapses import signals as lapses
from app.plugins.lapses.models import Lapse
from app.plugins.results import queries, rules, service
from app.plugins.results.models import ResultNotice
from app.plugins.results.queries import TASK
from app.plugins.results.service import Case


def of_application(application: Application) -> Case:
    """An application with its newest decision; coded reasons and words as the letter says them."""
    decision = application.decisions[-1]
    named = reasons.named(decision.outcome, decision.reasons)
    with force_locale("zh"):  # a letter's own words, whoever reads Chinese or not
        coded = "；".join(str(one.label) for one in named if one.code != reasons.OTHER)
    office = queries.office_at(application.review_path)
    return Case(
        application=application,
        decision=decision,
        lapse=None,
        kind=application.kind,
        number=application.number or "",
        organ_name=application.organ_name,
        site_name=application.site_name,
        chinese_domain=application.chinese_domain,
        english_domain=application.english_domain,
        office_name=office.name if office is not None else "",
        reason="。".join(part for part in (coded, decision.words) if part),
        decided_on=clock.localise(decision.decided_at).date(),
    )


def of_lapse(row: Lapse) -> Case:
    """A lapse with the site's names."""
    site = db.session.get_one(Site, row.site_id)
    office = queries.office_at(row.review_path)
    return Case(
        application=None,
        decision=None,
        lapse=row,
        kind="requalification",
        number="",
        organ_name=row.organ_name,
        site_name=row.site_name,
        chinese_domain=site.chinese_domain or "",
        english_domain=site.english_domain or "",
        office_name=office.name if office is not None else "",
        reason=row.reason,
        decided_on=clock.localise(row.decided_at).date() if row.decided_at else clock.today(),
    )


def on_approved(application: Application, *, actor: Actor) -> None:
    """CNNIC hears of it; CONAC by the batch."""
    db.session.flush()
    with access.acting_as(access.system(TASK, over=application.review_path)):
        service.tell(of_application(application), "passed", actor=actor)


def on_refused(application: Application, *, actor: Actor) -> None:
    """Both hear of it; a requalification's stop order waits for the head, an opening's is only proposed."""
    db.session.flush()
    with access.acting_as(access.system(TASK, over=application.review_path)):
        case = of_application(application)
        service.tell(case, "refused", actor=actor)
        cause = rules.cause(application.kind)
        if cause is not None:
            service.propose(case, cause, actor=actor)


def on_reopened(application: Application, *, actor: Actor) -> None:
    """What CNNIC was to be told of the approval is not told; what it was told is taken back."""
    db.session.flush()
    with access.acting_as(access.system(TASK, over=application.review_path)):
        query = select(ResultNotice).where(
            ResultNotice.application_id == application.id, ResultNotice.outcome == "passed"
        )
        rows = list(db.session.scalars(query.order_by(ResultNotice.id)))
        for notice in rows:
            if notice.state == "waiting":
                service.drop(notice, actor=actor)
        if rows and rows[-1].state == "sent":
            service.tell(of_application(application), "recalled", actor=actor)


def on_lapsed(row: Lapse, *, actor: Actor) -> None:
    """视为资格复核未通过: both hear of it, and the head is asked to confirm the order (S26)."""
    db.session.flush()
    with access.acting_as(access.system(TASK, over=row.review_path)):
        case = of_lapse(row)
        service.tell(case, "lapsed", actor=actor)
        service.propose(case, "lapse", actor=actor)


HEARD = (
    (applications.approved, on_approved),
    (applications.refused, on_refused),
    (applications.reopened, on_reopened),
    (lapses.confirmed, on_lapsed),
)


def connect() -> None:
    """Listen (idempotent)."""
    for signal, receiver in HEARD:
        signal.connect(receiver)
