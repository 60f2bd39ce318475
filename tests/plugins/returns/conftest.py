"""Changde's notice with the people of the demo, before anybody has handed in a return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.files.office_files import OfficeFile
from app.foundation.tenancy.models import Office
from app.plugins.campaigns.models import CampaignStep
from app.plugins.returns import queries, service
from app.plugins.returns.models import OfficeReturn, ReturnCopy
from app.plugins.returns.rules import ReturnEntry, StaffEntry
from tests.services.afresh import read_afresh

EVERYWHERE = access.system("tests", over="0.")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
As = Callable[[str], AbstractContextManager[Actor]]
STAFF = (StaffEntry("彭丽", "综合科科长", "13800138001"), StaffEntry("易刚", "综合科科员", "7256001"))
WHOLE = ReturnEntry(
    leader="周明", leader_post="副主任", leader_phone="13900139002", section="综合科", section_phone="7256000",
    training="11月中旬集中培训一次。", funding="列入年度预算。", staff=STAFF,
)  # fmt: skip


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.fixture
def acting(app: Flask) -> As:
    """``with acting("wuling.clerk") as actor:`` in a transaction."""

    @contextmanager
    def enter(username: str) -> Iterator[Actor]:
        read_afresh()
        with access.acting_as(access.actor_for(username)) as actor, transaction():
            yield actor

    return enter


@pytest.fixture
def clean(app: Flask) -> None:
    """Without the demo's own returns."""
    with access.acting_as(EVERYWHERE), transaction():
        db.session.execute(delete(OfficeFile).where(OfficeFile.obj.in_(("return", "notice"))))
        db.session.execute(delete(ReturnCopy))
        db.session.execute(delete(OfficeReturn))


def office(code: str) -> Office:
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def the_step() -> CampaignStep:
    """The step of Changde's notice that asks for returns (S17)."""
    with access.acting_as(EVERYWHERE):
        return db.session.scalars(select(CampaignStep).where(CampaignStep.key == "office-return")).one()


class Told:
    """An office's return, taken step by step by the people whose work that is."""

    def __init__(self, acting: As, code: str, writer: str, head: str) -> None:
        self.acting, self.code, self.writer, self.head = acting, code, writer, head
        self.key = 0

    def begun(self, entry: ReturnEntry = WHOLE, *, planned: bool = True) -> int:
        with self.acting(self.writer) as actor:
            row = service.open_(queries.step(the_step().id), office(self.code), actor=actor)
            service.save(row, entry, version=None, actor=actor)
            if planned:
                service.attach_plan(row, BytesIO(PDF), "工作方案.pdf", actor=actor)
            db.session.flush()
            self.key = row.id
        return self.key

    def submitted(self) -> int:
        key = self.key or self.begun()
        with self.acting(self.head) as actor:
            service.submit(queries.get(key), actor=actor)
        return key

    def received(self) -> int:
        key = self.submitted()
        with self.acting("changde.clerk") as actor:
            service.receive(queries.get(key), actor=actor)
        return key

    def row(self, key: int = 0) -> OfficeReturn:
        read_afresh()
        with access.acting_as(EVERYWHERE):
            return db.session.scalars(select(OfficeReturn).where(OfficeReturn.id == (key or self.key))).one()

    def people(self) -> list[str]:
        """The names on it."""
        row = self.row()
        with access.acting_as(EVERYWHERE):
            return [one.name for one in row.staff]

    def copies(self, key: int = 0) -> list[ReturnCopy]:
        read_afresh()
        with access.acting_as(EVERYWHERE):
            query = select(ReturnCopy).where(ReturnCopy.return_id == (key or self.key))
            return list(db.session.scalars(query.order_by(ReturnCopy.id)))


@pytest.fixture
def wuling(acting: As, clean: None) -> Told:
    return Told(acting, "430702", "wuling.clerk", "wuling.head")


@pytest.fixture
def liuyehu(acting: As, clean: None) -> Told:
    return Told(acting, "4307Z2", "liuyehu.reviewer", "liuyehu.head")
