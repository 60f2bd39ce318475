"""The demo's applications, each brought to its state by the very verbs people use, as the people who would."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from flask import current_app
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office, Site
from app.plugins.applications import service
from app.plugins.applications.models import Application
from app.plugins.applications.service import excepting
from app.plugins.badges import service as badges
from app.plugins.badges.models import Badge
from app.plugins.demo.cast import Cast, after, moment
from app.plugins.demo.sheets import rows
from app.plugins.registry import service as registry
from app.plugins.registry.models import BatchItem

CHAIN = ("submitted", "awaiting_paper", "paper_review", "approved", "reported", "badged", "hung")
GOALS = {
    "sent_back": "reported",
    "suspended": "badged",
    "revocation_decided": "badged",
    "revoked": "badged",
    "refused": "paper_review",
    "returned": "submitted",
    "resubmitted": "submitted",
    "ineligible": "submitted",
    "withdrawn": "submitted",
}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_EXCEPTION = "已征求同级电子政务部门意见，确有单独建设必要，同意单独建设。"


def cases() -> dict[str, Any]:
    """``tenants/demo/cases.yaml``."""
    path = Path(current_app.config["TENANTS_DIR"]) / "demo" / "cases.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


def identity_number(serial: int) -> str:
    """A well-formed, made-up ID number."""
    body = f"430702198001{serial % 27 + 1:02d}{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


class Story:
    """One application's way through the offices."""

    def __init__(self, case: dict[str, Any], cast: Cast, serial: int) -> None:
        self.case, self.cast, self.serial = case, cast, serial
        self.goal: str = case["goal"]
        self.day: date = case["begin"]
        self.id = 0

    def act(self, actor: Actor, hour: int) -> AbstractContextManager[Any]:
        """As ``actor``, on the story's day, in a transaction."""
        stack = ExitStack()
        stack.enter_context(clock.at(moment(self.day, hour, self.serial % 60)))
        stack.enter_context(access.acting_as(actor))
        stack.enter_context(transaction())
        return stack

    def row(self) -> Application:
        return db.session.scalars(select(Application).where(Application.id == self.id)).one()

    def look(self, query: Any) -> Any:
        with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
            return db.session.scalars(query).one()

    def begin(self) -> None:
        site = self.look(select(Site).where(Site.name == self.case["site"]))
        filer = self.cast.filer(site)
        contact = _contact(site)
        with self.act(filer, 9):
            application = service.start(site, "requalification", actor=filer)
            db.session.flush()
            self.id = application.id
            service.save(application, self.values(site, contact), actor=filer)
            service.attach(application, BytesIO(PDF), "经办人身份证明.pdf", "identity", actor=filer)
            if application.track == "institution":
                service.attach(application, BytesIO(PDF), "行政管理职能证明.pdf", "proof", actor=filer)

    def values(self, site: Site, contact: dict[str, str]) -> dict[str, str]:
        number = 13900000000 + self.serial
        return {
            "site_intro": f"{site.name}主要发布本单位政务信息、办事指南和公告，提供网上办事和互动交流。",
            "leader_name": contact["leader"],
            "leader_phone": contact["phone"],
            "leader_mobile": str(number),
            "leader_email": contact["email"],
            "handler_name": contact["contact"],
            "handler_phone": contact["phone"],
            "handler_mobile": str(number + 500),
            "handler_email": contact["email"],
            "handler_id_number": identity_number(self.serial),
            **self.case.get("first", {}),
        }

    def submit(self) -> None:
        application = self.look(select(Application).where(Application.id == self.id))
        filer = self.cast.filer(application)
        with self.act(filer, 10):
            service.submit(self.row(), declared=True, actor=filer)

    def by(self, role: str, hour: int, verb: Callable[[Application, Actor], object]) -> None:
        application = self.look(select(Application).where(Application.id == self.id))
        actor = self.cast.office(role, application)
        with self.act(actor, hour):
            verb(self.row(), actor)

    @staticmethod
    def check_and_pass(application: Application, actor: Actor) -> None:
        for number in range(1, 6):
            service.check(application, number, "ok", "", actor=actor)
        for one in excepting.needed(application):
            service.allow_exception(application, one.code, _EXCEPTION, actor=actor)
        service.pass_first(application, actor=actor)

    def pass_first(self) -> None:
        self.day = after(self.day, 2)
        self.by("reviewer", 15, self.check_and_pass)

    def receive(self) -> None:
        self.day = after(self.day, 2)
        self.by(
            "clerk", 9, lambda row, actor: service.receive_paper(row, "exchange", self.day, 3, actor=actor)
        )

    def decide(self) -> None:
        self.day = after(self.day, 1)
        self.by("head", 16, lambda row, actor: service.approve(row, actor=actor, words="同意。"))

    def report(self) -> None:
        self.day = after(self.day, 1)
        office = self.look(select(Office).where(Office.path == self.look_row().review_path))
        self.by("head", 17, lambda row, actor: registry.send_batch(office, [row], actor=actor))

    def look_row(self) -> Application:
        found: Application = self.look(select(Application).where(Application.id == self.id))
        return found

    def item(self) -> BatchItem:
        return db.session.scalars(select(BatchItem).where(BatchItem.application_id == self.id)).one()

    def badge(self) -> Badge:
        return db.session.scalars(
            select(Badge).join(BatchItem).where(BatchItem.application_id == self.id)
        ).one()

    def issue(self) -> None:
        self.day = after(self.day, 1)
        registrar = self.cast.registrar()
        with self.act(registrar, 10):
            badges.issue(self.item(), actor=registrar)

    def hang(self) -> None:
        self.day = after(self.day, 2)
        filer = self.cast.filer(self.look_row())
        with self.act(filer, 11):
            badges.hang(self.badge(), actor=filer)

    def tell(self) -> None:
        """Walk the chain to the goal, then its own ending."""
        self.begin()
        if self.goal == "draft":
            return
        self.submit()
        steps = (self.pass_first, self.receive, self.decide, self.report, self.issue, self.hang)
        reached = CHAIN.index(GOALS.get(self.goal, self.goal))
        for step in steps[:reached]:
            step()
        ending = getattr(self, f"end_{self.goal}", None)
        if ending is not None:
            ending()

    def _turned_down(self, role: str, verb: Callable[..., object]) -> None:
        self.day = after(self.day, 1)
        self.by(role, 10, lambda row, actor: verb(row, self.case["reasons"], self.case["words"], actor=actor))

    def end_returned(self) -> None:
        self._turned_down("reviewer", service.return_)

    def end_resubmitted(self) -> None:
        self.end_returned()
        self.day = after(self.day, 2)
        filer = self.cast.filer(self.look_row())
        with self.act(filer, 9):
            service.save(self.row(), self.case["fix"], actor=filer)
        self.submit()

    def end_ineligible(self) -> None:
        self._turned_down("reviewer", service.declare_ineligible)

    def end_refused(self) -> None:
        self._turned_down("head", service.refuse)

    def end_withdrawn(self) -> None:
        self.day = after(self.day, 1)
        filer = self.cast.filer(self.look_row())
        with self.act(filer, 14):
            service.withdraw(self.row(), actor=filer, reason=self.case["words"])

    def end_sent_back(self) -> None:
        self.day = after(self.day, 1)
        registrar = self.cast.registrar()
        with self.act(registrar, 11):
            registry.return_item(self.item(), reason=self.case["words"], actor=registrar)

    def end_suspended(self) -> None:
        self.day = after(self.day, 2)
        registrar = self.cast.registrar()
        with self.act(registrar, 15):
            badges.suspend(self.badge(), reason=self.case["words"], actor=registrar)

    def end_revocation_decided(self) -> None:
        self.day = after(self.day, 3)
        head = self.cast.office("head", self.look_row())
        with self.act(head, 15):
            badges.decide_revocation(
                self.badge(), ground=str(self.case["ground"]), reason=self.case["words"], actor=head
            )

    def end_revoked(self) -> None:
        self.end_revocation_decided()
        self.day = after(self.day, 1)
        registrar = self.cast.registrar()
        with self.act(registrar, 16):
            badges.strike(self.badge(), actor=registrar)


def _contact(site: Site) -> dict[str, str]:
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        account = site.unit.account if site.unit else ""
    return next(row for row in rows("units") if row["account"] == account)


def load(cast: Cast) -> int:
    """Tell every story; returns how many."""
    listed = cases()["applications"]
    for serial, case in enumerate(listed, start=1):
        Story(case, cast, serial).tell()
    return len(listed)
