"""What owners are told of websites that were not filed for by their date (S26)."""

from __future__ import annotations

from typing import Any

from app.foundation import notices
from app.foundation.access import Actor
from app.foundation.notices import Party
from app.foundation.tenancy.models import Site, Unit
from app.plugins.campaigns.rules import Deadline
from app.plugins.lapses import signals
from app.plugins.lapses.catalogue import consequence
from app.plugins.lapses.models import Lapse
from app.plugins.messages.receivers import DECIDERS, day, in_chinese, office_name


def _owner(row: Site | Lapse) -> Party:
    """Whoever files for the site."""
    site_id = row.id if isinstance(row, Site) else row.site_id
    return notices.of_unit(
        row.unit_id, site_id=site_id, filing_path=row.filing_path, review_path=row.review_path
    )


def _follows(path: str) -> str:
    said = consequence(notices.office_at(path))
    return f"{said.words}（{said.source}）"


def _about(event: str, row: Lapse, to: Party, actor: Actor | None, dedupe: str = "") -> None:
    known = {
        "unit": row.organ_name, "site": row.site_name, "office": office_name(row.review_path),
        "due": day(row.due), "source": row.source, "consequence": _follows(row.review_path), "reasons": row.reason,
    }  # fmt: skip
    names = notices.catalogue().event(event).variables
    notices.tell(
        event, to=to, params={name: known[name] for name in names}, actor=actor,
        link=("LapseView.show", {"pk": row.id}), dedupe=dedupe,
    )  # fmt: skip


@in_chinese
def on_warned(site: Site, *, unit: Unit, due: Deadline, rung: str) -> None:
    """Before the date; each rung once."""
    notices.tell(
        "lapse.warned",
        to=_owner(site),
        params={
            "unit": unit.name, "site": site.name, "due": day(due.date), "source": due.source,
            "consequence": _follows(site.review_path),
        },
        link=("FilingView.new", {}),
        dedupe=f"lapse:{due.campaign_id}:{site.id}:{due.date.isoformat()}:{rung}",
    )  # fmt: skip


@in_chinese
def on_listed(row: Lapse, *, actor: Actor) -> None:
    """The owner with what follows, and the head who is to decide."""
    key = f"lapse:{row.id}:{row.due.isoformat()}"
    _about("lapse.listed", row, _owner(row), actor, f"{key}:listed:{row.version}")
    heads = notices.of_office(row.review_path, roles=DECIDERS)
    _about("lapse.to_decide", row, heads, actor, f"{key}:decide:{row.version}")


def _to_owner(event: str) -> Any:
    @in_chinese
    def told(row: Lapse, *, actor: Actor) -> None:
        _about(event, row, _owner(row), actor)

    return told


on_confirmed = _to_owner("lapse.confirmed")
on_dismissed = _to_owner("lapse.dismissed")
HEARD = (
    (signals.warned, on_warned),
    (signals.listed, on_listed),
    (signals.confirmed, on_confirmed),
    (signals.dismissed, on_dismissed),
)


def connect() -> None:
    """Listen (idempotent)."""
    for signal, receiver in HEARD:
        signal.connect(receiver)
