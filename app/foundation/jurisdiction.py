"""The facts every guarded row carries: which office reviews it, which desk files it, whose unit it is.

They are set by the server when a row is written (see ``access.guard``) and authorise everything; no form shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.foundation.database import PathType

if TYPE_CHECKING:
    from app.foundation.tenancy.models import Office

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
# ``info`` of a JSON column in which offices are named by path: they follow when an office moves.
NAMES_PATHS = {"names_paths": True}


class PlatformKept:
    """A table without jurisdiction that everybody reads and only a task of the platform over everything changes."""


class Sealed:
    """A table without jurisdiction that only a task of the platform over everything reads or changes: secrets."""


class FactColumns:
    """``review_path`` (the deciding office), ``filing_path`` (the desk that files) and the deciding office's ancestors.

    ``__obj__`` is the Casbin object the row is guarded as (``__obj_column__`` where it depends on the row, and
    ``__objs__`` what that column may hold),
    ``__scope_unit__`` the column of the unit it belongs to, ``__follows__`` further columns its facts follow from,
    ``__links__`` foreign keys that may point to rows the writer does not see, each with its reason.
    """

    __obj__: ClassVar[str]
    __obj_column__: ClassVar[str | None] = None
    __objs__: ClassVar[tuple[str, ...]] = ()
    __scope_unit__: ClassVar[str | None] = None
    __follows__: ClassVar[tuple[str, ...]] = ()
    __links__: ClassVar[Mapping[str, str]] = {}

    @declared_attr
    def review_path(cls) -> Mapped[str]:
        return mapped_column(PathType, nullable=False)

    @declared_attr
    def filing_path(cls) -> Mapped[str | None]:
        return mapped_column(PathType)

    @declared_attr
    def province_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("office.id"))

    @declared_attr
    def city_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("office.id"))

    @declared_attr
    def county_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("office.id"))

    @staticmethod
    def indexes(table: str, *, counted: str = "") -> tuple[Index, ...]:
        """(fact, id) indexes, so that each level pages through its own rows without sorting.

        ``counted`` names the unit's column of a table whose lists are counted: on PostgreSQL the indexes then carry
        what row-level security asks of a row, and a count does not fetch the rows themselves.
        """
        asked = ("review_path", "filing_path", counted) if counted else ()
        return tuple(
            Index(
                f"ix_{table}_{fact}",
                fact,
                "id",
                postgresql_include=[one for one in asked if one not in (fact, "id")],
            )
            for fact in FACTS
        )


class UnitScoped(FactColumns):
    """A row of a unit's: a site, a sheet, an application, and their children.

    ``__facts_from__`` names the relationship the facts are copied from: the unit itself, a site, or a parent row.
    """

    __scope_unit__ = "unit_id"
    __facts_from__: ClassVar[str] = "unit"

    @declared_attr
    def unit_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("unit.id"), nullable=False, index=True)

    def facts_source(self) -> str:
        """The relationship to copy from for this row; override where it depends on the row."""
        return self.__facts_from__


class OfficeScoped(FactColumns):
    """A row of an office's own: a campaign, an aggregate, a batch."""

    @declared_attr
    def office_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("office.id"), nullable=False, index=True)

    def adopt(self, office: Office) -> None:
        """Belong to ``office``: facts are derived from it at flush."""
        self.office_id = office.id


class HolderScoped(FactColumns):
    """A row held by an office or by a unit (an account, a post); ``holder`` names the relationship of this row.

    ``__carried__``: it goes along when its unit comes to another office; what only tells what was, stays.
    """

    __carried__: ClassVar[bool] = False

    def holder(self) -> str | None:
        """``office``, ``unit``, or None: kept by the centre."""
        return "office"
