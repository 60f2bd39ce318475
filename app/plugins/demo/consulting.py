"""The demo's opinions, an office's own guidance and a reviewer's evidence, by the verbs people use."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.plugins.applications import service as applications
from app.plugins.applications.models import Application
from app.plugins.demo.cast import Cast, moment
from app.plugins.demo.filings import PDF, cases
from app.plugins.opinions import queries, service


def _act(actor: Actor, on: date, hour: int) -> AbstractContextManager[Any]:
    stack = ExitStack()
    stack.enter_context(clock.at(moment(on, hour)))
    stack.enter_context(access.acting_as(actor))
    stack.enter_context(transaction())
    return stack


def _look(query: Any) -> Any:
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        return db.session.scalars(query).one()


def _ask(one: dict[str, Any], cast: Cast) -> None:
    application = _look(select(Application).where(Application.site_name == one["site"]))
    desk = _look(select(Office).where(Office.path == f"{application.review_path}egov."))
    pk = application.id
    reviewer = cast.office("reviewer", application)
    with _act(reviewer, one["day"], 11):
        row = service.ask(
            db.session.scalars(select(Application).where(Application.id == pk)).one(),
            desk,
            one["question"],
            actor=reviewer,
        )
        db.session.flush()
        asked = row.id
    if "answer" in one:
        answerer = cast.at("egov", desk.path)
        with _act(answerer, one["answered_on"], 15):
            service.answer(queries.get(asked), one["answer"], one["words"], actor=answerer)


def load(cast: Cast) -> int:
    """Guidance, questions with their answers, and a file beside an item, from ``cases.yaml``; how many questions."""
    told = cases()
    for office in told["guidance"]:
        _guide(office, cast)
    for one in told["consultations"]:
        _ask(one, cast)
    for one in told["evidence"]:
        _attach(one, cast)
    return len(told["consultations"])


def _guide(told: dict[str, Any], cast: Cast) -> None:
    office = _look(select(Office).where(Office.code == told["office"]))
    head = cast.at("head", office.path)
    with _act(head, told["day"], 9):
        for number, text in told["items"].items():
            applications.write_checkpoint(office, number, text, actor=head)


def _attach(told: dict[str, Any], cast: Cast) -> None:
    application = _look(select(Application).where(Application.site_name == told["site"]))
    pk, reviewer = application.id, cast.office("reviewer", application)
    with _act(reviewer, told["day"], 14):
        row = db.session.scalars(select(Application).where(Application.id == pk)).one()
        applications.attach_evidence(row, told["item"], BytesIO(PDF), told["file"], actor=reviewer)
