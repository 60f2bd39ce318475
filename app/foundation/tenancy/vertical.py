"""Units of a county that are reviewed by its province (C-art.5): they change hands when it leaves the province."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, exists, select, update
from sqlalchemy.orm import Session, aliased

from app.foundation.jurisdiction import FACTS
from app.foundation.tenancy.models import Office, Person, Post, Site, Unit
from app.foundation.tenancy.rewrite import scoped_tables
from app.kernel.errors import N_, Refusal

if TYPE_CHECKING:
    from app.foundation.tenancy.moves import Plan

MANAGEMENT = "provincial_vertical"


@dataclass(frozen=True)
class Crossing:
    """The units concerned and the provinces they leave and reach; neither where the province stays the same."""

    units: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    to: Office | None = None

    @classmethod
    def of(cls, session: Session, plan: Plan) -> Crossing:
        """Found before anything moves.

        Raises:
            Refusal: a website of such a unit is filed by a desk of the old province.
        """
        if plan.province is None:
            return cls()
        old, new = plan.province
        homes = select(Office.id).where(plan.rewrite.inside(Office.path))  # type: ignore[arg-type]
        units = select(Unit.id).where(Unit.management == MANAGEMENT, Unit.home_id.in_(homes))
        desk = session.scalar(select(Site).where(Site.unit_id.in_(units), Site.filing_desk_id.is_not(None)))
        if desk is not None:
            raise Refusal(
                "move-site-desk",
                N_("网站“%(site)s”由原省的科室填报，请先改由开办单位或者调入省的科室填报。"),
                site=desk.name,
            )
        other = aliased(Post)
        here = exists().where(Post.person_id == Person.id, Post.unit_id.in_(units))
        elsewhere = exists().where(
            other.person_id == Person.id, other.unit_id.is_(None) | other.unit_id.not_in(units)
        )
        people = select(Person.id).where(Person.office_id == old.id, here, ~elsewhere)
        return cls(tuple(session.scalars(units)), tuple(session.scalars(people)), new)

    def carry(self, session: Session) -> None:
        """Put the units, all rows of theirs and their officers' accounts under the new province."""
        if self.to is None or not self.units:
            return
        facts = dict(zip(FACTS, (self.to.path, None, self.to.id, None, None), strict=True))
        for table, column, keys in self._where():
            for part in (keys[start : start + 500] for start in range(0, len(keys), 500)):
                concerned: ColumnElement[bool] = column.in_(part)
                values: dict[str, Any] = dict(facts)
                if table.name == Person.__tablename__:
                    values["office_id"] = self.to.id
                session.execute(update(table).values(values).where(concerned))

    def _where(self) -> Iterator[tuple[Table, Any, tuple[int, ...]]]:
        for table in sorted(scoped_tables(), key=lambda one: one.name):
            if table.name == Unit.__tablename__:
                yield table, table.c.id, self.units
            elif "unit_id" in table.c:
                yield table, table.c.unit_id, self.units
            elif table.name == Person.__tablename__:
                yield table, table.c.id, self.people
            elif "person_id" in table.c:
                yield table, table.c.person_id, self.people
