"""The verbs: issue, set aside, take up again, decide to revoke, strike, report hung. None commits."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit, clock, limits
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.settings import setting
from app.kernel.errors import N_, Refusal, Stale
from app.kernel.workdays import Clock
from app.plugins.badges import numbering, queries, rules, signals
from app.plugins.badges.catalogue import catalogue
from app.plugins.badges.flow import BadgeFlow
from app.plugins.badges.models import Badge, BadgeHost, Revocation
from app.plugins.registry import rules as registry_rules
from app.plugins.registry import service as registry
from app.plugins.registry import snapshot
from app.plugins.registry.flow import take
from app.plugins.registry.models import BatchItem


def issue(item: BatchItem, *, actor: Actor) -> Badge:
    """Give a reported site its badge and number, from the frozen snapshot alone (C-art.4, P-3.5).

    Raises:
        AccessDenied: the actor is no registrar, or reported the site himself.
        WrongState: the item was issued or returned already.
        Refusal: the snapshot was altered, speaks of another unit, or one of its hosts has a badge in force.
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
    rules.ensure_free(rules.taken_among(hosts, queries.taken(hosts)))
    badge = _made(item, hosts, actor)
    registry.mark_issued(item, badge.number, actor=actor)
    audit.record(actor, "badge.issued", badge, after={"number": badge.number, "sha256": badge.sha256})
    signals.issued.send(badge, actor=actor)
    return badge


def _made(item: BatchItem, hosts: tuple[snapshot.Host, ...], actor: Actor) -> Badge:
    """The badge row with its host index, numbered."""
    facts = item.snapshot
    sequence = queries.next_sequence(item.unit_id)
    office = queries.office_at(facts["office_path"])
    running = hanging_limit(office).start(clock.today(), clock.calendar())
    badge = Badge(
        item=item,
        number=numbering.badge_number(
            facts["office_path"], facts["unit_account"], sequence, facts["office_segment"]
        ),
        sequence=sequence,
        unit_account=facts["unit_account"],
        organ_name=facts["organ_name"],
        track=facts["track"],
        organ_type=facts["organ_type"],
        organ_address=facts["organ_address"],
        organ_functions=facts["organ_functions"],
        name=facts["site_name"],
        chinese_domain=facts["chinese_domain"],
        english_domain=facts["english_domain"],
        hosts=[asdict(host) for host in hosts],
        office_name=facts["office_name"],
        issuer=_issuer(actor).name,
        sha256=item.sha256,
        issued_at=clock.now(),
        state="issued",
        state_since=clock.now(),
        hang_days=running.days,
        hang_by=running.due,
        hang_source=running.source,
        names=[BadgeHost(ascii=host.ascii, live=True) for host in hosts],
    )
    db.session.add(badge)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else's badge got there between our look and our write
        raise Stale(
            "badge-raced",
            N_("同一网站或者网址的标识刚刚由他人核发，本次没有核发。请刷新页面核对。"),
            source="办法第十六条",
        ) from error
    return badge


def _issuer(actor: Actor) -> Office:
    office = queries.issuer(actor)
    if office is None:
        raise Refusal("no-registry", N_("没有登记注册管理中心，不能核发标识。"), source="办法第十三条")
    return office


def hanging_limit(office: Office | None) -> limits.Limit:
    """How long the unit has to hang its badge, by the reviewing office's own setting where it has one (S27)."""
    found = limits.for_settings({"clocks": setting(office, "clocks") or {}}) if office else limits.national()
    return found.clock(limits.HANGING)


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
