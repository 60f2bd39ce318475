"""Who there is: offices and desks, units and their sites, people and the posts they hold."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from flask_appbuilder.models.sqla import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    and_,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Encrypted, PathType, Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import FACTS, FactColumns, HolderScoped, PlatformKept, UnitScoped

OFFICE_KINDS = ("office", "desk", "registry")
LEVELS = ("central", "province", "city", "county", "zone", "desk", "registry")
DESK_KINDS = ("egov", "cac", "filing", "guided")
NATURES = ("organ", "institution", "enterprise", "society", "individual")
RANKS = ("ministry", "bureau", "deputy_bureau", "division", "deputy_division", "section")
MANAGEMENTS = ("local", "central_vertical", "provincial_vertical")
HOSTINGS = ("own", "hosted")
TOPICS = ("materials", "technical", "english_domain", "hanging")
RELATIONS = ("guides", "shares", "serves")
HOWS = ("filed", "at", "below", "under")


class Office(PlatformKept, Timestamped, Model):
    """An office of establishment, a desk beside or below it, or the registry centre (jurisdiction by ``path``).

    Every scope and setting rests on this table: offices are changed by ``tenants sync`` and ``tenants move`` alone.
    """

    __tablename__ = "office"
    __table_args__ = (
        state_check("kind", OFFICE_KINDS),
        state_check("level", LEVELS),
        state_check("desk_kind", DESK_KINDS, optional=True),
        CheckConstraint("(kind = 'desk') = (desk_kind IS NOT NULL)", name="desk_has_kind"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True, nullable=False)
    path: Mapped[str] = mapped_column(PathType, unique=True, nullable=False)
    name: Mapped[str] = mapped_column(String(120), nullable=False)
    short_name: Mapped[str] = mapped_column(String(60), nullable=False)
    kind: Mapped[str] = mapped_column(String(16), nullable=False)
    level: Mapped[str] = mapped_column(String(16), nullable=False)
    desk_kind: Mapped[str | None] = mapped_column(String(16))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    division_code: Mapped[str | None] = mapped_column(String(6))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)

    parent: Mapped[Office | None] = relationship(remote_side=[id])

    def __repr__(self) -> str:
        return self.short_name


class Unit(FactColumns, Versioned, Timestamped, Model):
    """A party or government organ or a public institution (A4.c, A5.b)."""

    __tablename__ = "unit"
    __obj__ = "unit"
    __scope_unit__ = "id"
    __table_args__ = (
        state_check("nature", NATURES),
        state_check("rank", RANKS),
        state_check("management", MANAGEMENTS),
        CheckConstraint("length(account) = 8", name="account_length"),
        *FactColumns.indexes("unit", counted="id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account: Mapped[str] = mapped_column(String(8), unique=True, nullable=False)
    name: Mapped[str] = mapped_column(String(120), nullable=False, index=True)
    short_name: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    nature: Mapped[str] = mapped_column(String(16), nullable=False)
    rank: Mapped[str] = mapped_column(String(20), nullable=False)
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    supervisor_name: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    management: Mapped[str] = mapped_column(String(24), nullable=False, default="local")
    home_id: Mapped[int] = mapped_column(ForeignKey("office.id"), nullable=False, index=True)
    named_desk_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    personnel_desk_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    located_in: Mapped[str | None] = mapped_column(String(6))
    address: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    postcode: Mapped[str] = mapped_column(String(6), nullable=False, default="")
    functions: Mapped[str] = mapped_column(Text, nullable=False, default="")
    administrative: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    credit_code: Mapped[str | None] = mapped_column(String(18))
    approval_no: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    reform: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)

    home: Mapped[Office] = relationship(foreign_keys=[home_id])
    named_desk: Mapped[Office | None] = relationship(foreign_keys=[named_desk_id])
    personnel_desk: Mapped[Office | None] = relationship(foreign_keys=[personnel_desk_id])
    supervisor: Mapped[Unit | None] = relationship(remote_side=[id])

    def __repr__(self) -> str:
        return self.name


class Site(UnitScoped, Versioned, Timestamped, Model):
    """A website of a unit; its own filing desk overrides the unit's (S8)."""

    __tablename__ = "site"
    __obj__ = "unit"
    __table_args__ = (state_check("hosting", HOSTINGS), *UnitScoped.indexes("site", counted="unit_id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), nullable=False, index=True)
    chinese_domain: Mapped[str] = mapped_column(String(255), nullable=False, default="", index=True)
    english_domain: Mapped[str] = mapped_column(String(255), nullable=False, default="", index=True)
    ip: Mapped[str] = mapped_column(String(45), nullable=False, default="")
    hosting: Mapped[str] = mapped_column(String(16), nullable=False, default="own")
    host_desk_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    filing_desk_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)

    unit: Mapped[Unit | None] = relationship()
    host_desk: Mapped[Office | None] = relationship(foreign_keys=[host_desk_id])
    filing_desk: Mapped[Office | None] = relationship(foreign_keys=[filing_desk_id])

    def __repr__(self) -> str:
        return self.name


class Person(HolderScoped, User):
    """Someone who signs in: FAB's user, with what an office's directory adds.

    The account is kept by one office, whose administrator (and those above) manage it; an account of no office
    is kept by the centre. A unit's officer is kept by the office that reviews the unit.
    """

    __obj__ = "user"
    __personal__ = ("email",)

    mobile: Mapped[str | None] = mapped_column(Encrypted)
    demo: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    must_change: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    password_changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)

    office: Mapped[Office | None] = relationship(foreign_keys=[office_id])

    def holder(self) -> str | None:
        """The keeping office, or the centre."""
        return "office" if self.office_id is not None or self.office is not None else None

    @property
    def display_name(self) -> str:
        """Family name first, without a space."""
        return f"{self.last_name}{self.first_name}"

    def get_full_name(self) -> str:
        return self.display_name

    def __repr__(self) -> str:
        return self.display_name


for _fact in FACTS:
    Index(f"ix_ab_user_{_fact}", getattr(Person, _fact), User.id)


class Post(HolderScoped, Timestamped, Model):
    """A role somebody holds at an office, a desk or a unit, from a day until a day."""

    __tablename__ = "post"
    __obj__ = "user"
    __scope_unit__ = "unit_id"
    __links__: ClassVar[dict[str, str]] = {
        "unit_id": "the post's facts follow from the unit: reach over the post is reach over its unit"
    }
    __table_args__ = (
        CheckConstraint("(office_id IS NULL) <> (unit_id IS NULL)", name="one_holder"),
        CheckConstraint("(role = 'filer') = (unit_id IS NOT NULL)", name="filers_at_units"),
        CheckConstraint("until IS NULL OR until >= since", name="until_not_before"),
        Index("ix_post_person_since", "person_id", "since"),
        *FactColumns.indexes("post"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    role: Mapped[str] = mapped_column(String(24), nullable=False)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    since: Mapped[date] = mapped_column(Date, nullable=False)
    until: Mapped[date | None] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    given_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    ended_because: Mapped[str] = mapped_column(String(200), nullable=False, default="")

    person: Mapped[Person] = relationship()
    office: Mapped[Office | None] = relationship(foreign_keys=[office_id])
    unit: Mapped[Unit | None] = relationship()

    @classmethod
    def in_force(cls, day: date | ColumnElement[date]) -> ColumnElement[bool]:
        """Posts held on a business day: begun, not past their last day, and not ended before it."""
        return and_(cls.since <= day, or_(cls.until.is_(None), cls.until >= day), cls.ended_at.is_(None))

    def holder(self) -> str | None:
        """A unit's officer is held by the unit, everybody else by an office or desk."""
        return "unit" if self.unit_id is not None or self.unit is not None else "office"


class Grant(FactColumns, Timestamped, Model):
    """A dated exception: what a holder's relation covers beyond its own level, and the document that says so.

    ``review_path`` repeats ``where_path`` (the side whose rows are opened), ``filing_path`` the holder's.
    ``declared`` rows stand in ``tenants/*/grants.csv``, and only there are they changed; the others were granted in
    the application, by the office ``granted_by``. ``stopped_on``: it was stopped at once, whatever its last day.
    """

    __tablename__ = "jurisdiction_grant"
    __obj__ = "grant"
    __follows__ = ("holder_path", "where_path")
    __table_args__ = (
        state_check("relation", RELATIONS),
        state_check("how", HOWS),
        CheckConstraint("until IS NULL OR until >= since", name="until_not_before"),
        Index(
            "uq_jurisdiction_grant_holder",
            "holder_path",
            "relation",
            "how",
            "where_path",
            "since",
            unique=True,
        ),
        *FactColumns.indexes("jurisdiction_grant"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    holder_path: Mapped[str] = mapped_column(PathType, nullable=False)
    relation: Mapped[str] = mapped_column(String(16), nullable=False)
    how: Mapped[str] = mapped_column(String(16), nullable=False)
    where_path: Mapped[str] = mapped_column(PathType, nullable=False)
    since: Mapped[date] = mapped_column(Date, nullable=False)
    until: Mapped[date | None] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(120), nullable=False)
    declared: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    stopped_on: Mapped[date | None] = mapped_column(Date)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))

    granted_by: Mapped[Office | None] = relationship(foreign_keys=[granted_by_id])


class Contact(PlatformKept, Model):
    """Whom to ask about a topic: a section and its office number, never a person's name (S23)."""

    __tablename__ = "contact"
    __table_args__ = (
        state_check("topic", TOPICS),
        Index("uq_contact_office_topic", "office_id", "topic", unique=True),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), nullable=False)
    topic: Mapped[str] = mapped_column(String(24), nullable=False)
    section: Mapped[str] = mapped_column(String(60), nullable=False)
    phone: Mapped[str] = mapped_column(String(30), nullable=False)

    office: Mapped[Office] = relationship()
