"""The sealed paper and the written review by a second person (C-art.8, 9, S25)."""

from __future__ import annotations

from datetime import date

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.limits import PAPER_REVIEW
from app.kernel.errors import N_, Finding
from app.plugins.applications import clocks, dossier, flow, signals, wellformed
from app.plugins.applications.models import MEANS, Application, PaperReceipt

MOST_COPIES = 20


def _receipt_findings(application: Application, means: str, received_on: date, copies: int) -> list[Finding]:
    found = []
    passed_at = application.first_reviewed_at
    first = clock.localise(passed_at).date() if passed_at else received_on
    if means not in MEANS:
        found.append(Finding("means", N_("请选择送达方式。"), "办法第八条", "means"))
    if not first <= received_on <= clock.today():
        found.append(
            Finding(
                "received_on", N_("收到日期应在初审通过之日（%(first)s）至今天之间。"), "办法第十二条", "received-on",
                {"first": first.isoformat()},
            )
        )  # fmt: skip
    if not 1 <= copies <= MOST_COPIES:
        found.append(
            Finding(
                "copies",
                N_("份数应为 1 至 %(n)s；申请表一式三份。"),
                "申请表注1",
                "copies",
                {"n": MOST_COPIES},
            )
        )
    return found


def receive_paper(
    application: Application, means: str, received_on: date, copies: int, *, actor: Actor
) -> PaperReceipt:
    """Record that sealed paper came in; the clock of the written review starts on that day (S25).

    Args:
        means: exchange (机要交换), hand or post.
        received_on: Beijing day, not before the first review passed and not in the future.

    Raises:
        AccessDenied, WrongState: not the actor's, or no paper is awaited.
        Invalid: means, day or copies.
    """
    access.require(actor, "application", "receive-paper", application)
    flow.ensure(application, "receive_paper")
    wellformed.ensure(_receipt_findings(application, means, received_on, copies))
    flow.step(application, "receive_paper")
    row = PaperReceipt(
        means=means,
        received_on=received_on,
        copies=copies,
        received_by_id=actor.person_id,
        received_by=actor.name,
    )
    application.receipts.append(row)
    clocks.stop(application, received_on)
    clocks.start(
        application, PAPER_REVIEW, received_on, dossier.limits_of(dossier.reviewing_office(application))
    )
    audit.record(
        actor, "application.paper_received", application,
        after={"state": application.state, "means": means, "received_on": received_on, "copies": copies},
    )  # fmt: skip
    signals.paper_received.send(application, actor=actor)
    return row
