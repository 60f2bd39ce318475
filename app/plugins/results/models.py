"""What the two registries are told of a result, and orders to stop resolution."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import UnitScoped
from app.plugins.applications.models import KINDS, Application, ReviewDecision
from app.plugins.lapses.models import Lapse

RECIPIENTS = ("conac", "cnnic")
OUTCOMES = ("passed", "refused", "lapsed", "recalled")
NOTICE_STATES = ("waiting", "sent", "void")
CAUSES = ("refused", "lapse", "opening")
ORDER_STATES = ("proposed", "confirmed", "sent", "done", "dismissed")

_ONE_SUBJECT = (
    "(decision_id IS NULL) <> (lapse_id IS NULL) AND (decision_id IS NULL) = (application_id IS NULL)"
)


class ResultNotice(UnitScoped, Versioned, Timestamped, Model):
    """One result that one registry is told of (C-art.9, P-3.4): names, domains and reasons copied as they were.

    ``recipient``: ``conac`` (the registration centre) or ``cnnic``. It rests on the decision of an application, or on a
    lapse that was confirmed. ``recalled``: an approval CNNIC had been told of was reopened. A ``void`` one was
    overtaken before it left. ``sent_on`` is a Beijing day, ``exchange_number`` the number it left under.
    """

    __tablename__ = "result_notice"
    __obj__ = "result"
    __table_args__ = (
        state_check("recipient", RECIPIENTS),
        state_check("outcome", OUTCOMES),
        state_check("kind", KINDS),
        state_check("state", NOTICE_STATES),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        CheckConstraint("(state = 'sent') = (sent_on IS NOT NULL)", name="sent_when"),
        CheckConstraint("sent_on IS NULL OR exchange_number <> ''", name="sent_under_a_number"),
        UniqueConstraint("decision_id", "recipient"),
        UniqueConstraint("lapse_id", "recipient"),
        Index("ix_result_notice_review_path_state", "review_path", "state"),
        *UnitScoped.indexes("result_notice"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    recipient: Mapped[str] = mapped_column(String(8), nullable=False)
    outcome: Mapped[str] = mapped_column(String(16), nullable=False)
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("application_decision.id"))
    lapse_id: Mapped[int | None] = mapped_column(ForeignKey("lapse.id"))
    number: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    organ_name: Mapped[str] = mapped_column(String(120), nullable=False)
    site_name: Mapped[str] = mapped_column(String(60), nullable=False)
    chinese_domain: Mapped[str] = mapped_column(String(255), nullable=False, default="")
    english_domain: Mapped[str] = mapped_column(String(255), nullable=False, default="")
    office_name: Mapped[str] = mapped_column(String(120), nullable=False)
    reason: Mapped[str] = mapped_column(Text, nullable=False, default="")
    decided_on: Mapped[date] = mapped_column(Date, nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False, default="waiting")
    exchange_number: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    sent_on: Mapped[date | None] = mapped_column(Date)
    sent_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")

    application: Mapped[Application | None] = relationship()
    decision: Mapped[ReviewDecision | None] = relationship()
    lapse: Mapped[Lapse | None] = relationship()

    def facts_source(self) -> str:
        """Its case: an application, or a lapse."""
        return "lapse" if self.lapse_id or self.lapse else "application"

    def __repr__(self) -> str:
        return self.site_name


class StopOrder(UnitScoped, Versioned, Timestamped, Model):
    """An order to stop resolving a website's names (C-art.11, S26, P-3.4), one for each case that asks for one.

    ``cause``: a requalification was ``refused``, a ``lapse`` was confirmed, or an ``opening`` was refused (only
    proposed: C-art.11 speaks of requalification alone). The head confirms or dismisses (``judged_*``); it has left
    when both registries have it; ``stopped_on`` is the Beijing day on which the names no longer resolved.
    """

    __tablename__ = "stop_order"
    __obj__ = "result"
    __table_args__ = (
        state_check("cause", CAUSES),
        state_check("state", ORDER_STATES),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        CheckConstraint("(cause = 'lapse') = (lapse_id IS NOT NULL)", name="cause_of_its_subject"),
        CheckConstraint("chinese_domain <> '' OR english_domain <> ''", name="some_domain"),
        CheckConstraint("(state = 'proposed') = (judged_at IS NULL)", name="judged_when"),
        CheckConstraint("state <> 'dismissed' OR judged_reason <> ''", name="dismissed_why"),
        CheckConstraint(
            "state NOT IN ('sent', 'done') OR (conac_sent_on IS NOT NULL AND cnnic_sent_on IS NOT NULL)",
            name="sent_to_both",
        ),
        CheckConstraint("(conac_sent_on IS NULL) = (conac_number = '')", name="conac_under_a_number"),
        CheckConstraint("(cnnic_sent_on IS NULL) = (cnnic_number = '')", name="cnnic_under_a_number"),
        CheckConstraint("(state = 'done') = (stopped_on IS NOT NULL)", name="done_when"),
        UniqueConstraint("decision_id"),
        UniqueConstraint("lapse_id"),
        Index("ix_stop_order_review_path_state", "review_path", "state"),
        *UnitScoped.indexes("stop_order"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    cause: Mapped[str] = mapped_column(String(16), nullable=False)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("application_decision.id"))
    lapse_id: Mapped[int | None] = mapped_column(ForeignKey("lapse.id"))
    number: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    organ_name: Mapped[str] = mapped_column(String(120), nullable=False)
    site_name: Mapped[str] = mapped_column(String(60), nullable=False)
    chinese_domain: Mapped[str] = mapped_column(String(255), nullable=False, default="")
    english_domain: Mapped[str] = mapped_column(String(255), nullable=False, default="")
    office_name: Mapped[str] = mapped_column(String(120), nullable=False)
    reason: Mapped[str] = mapped_column(Text, nullable=False, default="")
    decided_on: Mapped[date] = mapped_column(Date, nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False, default="proposed")
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    judged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    judged_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    judged_reason: Mapped[str] = mapped_column(Text, nullable=False, default="")
    conac_number: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    conac_sent_on: Mapped[date | None] = mapped_column(Date)
    cnnic_number: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    cnnic_sent_on: Mapped[date | None] = mapped_column(Date)
    stopped_on: Mapped[date | None] = mapped_column(Date)
    stopped_note: Mapped[str] = mapped_column(Text, nullable=False, default="")

    application: Mapped[Application | None] = relationship()
    decision: Mapped[ReviewDecision | None] = relationship()
    lapse: Mapped[Lapse | None] = relationship()

    def facts_source(self) -> str:
        """Its case: an application, or a lapse."""
        return "lapse" if self.lapse_id or self.lapse else "application"

    def __repr__(self) -> str:
        return self.site_name
