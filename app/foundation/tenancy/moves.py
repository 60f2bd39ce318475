"""Moving an office with everything below it under another parent: a county goes to another city.

One transaction, one UPDATE a table. What the county reviews, files, keeps and owns goes with it; what the old city
or its desks were granted over it (and it over them) stops that day; what is reviewed higher up stays, unless the
county leaves its province.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy import derivation, routing, vertical
from app.foundation.tenancy.models import Grant, Office
from app.foundation.tenancy.rewrite import Rewrite
from app.kernel import paths
from app.kernel.errors import N_, AccessDenied, Refusal

# What may hang where: a county or zone acts as a county, a zone only under a city (S5).
PARENTS = {"county": ("city", "province"), "zone": ("city",), "city": ("province",)}
LONGEST = 64
TASK = "tenants move"


@dataclass(frozen=True)
class Plan:
    """What a move comes to: paths before and after, the ancestors that change, the office's division code."""

    office: Office
    parent: Office
    rewrite: Rewrite
    former: str
    province: tuple[Office, Office] | None
    division_code: str | None

    @property
    def old(self) -> str:
        """The path the office leaves."""
        return self.rewrite.old

    @property
    def new(self) -> str:
        """The path it takes."""
        return self.rewrite.new

    @property
    def branch(self) -> str | None:
        """The highest place that covers the old path and not the new one, apart from the office itself."""
        above = [one for one in paths.ancestors(self.old) if not paths.covers(one, self.new)]
        return above[0] if above else None


@dataclass(frozen=True)
class Moved:
    """What was done: rows by table, and the exceptions that stopped."""

    plan: Plan
    rows: Mapping[str, int]
    stopped: int


def plan(office: Office, new_parent: Office, *, division_code: str | None = None) -> Plan:
    """What moving ``office`` under ``new_parent`` comes to; reads only.

    Args:
        division_code: the office's new GB/T 2260 code where the move gives it one.

    Raises:
        Refusal: into itself, where it hangs already, at a level where it cannot hang, under a closed office, or
            onto a path that is taken.
    """
    _ensure_fit(office, new_parent)
    code = division_code or office.division_code
    segment = paths.segment_for(code, new_parent.level) if code else office.path.split(".")[-2]
    new = paths.child(new_parent.path, segment)
    _ensure_free(office, new)
    above = {one for path in (office.path, new_parent.path) for one in (*paths.ancestors(path), path)}
    tree = derivation.tree_of(db.session.scalars(select(Office).where(Office.path.in_(above))))
    province, city, _county = routing.levels(new_parent.path, tree)
    levels = (
        {"province_id": province} if office.level == "city" else {"province_id": province, "city_id": city}
    )
    before = routing.levels(office.path, tree)[0]
    crossed = None
    if before != province and before is not None and province is not None:
        crossed = (db.session.get_one(Office, before), db.session.get_one(Office, province))
    return Plan(
        office=office,
        parent=new_parent,
        rewrite=Rewrite(office.path, new, levels),
        former=paths.parent(office.path),
        province=crossed,
        division_code=code,
    )


def _ensure_fit(office: Office, parent: Office) -> None:
    if paths.covers(office.path, parent.path):
        raise Refusal(
            "move-into-itself", N_("%(office)s不能调整到自身或者自身的下级之下。"), office=office.name
        )
    if office.parent_id == parent.id:
        raise Refusal("move-nowhere", N_("%(office)s已在%(parent)s之下，不需要调整。"), office=office.name, parent=parent.name)  # fmt: skip
    fit = (
        office.kind == "office" and parent.kind == "office" and parent.level in PARENTS.get(office.level, ())
    )
    if not fit:
        raise Refusal(
            "move-level",
            N_("%(office)s不能直接列在%(parent)s之下：县列在市或者省之下，区列在市之下，市列在省之下。"),
            office=office.name,
            parent=parent.name,
        )
    if not parent.active or not office.active:
        closed = office if parent.active else parent
        raise Refusal("move-closed", N_("%(office)s已停用，不能调整。"), office=closed.name)


def _ensure_free(office: Office, new: str) -> None:
    taken = db.session.scalar(
        select(Office).where(Office.path >= new, Office.path < paths.upper_bound(new)).order_by(Office.path)
    )
    if taken is not None:
        raise Refusal(
            "move-taken",
            N_("路径 %(path)s 已由%(taken)s使用；如调整后行政区划代码有变，请一并写明新代码。"),
            path=new,
            taken=taken.name,
        )
    longest = db.session.scalars(
        select(Office.path).where(Office.path >= office.path, Office.path < paths.upper_bound(office.path))
    )
    if max(len(new) + len(path) - len(office.path) for path in longest) > LONGEST:
        raise Refusal("move-deep", N_("调整后机构层级过深。"), path=new)


def counts(found: Plan) -> dict[str, int]:
    """How many rows of each table a move would rewrite."""
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        return found.rewrite.count(db.session())


def move(
    office: Office, new_parent: Office, *, actor: Actor, reason: str, document: str, division_code: str | None = None
) -> Moved:  # fmt: skip
    """Put ``office`` and all below it under ``new_parent``; call inside ``transaction()``.

    Only a task of the platform whose scope is everything may: the change crosses tenants.

    Raises:
        AccessDenied: anybody else.
        Refusal: see ``plan``; the document is not named; or a website of a vertically managed unit has a filing
            desk in the province that is left.
    """
    if not actor.unbounded:
        raise AccessDenied("move-by-platform", N_("机构隶属调整由平台运行维护人员依据文件办理。"))
    if not document.strip():
        raise Refusal("move-undocumented", N_("请写明调整隶属关系所依据的文件。"), field="document")
    found = plan(office, new_parent, division_code=division_code)
    session = db.session()
    session.flush()
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        crossing = vertical.Crossing.of(session, found)
        stopped = _stop_exceptions(session, found, actor, document)
        rows = found.rewrite.run(session)
        crossing.carry(session)
        session.expire_all()
        office.parent_id, office.division_code = new_parent.id, found.division_code
        session.flush()
    audit.record(
        actor,
        "office.moved",
        office,
        before={"path": found.old, "parent": found.former},
        after={"path": found.new, "parent": new_parent.path, "document": document, "rows": rows, "grants_stopped": stopped},
        reason=reason,
    )  # fmt: skip
    return Moved(found, rows, stopped)


def _stop_exceptions(session: Session, found: Plan, actor: Actor, document: str) -> int:
    """Exceptions between the office's side and the branch it leaves rest on what has ended: they stop today."""
    branch = found.branch
    if branch is None:
        return 0

    def sides(grant: Grant) -> tuple[bool, bool]:
        ends = (grant.holder_path, grant.where_path)
        ours = any(paths.covers(found.old, one) for one in ends)
        theirs = any(paths.covers(branch, one) and not paths.covers(found.old, one) for one in ends)
        return ours, theirs

    rows = session.scalars(select(Grant).where(Grant.stopped_on.is_(None)).order_by(Grant.id)).all()
    crossing = [grant for grant in rows if all(sides(grant))]
    for grant in crossing:
        grant.stopped_on = clock.today()
        audit.record(actor, "grant.stopped", grant, after={"stopped_on": grant.stopped_on}, reason=document)
    return len(crossing)
