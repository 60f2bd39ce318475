"""The demo's queue: cases in hand, paper that goes out and paper that does not agree, a late case urged from above."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.plugins.applications import service as applications
from app.plugins.applications.models import Application
from app.plugins.demo.cast import NOW, Cast
from app.plugins.demo.filings import PDF
from app.plugins.exchange import service as exchange
from app.plugins.exchange.models import ExchangeLine
from app.plugins.exchange.rules import Envelope, Paper
from app.plugins.worklist import guiding

CLAIMED, SENT = 2, 3
FRIDAY = NOW - timedelta(days=3)
MISMATCH = "申请表“开办单位意见”栏未签署日期，已电话告知补正。"
URGED = "请按时限完成在线初审，确有困难的说明原因。"
GUIDED = "名称与批准文件不一致的，请先核对“三定”规定再作判定。"


@contextmanager
def _acting(actor: Actor, at: datetime) -> Iterator[None]:
    with clock.at(at), access.acting_as(actor), transaction():
        yield


def _ids(*states: str, path: str = "", below: str = "") -> list[int]:
    query = (
        select(Application.id)
        .where(Application.state.in_(states))
        .order_by(Application.due_order, Application.id)
    )
    if path:
        query = query.where(Application.review_path == path)
    if below:
        query = query.where(Application.review_path.startswith(below), Application.review_path != below)
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        return list(db.session.scalars(query))


def _row(pk: int) -> Application:
    return db.session.scalars(select(Application).where(Application.id == pk)).one()


def load(cast: Cast, path: str = "0.43.07.") -> tuple[int, int]:
    """Bring the city's queue to life; answers how many envelopes went out and how many words came from above."""
    reviewer, clerk = cast.at("reviewer", path), cast.at("clerk", path)
    for pk in _ids("submitted", path=path)[1 : 1 + CLAIMED]:
        with _acting(reviewer, FRIDAY):
            applications.claim(_row(pk), actor=reviewer)
    return _paper(clerk, path), _words(reviewer, cast, path)


def _paper(clerk: Actor, path: str) -> int:
    """Forms with the office's opinion go back; one that came in does not agree, and its scan is kept."""
    sent = 0
    for pk in _ids("badged", "reported", "approved", path=path)[:SENT]:
        with _acting(clerk, FRIDAY + timedelta(minutes=30 + sent)):
            row, office = _row(pk), db.session.scalars(select(Office).where(Office.path == path)).one()
            envelope = Envelope("out", clock.today(), "exchange", row.organ_name, f"机〔2014〕{231 + sent}")
            exchange.send(office, envelope, [(row, [Paper("form", 1)])], actor=clerk)
            sent += 1
    for pk in _ids("paper_review", path=path)[:1]:
        with _acting(clerk, FRIDAY + timedelta(hours=1)):
            row = _row(pk)
            exchange.scan(row, BytesIO(PDF), "盖章申请表.pdf", actor=clerk)
            line = db.session.scalars(
                select(ExchangeLine).where(ExchangeLine.application_id == pk, ExchangeLine.what == "form")
            ).one()
            exchange.note_mismatch(line, MISMATCH, actor=clerk)
    return sent


def _words(reviewer: Actor, cast: Cast, path: str) -> int:
    """A county's late case is urged and signed for; another is guided."""
    said = 0
    late = [pk for pk in _ids("submitted", "paper_review", below=path) if _is_late(pk)]
    for pk in late[:1]:
        with _acting(reviewer, FRIDAY + timedelta(hours=2)):
            row = guiding.urge(_row(pk), URGED, actor=reviewer)
            key, home = row.id, row.review_path
        clerk = cast.at("clerk", home)
        with _acting(clerk, FRIDAY + timedelta(hours=3)):
            guiding.read(guiding.get(key), actor=clerk)
        said += 1
    for pk in [one for one in _ids("submitted", below=path) if one not in late][:1]:
        with _acting(reviewer, FRIDAY + timedelta(hours=2, minutes=10)):
            guiding.guide(_row(pk), GUIDED, actor=reviewer)
        said += 1
    return said


def _is_late(pk: int) -> bool:
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        due = _row(pk).due
    return due is not None and due < FRIDAY.date()
