"""The verbs: report approved sites, return one, close one that got its badge. None commits."""

from __future__ import annotations

from collections.abc import Sequence

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.settings import setting
from app.plugins.applications import service as applications
from app.plugins.applications.models import Application
from app.plugins.registry import freezing, numbering, queries, rules, signals
from app.plugins.registry.flow import ItemFlow, take
from app.plugins.registry.models import ApprovedFacts, Batch, BatchItem

TASK = "registry"
SENT = "batch.sent"


def send_batch(office: Office, sites: Sequence[Application], *, actor: Actor) -> Batch:
    """Report approved sites of an office to the central layer and ask for their badges (S25, P-3.5).

    Each item carries exactly what was frozen when the site was approved; later changes of the unit's entry do not
    reach it.

    Raises:
        AccessDenied: the actor does not head the office.
        Invalid: nothing ticked, too many, or another office's site.
        WrongState: a site is not approved, or was reported meanwhile.
        Refusal: what was approved of a site was altered since.
    """
    access.require(actor, "badge", "request", office)
    for application in sites:
        access.require(actor, "badge", "request", application)
    queries.lock_office(office)
    queries.lock(Application, sites)
    ensure_reportable(office, sites)
    batch = _frozen(office, sites, actor)
    with access.acting_as(access.system(TASK, over=office.path)):
        for application in sites:
            applications.mark_reported(application, actor=actor)
    audit.record(actor, SENT, batch, after={"number": batch.number, "items": _hashes(batch)})
    signals.batch_sent.send(batch, actor=actor)
    return batch


def ensure_reportable(office: Office, sites: Sequence[Application]) -> None:
    """What ``send_batch`` will ask of the sites, for the page before it.

    Raises:
        Invalid, WrongState: as there.
    """
    rules.ensure_reportable(
        office.path, [rules.Candidate(one.site_name, one.state, one.review_path) for one in sites]
    )


def _frozen(office: Office, sites: Sequence[Application], actor: Actor) -> Batch:
    """The batch with its items, written as the actor."""
    now = clock.now()
    year = clock.localise(now).year
    digits = numbering.office_digits(office.path, setting(office, "badge_segment"))
    batch = Batch(
        office_id=office.id,
        office_name=office.name,
        number=numbering.batch_number(digits, year, queries.batches_in_year(office, year) + 1),
        year=year,
        size=len(sites),
        sent_at=now,
        sent_by_id=actor.person_id,
        sent_by=actor.name,
    )
    db.session.add(batch)
    db.session.flush()
    for facts in freezing.standing(sites, actor=actor):
        db.session.add(_item(batch, facts))
    db.session.flush()
    return batch


def _item(batch: Batch, facts: ApprovedFacts) -> BatchItem:
    return BatchItem(
        batch=batch,
        application_id=facts.application_id,
        application=facts.application,
        facts=facts,
        organ_name=facts.organ_name,
        site_name=facts.site_name,
        snapshot=facts.snapshot,
        sha256=facts.sha256,
        state="pending",
        return_reason="",
    )


def _hashes(batch: Batch) -> dict[str, str]:
    return {str(item.application_id): item.sha256 for item in batch.items}


def recorded_hashes(batch: Batch) -> dict[str, str]:
    """Application id → hash as the audit record holds it since the batch was sent."""
    for entry in reversed(audit.timeline(batch)):
        if entry.verb == SENT:
            found: dict[str, str] = entry.after.get("items", {})
            return found
    return {}


def lock_items(items: Sequence[BatchItem]) -> None:
    """Read items again and hold them until the transaction ends."""
    queries.lock(BatchItem, items)


def return_item(item: BatchItem, *, reason: str, actor: Actor) -> BatchItem:
    """Give an item back to the office that sent it; its application is approved and unreported again.

    Raises:
        AccessDenied: the actor is no registrar.
        Invalid: no reason.
        WrongState: the item was issued or returned already.
    """
    access.require(actor, "badge", "return", item)
    lock_items([item])
    said = rules.ensure_reason(reason)
    rules.ensure_pending(item.state)
    item.return_reason, item.decided_at = said, clock.now()
    take(ItemFlow(item), "give_back")
    audit.record(
        actor, "item.returned", item, before={"state": "pending"}, after={"state": "returned"}, reason=said
    )
    with access.acting_as(access.system(TASK, over=item.review_path)):
        applications.mark_sent_back(_application(item), reason=said, actor=actor)
    signals.item_returned.send(item, actor=actor)
    return item


def mark_issued(item: BatchItem, number: str, *, actor: Actor) -> None:
    """Close an item whose badge has just been made; called by ``badges`` after it required ``issue``.

    Raises:
        WrongState: the item was issued or returned already.
    """
    item.badge_number, item.decided_at = number, clock.now()
    take(ItemFlow(item), "issue")
    audit.record(
        actor, "item.issued", item, before={"state": "pending"}, after={"state": "issued", "badge": number}
    )
    with access.acting_as(access.system(TASK, over=item.review_path)):
        applications.mark_badged(_application(item), actor=actor)


def _application(item: BatchItem) -> Application:
    """The item's application, which the registrar does not see: call inside ``acting_as(system)``."""
    return db.session.get_one(Application, item.application_id)
