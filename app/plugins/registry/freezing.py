"""Freezing what is approved: once, with its hash, for the registry, the badge and the published list (C-art.4, 9, 12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.settings import setting
from app.kernel.errors import N_, Finding, Invalid, Refusal
from app.plugins.applications.models import Application
from app.plugins.registry import rules, snapshot
from app.plugins.registry.models import ApprovedFacts, BatchItem

TASK = "registry"


def freeze(application: Application, *, actor: Actor) -> ApprovedFacts:
    """Freeze the public facts of an application that is approved, as they stand.

    Whoever approved, and when, is read from the decision; ``actor`` acts. The platform writes the row.

    Raises:
        Refusal: an empty name, a domain that cannot be used, or a change of a website that has no badge.
    """
    db.session.flush()  # what the actor has pending is his own to write
    with access.acting_as(access.system(TASK, over=application.review_path)):
        frozen = snapshot.build(_public(application))
        decision = next(one for one in reversed(application.decisions) if one.outcome == "approved")
        facts = ApprovedFacts(
            application=application,
            round=application.round,
            kind=application.kind,
            organ_name=application.organ_name,
            site_name=application.site_name,
            snapshot=frozen,
            sha256=snapshot.digest(frozen),
            approved_at=decision.decided_at,
            approved_by_id=decision.decided_by_id,
            approved_by=decision.decided_by,
        )
        db.session.add(facts)
        audit.record(
            actor, "facts.frozen", facts, after={"number": application.number, "sha256": facts.sha256}
        )
    return facts


def standing(applications: Sequence[Application], *, actor: Actor) -> list[ApprovedFacts]:
    """What stands approved of each application, in their order.

    What was approved before there were approved facts is frozen now.

    Raises:
        Invalid: one cannot be frozen; the finding names the site.
        Refusal: one was altered after it was frozen.
    """
    keys = [one.id for one in applications]
    query = select(ApprovedFacts).where(
        ApprovedFacts.application_id.in_(keys), ApprovedFacts.ended_at.is_(None)
    )
    known = {facts.application_id: facts for facts in db.session.scalars(query)}
    found = []
    for application in applications:
        with _naming(application):
            facts = known.get(application.id) or freeze(application, actor=actor)
        rules.ensure_unaltered(facts.site_name, facts.snapshot, facts.sha256)
        found.append(facts)
    return found


def shown(applications: Sequence[Application]) -> list[dict[str, Any]]:
    """The snapshots that reporting these applications would send, in their order; nothing is written.

    Raises:
        Invalid: one cannot be frozen; the finding names the site.
    """
    query = select(ApprovedFacts.application_id, ApprovedFacts.snapshot).where(
        ApprovedFacts.application_id.in_([one.id for one in applications]), ApprovedFacts.ended_at.is_(None)
    )
    known: dict[int, dict[str, Any]] = {key: frozen for key, frozen in db.session.execute(query)}
    found = []
    for application in applications:
        with _naming(application):
            found.append(known.get(application.id) or snapshot.build(_public(application)))
    return found


@contextmanager
def _naming(application: Application) -> Iterator[None]:
    """Say of which of many sites a refusal is."""
    try:
        yield
    except Refusal as refusal:
        params = {"site": application.site_name, "why": str(refusal)}
        finding = Finding("applications", N_("“%(site)s”：%(why)s"), refusal.source, refusal.code, params)
        raise Invalid([finding]) from refusal


def end(facts: ApprovedFacts, cause: str) -> None:
    """Say that approved facts stand no longer, once; the act itself is recorded by whoever ends them.

    Args:
        cause: ``reopened``, ``replaced`` or ``revoked``.
    """
    if facts.ended_at is None:
        now = clock.now()
        db.session.flush()
        with access.acting_as(access.system(TASK, over=facts.review_path)):
            facts.ended_at, facts.end_cause = now, cause
            db.session.flush()


def end_of_badge(number: str, cause: str, *, but: int | None = None) -> None:
    """End everything that stands approved for a badge, save the facts of item ``but``."""
    query = (
        select(ApprovedFacts)
        .join(BatchItem, BatchItem.facts_id == ApprovedFacts.id)
        .where(BatchItem.badge_number == number, ApprovedFacts.ended_at.is_(None))
    )
    if but is not None:
        query = query.where(BatchItem.id != but)
    for facts in db.session.scalars(query).all():
        end(facts, cause)


def _public(application: Application) -> snapshot.PublicFacts:
    """What of an application the public may read (A4 note 3): nothing about the two people."""
    office = db.session.scalars(select(Office).where(Office.path == application.review_path)).one()
    return snapshot.PublicFacts(
        unit_account=application.account,
        track=application.track,
        organ_name=application.organ_name,
        organ_type=application.organ_type,
        organ_address=application.address,
        organ_functions=application.functions,
        site_name=application.site_name,
        chinese_domain=application.chinese_domain,
        english_domain=application.english_domain,
        office_path=office.path,
        office_name=office.name,
        office_segment=setting(office, "badge_segment"),
        kind=application.kind,
        former_badge=_former_badge(application),
    )


def _former_badge(application: Application) -> str | None:
    """The number of the badge a change is of (S32).

    Raises:
        Refusal: the application it follows got none.
    """
    if application.kind != "change":
        return None
    number: Any = db.session.scalar(
        select(BatchItem.badge_number).where(
            BatchItem.application_id == application.former_id, BatchItem.state == "issued"
        )
    )
    if number is None:
        raise Refusal(
            "change-without-badge",
            N_(
                "变更申请对应的网站没有已核发的标识，不能审核通过。网站没有标识的，应申请开办审核或者资格复核。"
            ),
            source="办法第十七条",
        )
    return str(number)
