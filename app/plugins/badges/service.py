"""The verbs: issue, set aside, take up again, decide to revoke, strike, report hung. None commits."""

from __future__ import annotations

from app.foundation import access, audit, clock, limits
from app.foundation.access import Actor
from app.foundation.database import db
from app.kernel.workdays import Clock
from app.plugins.badges import changing, making, queries, rules, signals
from app.plugins.badges.catalogue import catalogue
from app.plugins.badges.flow import BadgeFlow
from app.plugins.badges.models import Badge, Revocation
from app.plugins.registry import freezing, snapshot
from app.plugins.registry import rules as registry_rules
from app.plugins.registry import service as registry
from app.plugins.registry.flow import take
from app.plugins.registry.models import BatchItem


def issue(item: BatchItem, *, actor: Actor) -> Badge:
    """Give a reported site its badge and number, from the frozen snapshot alone (C-art.4, P-3.5).

    A change (S32) comes into force by it: see ``changing``.

    Returns:
        The badge that is in force for the site now.

    Raises:
        AccessDenied: the actor is no registrar, or reported the site himself.
        WrongState: the item was issued or returned already, or the badge to be changed is to be revoked.
        Refusal: the snapshot was altered, speaks of another unit, or one of its hosts has a badge in force; a change
            of a badge that is not in force.
    """
    access.require(actor, "badge", "issue", item)
    registry.lock_items([item])
    registry_rules.ensure_pending(item.state)
    access.ensure_another(actor, "badge:issue", {"badge:request": item.batch.sent_by_id})
    recorded = registry.recorded_hashes(item.batch).get(str(item.application_id))
    registry_rules.ensure_intact(item.snapshot, item.sha256, recorded)
    unit = queries.lock_unit(item)
    rules.ensure_same_unit(item.snapshot, unit.account)
    hosts = snapshot.hosts_in(item.snapshot)
    if snapshot.former_badge(item.snapshot):
        return changing.carry_out(item, hosts, actor=actor)
    rules.ensure_free(rules.taken_among(hosts, queries.taken(hosts)))
    badge = making.make(item, hosts, actor)
    registry.mark_issued(item, badge.number, actor=actor)
    audit.record(actor, "badge.issued", badge, after={"number": badge.number, "sha256": badge.sha256})
    signals.issued.send(badge, actor=actor)
    return badge


def hanging_clock(badge: Badge) -> Clock:
    """The hanging clock of a badge; it stops when the unit reports it hung, or with the badge."""
    rule = limits.national().clock(limits.HANGING)
    stopped = badge.hung_at or (badge.state_since if badge.state != "issued" else None)
    return Clock(
        limits.HANGING,
        clock.localise(badge.issued_at).date(),
        badge.hang_days,
        badge.hang_by,
        rule.rule,
        badge.hang_source,
        firm=rule.firm,
        stopped_on=clock.localise(stopped).date() if stopped else None,
    )


def suspend(badge: Badge, *, reason: str, actor: Actor, ground: str = "verify") -> Badge:
    """Set a badge aside; the public page says so, with the coded ground and never the reason.

    Raises:
        AccessDenied: the actor is no registrar.
        Invalid: no reason, or a ground that is not in ``policies/badges.yaml``.
        WrongState: the badge is not in force.
    """
    access.require(actor, "badge", "suspend", badge)
    queries.lock(badge)
    rules.ensure_ground(ground, catalogue().suspension)
    said, now = registry_rules.ensure_reason(reason), clock.now()
    take(BadgeFlow(badge), "suspend")
    badge.state_since, badge.suspended_ground, badge.suspended_reason = now, ground, said
    audit.record(actor, "badge.suspended", badge, after={"state": "suspended", "ground": ground}, reason=said)
    signals.suspended.send(badge, actor=actor)
    return badge


def resume(badge: Badge, *, reason: str, actor: Actor) -> Badge:
    """Take a suspended badge up again.

    Raises:
        AccessDenied: the actor is no registrar.
        Invalid: no reason.
        WrongState: the badge is not suspended.
    """
    access.require(actor, "badge", "suspend", badge)
    queries.lock(badge)
    said, now = registry_rules.ensure_reason(reason), clock.now()
    take(BadgeFlow(badge), "resume")
    badge.state_since, badge.suspended_ground, badge.suspended_reason = now, "", ""
    audit.record(actor, "badge.resumed", badge, after={"state": "issued"}, reason=said)
    signals.resumed.send(badge, actor=actor)
    return badge


def decide_revocation(badge: Badge, *, ground: str, reason: str, actor: Actor) -> Revocation:
    """Decide, as head of the reviewing office, that a badge be revoked; the registrar executes (C-art.19).

    Raises:
        AccessDenied: the actor does not head the reviewing office.
        Invalid: not one of the six grounds, or no reason.
        WrongState: already revoked or already decided.
    """
    access.require(actor, "badge", "revoke", badge)
    queries.lock(badge)
    decided = queries.decision(badge)
    rules.ensure_undecided(badge.state, decided is not None)
    code = rules.ensure_ground(str(ground), catalogue().revocation)
    said = registry_rules.ensure_reason(reason)
    revocation = Revocation(
        badge=badge,
        ground=int(code),
        reason=said,
        decided_by_id=actor.person_id,
        decided_by=actor.name,
        decided_at=clock.now(),
    )
    db.session.add(revocation)
    audit.record(actor, "badge.revocation-decided", badge, after={"ground": int(code)}, reason=said)
    signals.revocation_decided.send(badge, actor=actor)
    return revocation


def strike(badge: Badge, *, actor: Actor) -> Badge:
    """Execute, as registrar, the reviewing office's decision; the hosts are free again.

    Raises:
        AccessDenied: the actor is no registrar, or took the decision himself.
        WrongState: nothing was decided, or the badge is revoked already.
    """
    access.require(actor, "badge", "strike", badge)
    queries.lock(badge)
    revocation = queries.decision(badge)
    if revocation is None:
        raise rules.undecided()
    access.ensure_another(actor, "badge:strike", {"badge:revoke": revocation.decided_by_id})
    before, now = badge.state, clock.now()
    take(BadgeFlow(badge), "revoke")
    badge.state_since, badge.suspended_ground, badge.suspended_reason = now, "", ""
    revocation.executed_by_id, revocation.executed_by = actor.person_id, actor.name
    revocation.executed_at = now
    for name in badge.names:
        name.live = False
    freezing.end_of_badge(badge.number, "revoked")
    audit.record(
        actor,
        "badge.revoked",
        badge,
        before={"state": before},
        after={"state": "revoked", "ground": revocation.ground},
    )
    signals.revoked.send(badge, actor=actor)
    return badge


def hang(badge: Badge, *, actor: Actor) -> Badge:
    """Report, as owner or desk, that the badge hangs on every page; the clock stops (C-art.14, S27).

    Raises:
        AccessDenied: the actor files for another unit.
        WrongState: not in force, or reported before.
    """
    access.require(actor, "badge", "hang", badge)
    queries.lock(badge)
    rules.ensure_to_hang(badge.state, badge.hung_at is not None)
    badge.hung_at = clock.now()
    audit.record(actor, "badge.hung", badge, after={"hung_at": badge.hung_at})
    signals.hung.send(badge, actor=actor)
    return badge
