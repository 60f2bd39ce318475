"""What is told of returns, bylaws and responsible persons: to the office, desk or unit whose turn it is."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.foundation import notices
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.notices import Party
from app.foundation.tenancy.models import Office, Unit
from app.plugins.bylaws import signals as bylaws
from app.plugins.bylaws.models import Bylaw
from app.plugins.campaigns.models import CampaignStep
from app.plugins.liaisons import signals as liaisons
from app.plugins.messages.receivers import day as said_day
from app.plugins.messages.receivers import in_chinese, office_name
from app.plugins.returns import signals as returns
from app.plugins.returns.models import OfficeReturn, ReturnCopy

WORKERS, DESK = ("clerk", "reviewer", "head"), ("egov",)


def _upper(row: OfficeReturn) -> Party:
    """The clerks of the office a return is handed in to; where it has none, whoever works there."""
    path = row.campaign.review_path
    found = notices.of_office(path, roles=("clerk",))
    return found if found.people else notices.of_office(path, roles=WORKERS)


def _own(path: str) -> Party:
    return notices.of_office(path, roles=WORKERS)


@in_chinese
def on_submitted(row: OfficeReturn, *, actor: Actor) -> None:
    """The upper office hears of what came in."""
    params = {"office": office_name(row.review_path), "count": str(row.edition)}
    notices.tell(
        "return.submitted",
        to=_upper(row),
        params=params,
        actor=actor,
        link=("ReturnView.page", {"pk": row.id}),
    )


@in_chinese
def on_copied(copy: ReturnCopy, *, actor: Actor) -> None:
    """The desk that a copy went to."""
    notices.tell(
        "return.copied", to=notices.of_office(copy.desk.path, roles=DESK), params={"office": copy.sender},
        actor=actor, link=("ReturnCopyView.page", {"pk": copy.id}),
    )  # fmt: skip


@in_chinese
def on_received(row: OfficeReturn, *, actor: Actor) -> None:
    """The office that handed in."""
    params = {"office": office_name(row.campaign.review_path)}
    notices.tell(
        "return.received", to=_own(row.review_path), params=params, actor=actor,
        link=("ReturnView.page", {"pk": row.id}),
    )  # fmt: skip


@in_chinese
def on_sent_back(row: OfficeReturn, *, actor: Actor) -> None:
    """The same, with why."""
    params = {"office": office_name(row.campaign.review_path), "reasons": row.return_reason}
    notices.tell(
        "return.sent_back", to=_own(row.review_path), params=params, actor=actor,
        link=("ReturnView.page", {"pk": row.id}),
    )  # fmt: skip


@in_chinese
def on_return_urged(step: CampaignStep, *, office: Office, due: date | None, actor: Actor) -> None:
    """The office that has not handed in."""
    params = {
        "office": step.deliver_to or office_name(step.review_path),
        "item": step.label,
        "due": said_day(due),
        "source": step.source,
    }
    notices.tell(
        "return.urged", to=_own(office.path), params=params, actor=actor, link=("ReturnView.index", {})
    )


@in_chinese
def on_published(row: Bylaw, *, actor: Actor) -> None:
    """The offices directly below; units find it where bylaws are."""
    with notices.platform():
        query = select(Office.path).where(
            Office.parent_id == row.office_id, Office.kind == "office", Office.active.is_(True)
        )
        below = list(db.session.scalars(query.order_by(Office.path)))
    params = {"office": office_name(row.review_path), "item": row.title, "number": row.document}
    for path in below:
        notices.tell(
            "bylaw.published",
            to=_own(path),
            params=params,
            actor=actor,
            link=("BylawView.page", {"pk": row.id}),
        )


@in_chinese
def on_liaison_urged(unit: Unit, *, actor: Actor) -> None:
    """Those who work the unit's papers."""
    to = notices.of_unit(unit.id, filing_path=unit.filing_path, review_path=unit.review_path)
    params = {"unit": unit.name, "office": office_name(unit.review_path)}
    notices.tell(
        "liaison.urged", to=to, params=params, actor=actor, link=("LiaisonView.page", {"pk": unit.id})
    )


HEARD = (
    (returns.submitted, on_submitted),
    (returns.copied, on_copied),
    (returns.received, on_received),
    (returns.sent_back, on_sent_back),
    (returns.urged, on_return_urged),
    (bylaws.published, on_published),
    (liaisons.urged, on_liaison_urged),
)


def connect() -> None:
    """Listen (idempotent)."""
    for signal, receiver in HEARD:
        signal.connect(receiver)
