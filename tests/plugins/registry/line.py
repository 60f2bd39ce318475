"""The last stretch of the line on a small country: approved applications, batches, badges, and who acts on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from flask.testing import FlaskClient
from sqlalchemy import event, select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office, Person, Site, Unit
from app.plugins.applications.models import Application, ReviewDecision
from app.plugins.badges import service as badges
from app.plugins.badges.models import Badge
from app.plugins.registry import freezing
from app.plugins.registry import service as registry
from app.plugins.registry.models import Batch, BatchItem
from tests.policies.world import World, build
from tests.services.afresh import read_afresh

Row = TypeVar("Row")

# What of an application must never leave it.
PRIVATE = {
    "leader_name": "负责人赵一",
    "leader_phone": "0736-7011111",
    "leader_mobile": "13907360001",
    "leader_email": "zhao@private.example",
    "handler_name": "经办人钱二",
    "handler_phone": "0736-7022222",
    "handler_mobile": "13907360002",
    "handler_email": "qian@private.example",
    "handler_id_number": "430702197001010019",
}
HEAD, REGISTRAR = ("head", "0.43.07.02."), ("registrar", "0.conac.")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every SQL statement sent meanwhile, transaction control aside."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split(" ", 1)[0] not in {"BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"}:
            found.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def moment(text: str) -> datetime:
    """A Beijing moment."""
    return datetime.fromisoformat(f"{text}+08:00")


@dataclass
class Line:
    """The world with verbs; every verb runs in a transaction of its own, as the named actor."""

    world: World
    serial: int = field(default=0)

    def actor(self, *posts: tuple[str, str]) -> Actor:
        """Whoever holds these posts."""
        return self.world.actor(*posts)

    @contextmanager
    def acting(self, *posts: tuple[str, str], at: str = "2014-11-24T09:00") -> Iterator[Actor]:
        """A transaction of that person's, at that moment."""
        actor = self.actor(*posts)
        with clock.at(moment(at)), access.acting_as(actor), transaction():
            yield actor

    @contextmanager
    def system(self) -> Iterator[Actor]:
        """A transaction of the platform's own."""
        task = access.system("tests", over="0.")
        with access.acting_as(task), transaction():
            yield task

    def approved(
        self,
        unit: str = "wuling",
        host: str = "",
        *,
        site: Site | None = None,
        frozen: bool = True,
        **changed: Any,
    ) -> int:
        """Id of a new approved application of a unit, with personal data in every private field.

        Without ``frozen`` as one that was approved before approved facts were kept.
        """
        self.serial += 1
        self.actor(("reviewer", "0.43.07.")), self.actor(("head", "0.43.07."))
        with self.system():
            reviewers = db.session.scalars(select(Person.id).order_by(Person.id).limit(2)).all()
            owner = db.session.get_one(Unit, self.world.units[unit].id)
            facts: dict[str, Any] = {
                "state": "approved",
                "round": 1,
                "number": f"T{self.serial:05d}",
                "kind": "requalification",
                "track": "organ",
                "account": owner.account,
                "organ_name": f"{unit}区教育局",
                "organ_type": "党政机关",
                "functions": "主管全区教育工作",
                "address": "湖南省常德市武陵区",
                "site_name": f"武陵教育网{self.serial}",
                "chinese_domain": f"武陵教育{self.serial}.政务",
                "english_domain": host or f"wljy{self.serial}.gov.cn",
                **PRIVATE,
                **changed,
            }
            application = Application(
                unit=owner,
                site=db.session.merge(site) if site else None,
                declared_at=clock.now(),
                submitted_at=clock.now(),
                first_reviewer_id=reviewers[0],
                paper_reviewer_id=reviewers[1],
                paper_reviewed_at=clock.now(),
                **facts,
            )
            db.session.add(application)
            application.decisions.append(
                ReviewDecision(
                    round=1, outcome="approved", reasons=[], words="", filed={}, decided_by_id=reviewers[1],
                    decided_by="审核负责人", decided_at=clock.now(),
                )
            )  # fmt: skip
            db.session.flush()
            if frozen:
                freezing.freeze(application, actor=access.current_actor())
            return application.id

    def send(self, *keys: int, office: str = "0.43.07.02.", head: tuple[str, str] | None = None) -> Batch:
        """Report applications as a batch of an office."""
        with self.acting(head or ("head", office)) as actor:
            sites = [db.session.get_one(Application, key) for key in keys]
            return registry.send_batch(self.office(office), sites, actor=actor)

    def reported(
        self, unit: str = "wuling", host: str = "", *, office: str = "0.43.07.02.", **changed: Any
    ) -> int:
        """Id of the item of a newly reported site."""
        return self.items(self.send(self.approved(unit, host, **changed), office=office))[0]

    def items(self, batch: Batch) -> list[int]:
        """Ids of a batch's items."""
        with access.acting_as(access.system("tests", over="0.")):
            return list(
                db.session.scalars(
                    select(BatchItem.id).where(BatchItem.batch_id == batch.id).order_by(BatchItem.id)
                )
            )

    def issued(
        self, unit: str = "wuling", host: str = "", *, office: str = "0.43.07.02.", **changed: Any
    ) -> int:
        """Id of a newly issued badge."""
        return self.issue(self.reported(unit, host, office=office, **changed)).id

    def changed(self, badge: Badge, **facts: Any) -> int:
        """Id of the item of a reported change of a badge; what is not said stays as it is on the badge."""
        item = self.row(BatchItem, badge.item_id)
        now = {
            "site_name": badge.name,
            "organ_name": badge.organ_name,
            "chinese_domain": badge.chinese_domain,
            "english_domain": badge.english_domain,
            "account": badge.unit_account,
        }
        unit = next(key for key, one in self.world.units.items() if one.id == badge.unit_id)
        key = self.approved(unit, kind="change", former_id=item.application_id, **{**now, **facts})
        return self.items(self.send(key, office=badge.review_path))[0]

    def issue(self, item: int) -> Badge:
        """Issue an item as the registrar."""
        with self.acting(REGISTRAR) as actor:
            return badges.issue(db.session.get_one(BatchItem, item), actor=actor)

    def decided(self, badge: int, ground: str = "2", head: tuple[str, str] = HEAD) -> int:
        """Decide on a badge's revocation as head."""
        with self.acting(head) as actor:
            badges.decide_revocation(
                db.session.get_one(Badge, badge), ground=ground, reason="原网站注销", actor=actor
            )
        return badge

    def revoked(self, unit: str = "wuling", host: str = "") -> int:
        """Id of a badge revoked on ground 2."""
        badge = self.decided(self.issued(unit, host))
        with self.acting(REGISTRAR) as actor:
            badges.strike(db.session.get_one(Badge, badge), actor=actor)
        return badge

    def suspended(self, unit: str = "wuling", host: str = "") -> int:
        """Id of a suspended badge."""
        badge = self.issued(unit, host)
        with self.acting(REGISTRAR) as actor:
            badges.suspend(db.session.get_one(Badge, badge), reason="核对网址", ground="verify", actor=actor)
        return badge

    def office(self, path: str) -> Office:
        """An office by path."""
        return db.session.scalars(select(Office).where(Office.path == path)).one()

    def read(self, question: Callable[[], Row]) -> Row:
        """What the tables hold, seen by nobody's eyes; rows come back detached, as they stood."""
        db.session.expunge_all()
        read_afresh()
        with access.acting_as(access.system("tests", over="0.")):
            found = question()
        db.session.expunge_all()
        return found

    def browser(self, sign_in: Callable[[str], FlaskClient], *posts: tuple[str, str]) -> FlaskClient:
        """The browser of whoever holds these posts."""
        return sign_in(self.actor(*posts).username)

    def row(self, model: type[Row], key: int) -> Row:
        """A row as it stands."""
        return self.read(lambda: db.session.get_one(model, key))


def made() -> Line:
    """A country on the notice's own Monday, with a zone whose digits are its own setting."""
    line = Line(build())
    with line.system():
        clock.move(moment("2014-11-24T09:00"))
        line.office("0.43.07.z2.").settings = {"badge_segment": "9102"}
    return line
