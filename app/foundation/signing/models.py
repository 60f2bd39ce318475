"""Sessions and the sign-in log (scoped), and what belongs to one account alone (never listed)."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Encrypted, UTCDateTime, state_check
from app.foundation.jurisdiction import FactColumns, HolderScoped, Sealed
from app.foundation.tenancy.models import Person

KINDS = ("browser", "api")
PENDING = ("password", "factor")
ENDS = ("signed_out", "forced", "timed_out", "password", "disabled", "factor", "replaced")
OUTCOMES = (
    "success", "wrong_password", "locked", "wrong_code", "unknown_account", "disabled", "signed_out", "forced",
    "timed_out",
)  # fmt: skip
_DIGEST = String(64)
_ADDRESS = String(45)
_AGENT = String(200)


class SignInSession(HolderScoped, Model):
    """One sign-in, by browser or for another system. The cookie or token holds the id; here stands its digest.

    ``idle_minutes`` and ``ends_at`` were fixed at sign-in; ``expires_at`` is the sooner of the two limits as it stands.
    ``pending`` says what must be done before anything else;
    ``posts`` stands for the posts that were looked at for whether they need a second factor.
    """

    __tablename__ = "sign_in_session"
    __obj__ = "session"
    __follows__ = ("person_id",)
    __table_args__ = (
        state_check("kind", KINDS),
        state_check("pending", PENDING, optional=True),
        state_check("end_reason", ENDS, optional=True),
        Index("ix_sign_in_session_person", "person_id", "ended_at"),
        *FactColumns.indexes("sign_in_session"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    digest: Mapped[str] = mapped_column(_DIGEST, unique=True, nullable=False)
    kind: Mapped[str] = mapped_column(String(16), nullable=False, default="browser")
    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False)
    username: Mapped[str] = mapped_column(String(128), nullable=False)
    name: Mapped[str] = mapped_column(String(130), nullable=False)
    address: Mapped[str] = mapped_column(_ADDRESS, nullable=False, default="")
    agent: Mapped[str] = mapped_column(_AGENT, nullable=False, default="")
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    idle_minutes: Mapped[int] = mapped_column(Integer, nullable=False)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    pending: Mapped[str | None] = mapped_column(String(16))
    two_factor: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    posts: Mapped[str] = mapped_column(_DIGEST, nullable=False, default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[str] = mapped_column(String(130), nullable=False, default="")
    end_reason: Mapped[str | None] = mapped_column(String(16))

    person: Mapped[Person] = relationship()

    def holder(self) -> str:
        """Where the account is kept."""
        return "person"


class SignInRecord(HolderScoped, Model):
    """One line of the sign-in log. A name that is no account is kept as a keyed digest only, by the centre."""

    __tablename__ = "sign_in_record"
    __obj__ = "log"
    __follows__ = ("person_id",)
    __table_args__ = (
        state_check("outcome", OUTCOMES),
        state_check("kind", KINDS),
        Index("ix_sign_in_record_person", "person_id", "id"),
        *FactColumns.indexes("sign_in_record"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False, index=True)
    outcome: Mapped[str] = mapped_column(String(20), nullable=False)
    kind: Mapped[str] = mapped_column(String(16), nullable=False, default="browser")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    username: Mapped[str] = mapped_column(String(128), nullable=False, default="")
    name: Mapped[str] = mapped_column(String(130), nullable=False, default="")
    account_digest: Mapped[str] = mapped_column(_DIGEST, nullable=False, default="")
    address: Mapped[str] = mapped_column(_ADDRESS, nullable=False, default="")
    agent: Mapped[str] = mapped_column(_AGENT, nullable=False, default="")

    person: Mapped[Person | None] = relationship()

    def holder(self) -> str | None:
        """Where the account is kept; an unknown one by the centre."""
        return "person" if self.person_id is not None or self.person is not None else None


class SignInLock(Model):
    """Failures of one account at one address (``""``: at all addresses together), unknown names alike.

    With ``code`` for the address: wrong codes of an invitation, under a digest of its own.
    """

    __tablename__ = "sign_in_lock"
    __table_args__ = (Index("uq_sign_in_lock_account", "account", "address", unique=True),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account: Mapped[str] = mapped_column(_DIGEST, nullable=False)
    address: Mapped[str] = mapped_column(_ADDRESS, nullable=False, default="")
    failures: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    since: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class FormerPassword(Sealed, Model):
    """A hash that was replaced: compared when a new password is set, shown to nobody."""

    __tablename__ = "former_password"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True
    )
    hashed: Mapped[str] = mapped_column(String(256), nullable=False)
    replaced_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)


class SecondFactor(Sealed, Model):
    """A person's authenticator (TOTP, RFC 6238). ``last_step`` is the newest time step accepted: none comes twice.

    ``offered_in`` is the session that was shown the secret: until it is confirmed, no other may go on with it.
    """

    __tablename__ = "second_factor"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, unique=True
    )
    secret: Mapped[str] = mapped_column(Encrypted, nullable=False)
    offered_in: Mapped[int] = mapped_column(Integer, nullable=False)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0)


class RecoveryCode(Sealed, Model):
    """A code for the day the authenticator is lost: kept as a digest, good once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True
    )
    digest: Mapped[str] = mapped_column(_DIGEST, nullable=False, unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
