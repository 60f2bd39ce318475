"""What owners and heads are told of stop orders (C-art.11, S26)."""

from __future__ import annotations

from typing import Any

from app.foundation import notices
from app.foundation.access import Actor
from app.foundation.notices import Party
from app.plugins.messages.receivers import DECIDERS, day, in_chinese, office_name
from app.plugins.results import labels, rules, signals
from app.plugins.results.models import StopOrder


def _owner(row: StopOrder) -> Party:
    """Whoever files for the site."""
    case = row.application or row.lapse
    return notices.of_unit(
        row.unit_id,
        site_id=case.site_id if case is not None else None,
        filing_path=row.filing_path,
        review_path=row.review_path,
    )


def _about(event: str, row: StopOrder, to: Party, actor: Actor | None) -> None:
    known = {
        "unit": row.organ_name, "site": row.site_name, "office": office_name(row.review_path),
        "cause": str(labels.CAUSE[row.cause][0]), "reasons": row.judged_reason or row.reason,
        "domains": "、".join(filter(None, (row.chinese_domain, row.english_domain))), "day": day(row.stopped_on),
    }  # fmt: skip
    names = notices.catalogue().event(event).variables
    notices.tell(
        event, to=to, params={name: known[name] for name in names}, actor=actor,
        link=("OrderView.show", {"pk": row.id}),
    )  # fmt: skip


@in_chinese
def on_proposed(row: StopOrder, *, actor: Actor) -> None:
    """The head, where the text asks for the order; what is only proposed waits on the list."""
    if rules.required(row.cause):
        _about("stop.to_decide", row, notices.of_office(row.review_path, roles=DECIDERS), actor)


def _to_owner(event: str) -> Any:
    @in_chinese
    def told(row: StopOrder, *, actor: Actor) -> None:
        _about(event, row, _owner(row), actor)

    return told


on_confirmed = _to_owner("stop.confirmed")
on_done = _to_owner("stop.done")
on_dismissed = _to_owner("stop.dismissed")
HEARD = (
    (signals.proposed, on_proposed),
    (signals.confirmed, on_confirmed),
    (signals.dismissed, on_dismissed),
    (signals.done, on_done),
)


def connect() -> None:
    """Listen (idempotent)."""
    for signal, receiver in HEARD:
        signal.connect(receiver)
