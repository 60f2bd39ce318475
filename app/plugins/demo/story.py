"""The whole demo in order: register, people, campaign, sheets, applications, the drill clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Person
from app.kernel.errors import N_, Refusal
from app.plugins.demo import (
    announced,
    arrangements,
    changes,
    consulting,
    filings,
    handed_in,
    letters,
    queue,
    register,
    results,
    returns,
    staff,
    versions,
)
from app.plugins.demo.cast import NOW, Cast

BEFORE = datetime(2014, 9, 15, 9, 0, tzinfo=clock.SHANGHAI)
EVE = datetime(2014, 11, 10, 8, 30, tzinfo=clock.SHANGHAI)

DONE = "demo.loaded"


def loaded() -> bool:
    """Whether the demo stands here, whole.

    Raises:
        Refusal: a load was broken off half-way.
    """
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        if db.session.scalar(select(AuditEntry.seq).where(AuditEntry.verb == DONE).limit(1)) is not None:
            return True
        begun = db.session.scalar(select(Person.id).where(Person.demo.is_(True)).limit(1)) is not None
    if begun:
        raise Refusal("demo-half", N_("演示数据只装入了一部分，请用 make run RESET=1 重新开始。"))
    return False


def load(*, eve: bool = False) -> Iterator[str]:
    """Write everything, or with ``eve`` only what stood before the city's notice; yields a Chinese line for each part."""
    maker = access.system("demo", over=access.EVERYWHERE)
    with clock.at(BEFORE), access.acting_as(maker), transaction():
        units = register.load()
        people = staff.load(maker)
    yield f"单位 {len(units)} 家，人员 {people} 名。"
    cast = Cast()
    if eve:
        yield f"工作安排 {arrangements.issue(cast, before=EVE.date())} 份。"
        yield _stop(maker, EVE)
        return
    yield f"工作安排 {arrangements.load(cast)} 份。"
    yield f"摸底调查表 {returns.load(cast)} 份。"
    handed = handed_in.load(cast)
    yield f"机构、人员和方案 {handed[0]} 份，细则 {handed[1]} 份，网站责任人 {handed[2]} 名。"
    yield f"申请 {filings.load(cast)} 件。"
    yield f"变更申请 {changes.load(cast)} 件。"
    yield f"征求意见 {consulting.load(cast)} 次。"
    told, stopped = results.load(cast)
    yield f"结果通报 {told} 项，停止解析 {stopped} 件。"
    sent, said = queue.load(cast)
    yield f"寄发登记 {sent} 件，上级催办和指导 {said} 条。"
    yield f"文书 {letters.load(cast)} 件。"
    yield f"汇总 {versions.load(cast)} 版。"
    yield f"通知公告 {announced.load(cast)} 份。"
    yield _stop(maker, NOW)


def _stop(maker: Actor, moment: datetime) -> str:
    """Let the drill clock stand there; the demo is whole."""
    with access.acting_as(maker), transaction():
        clock.move(moment)
        audit.record(
            maker, DONE, db.session.scalars(select(Person).where(Person.demo.is_(True)).limit(1)).one()
        )
    return f"演练时钟停在 {moment:%Y-%m-%d %H:%M}（北京时间）。"
