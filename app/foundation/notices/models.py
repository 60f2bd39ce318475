"""Messages to a person's inbox, deliveries that leave the platform, and an office's own words for an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from flask_appbuilder.models.sqla import Model
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Encrypted, Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import FactColumns, HolderScoped, OfficeScoped
from app.foundation.tenancy.models import Office, Person, Site, Unit

DELIVERY_CHANNELS = ("email", "sms")
STATES = ("queued", "sent", "delivered", "bounced", "refused", "stored")
UNSENT = ("refused", "bounced", "stored")
_UNREAD = text("read_at IS NULL")
_PENDING = text("digest")


class Message(Model):
    """One line in one person's inbox: found by his own id, shown to nobody else.

    ``link`` is a path on this server. ``digest``: its mail waits for the day's one.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_message_person", "person_id", "id"),
        Index("ix_message_unread", "person_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_message_digest", "person_id", "id", sqlite_where=_PENDING, postgresql_where=_PENDING),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    event: Mapped[str] = mapped_column(String(60), nullable=False)
    subject: Mapped[str] = mapped_column(String(240), nullable=False)
    text: Mapped[str] = mapped_column(Text, nullable=False)
    link: Mapped[str] = mapped_column(String(300), nullable=False, default="")
    urgent: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    digest: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    key: Mapped[str | None] = mapped_column(String(120))
    told_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class NoticeChoice(Model):
    """What a person chose for himself: one mail a day instead of one for each message."""

    __tablename__ = "notice_choice"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    digest: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)


class Delivery(HolderScoped, Timestamped, Model):
    """One mail or text, and what became of it.

    It stands where the site, unit, account or office it went to stands. ``address`` (of mail, or a number), ``body``
    and ``params`` (what a template of the SMS provider is filled with) are kept encrypted (``masked`` is how lists show it); of a secret event they are
    wiped once sent. ``edition`` counts what was sent anew; ``trail`` keeps each attempt: when, outcome, coded reason
    and the bare status of the other side, never its words.
    """

    __tablename__ = "delivery"
    __obj__ = "delivery"
    __scope_unit__ = "unit_id"
    __follows__ = ("site_id", "person_id")
    __links__: ClassVar[dict[str, str]] = {
        "unit_id": "whom it went to, set by the platform from the row it is about",
        "site_id": "whom it went to, set by the platform from the row it is about",
        "person_id": "whose account it concerns, set by the platform",
        "by_id": "whoever caused it, set by the platform",
    }
    __table_args__ = (
        state_check("channel", DELIVERY_CHANNELS),
        state_check("state", STATES),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_delivery_state", "state", "id"),
        *FactColumns.indexes("delivery", counted="unit_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    event: Mapped[str] = mapped_column(String(60), nullable=False)
    channel: Mapped[str] = mapped_column(String(8), nullable=False)
    state: Mapped[str] = mapped_column(String(12), nullable=False)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    recipient: Mapped[str] = mapped_column(String(130), nullable=False)
    address: Mapped[str] = mapped_column(Encrypted, nullable=False)
    masked: Mapped[str] = mapped_column(String(80), nullable=False)
    subject: Mapped[str] = mapped_column(String(240), nullable=False)
    body: Mapped[str | None] = mapped_column(Encrypted)
    params: Mapped[str | None] = mapped_column(Encrypted)
    reason: Mapped[str] = mapped_column(String(24), nullable=False, default="")
    detail: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    edition: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    attempts: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    trail: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    told_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    site: Mapped[Site | None] = relationship(foreign_keys=[site_id])
    office: Mapped[Office | None] = relationship(foreign_keys=[office_id])
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])

    def holder(self) -> str | None:
        """The nearest of site (its own desk files it, S8), unit, account and office."""
        named = {
            "site": self.site_id or self.site,
            "unit": self.unit_id or self.unit,
            "person": self.person_id or self.person,
            "office": self.office_id or self.office,
        }
        return next((name for name, value in named.items() if value), None)

    def __repr__(self) -> str:
        return self.subject


class NoticeTemplate(OfficeScoped, Versioned, Timestamped, Model):
    """An office's own words for an event; empty words are the national ones."""

    __tablename__ = "notice_template"
    __obj__ = "template"
    __table_args__ = (UniqueConstraint("office_id", "event"), *OfficeScoped.indexes("notice_template"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    event: Mapped[str] = mapped_column(String(60), nullable=False)
    subject: Mapped[str] = mapped_column(String(240), nullable=False, default="")
    text: Mapped[str] = mapped_column(Text, nullable=False, default="")
    sms: Mapped[str] = mapped_column(Text, nullable=False, default="")
    changed_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")

    office: Mapped[Office] = relationship(foreign_keys="NoticeTemplate.office_id")

    def __repr__(self) -> str:
        return self.event
