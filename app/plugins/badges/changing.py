"""A change that was approved comes into force: the badge is replaced where the website's name changes, else it gets
the new facts (S32, C-art.17, C-art.19(2)). Until then the old badge and the old data stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.plugins.badges import making, queries, rules, signals
from app.plugins.badges.flow import BadgeFlow
from app.plugins.badges.models import Badge, BadgeHost, Revocation
from app.plugins.registry import freezing, snapshot
from app.plugins.registry import service as registry
from app.plugins.registry.flow import take
from app.plugins.registry.models import BatchItem
from app.plugins.registry.snapshot import Host

RENAMED = 2  # 网站名称变更与注销 (C-art.19)


def carry_out(item: BatchItem, hosts: tuple[Host, ...], *, actor: Actor) -> Badge:
    """Bring a change into force; called by ``service.issue`` with the item and the unit locked.

    Returns:
        The badge that is in force now: a new one, or the old one with new facts.

    Raises:
        Refusal: the badge it is of is not there, is another unit's, or is not in force; a host is taken.
        WrongState: its revocation is decided already.
        AccessDenied: the actor approved the change himself.
    """
    former = _former(item)
    rules.ensure_free(rules.taken_among(hosts, queries.taken(hosts, but=former)))
    if rules.renames(former.name, item.snapshot):
        return swap(former, item, hosts, actor=actor)
    return amend(former, item, hosts, actor=actor)


def _former(item: BatchItem) -> Badge:
    former = queries.by_number(snapshot.former_badge(item.snapshot))
    if former is None or former.unit_id != item.unit_id:
        raise rules.no_former()
    queries.lock(former)
    rules.ensure_changeable(former.state, decided=queries.decision(former) is not None)
    return former


def swap(former: Badge, item: BatchItem, hosts: tuple[Host, ...], *, actor: Actor) -> Badge:
    """Revoke the old badge, as the head who approved the change decided, and issue the new one, both at once."""
    _strike_replaced(former, item, actor)
    badge = making.make(item, hosts, actor, former)
    registry.mark_issued(item, badge.number, actor=actor)
    freezing.end_of_badge(former.number, "replaced")
    audit.record(
        actor, "badge.issued", badge,
        after={"number": badge.number, "sha256": badge.sha256, "replaces": former.number},
    )  # fmt: skip
    signals.revoked.send(former, actor=actor)
    signals.issued.send(badge, actor=actor)
    return badge


def _strike_replaced(former: Badge, item: BatchItem, actor: Actor) -> None:
    facts, now = item.facts, clock.now()
    access.require(actor, "badge", "strike", former)
    access.ensure_another(actor, "badge:strike", {"badge:revoke": facts.approved_by_id})
    said = f"网站名称由“{former.name}”变更为“{item.site_name}”，变更申请已审核通过。"
    before = former.state
    take(BadgeFlow(former), "revoke")
    former.state_since = now
    revocation = Revocation(
        badge=former,
        ground=RENAMED,
        reason=said,
        decided_by_id=facts.approved_by_id,
        decided_by=facts.approved_by,
        decided_at=facts.approved_at,
        executed_by_id=actor.person_id,
        executed_by=actor.name,
        executed_at=now,
    )
    db.session.add(revocation)
    for name in former.names:
        name.live = False
    making.written()
    audit.record(
        actor, "badge.revoked", former,
        before={"state": before}, after={"state": "revoked", "ground": RENAMED}, reason=said,
    )  # fmt: skip


def amend(badge: Badge, item: BatchItem, hosts: tuple[Host, ...], *, actor: Actor) -> Badge:
    """Give a badge whose website keeps its name the facts, hosts and hash of a change; its number stays.

    Raises:
        AccessDenied: the actor is no registrar.
    """
    access.require(actor, "badge", "issue", badge)
    before, now = _shown(badge), clock.now()
    badge.item, badge.sha256, badge.amended_at = item, item.sha256, now
    for name, value in making.copied(item.snapshot).items():
        setattr(badge, name, value)
    badge.hosts = [asdict(host) for host in hosts]
    _rehost(badge, hosts)
    making.written()
    registry.mark_issued(item, badge.number, actor=actor)
    freezing.end_of_badge(badge.number, "replaced", but=item.id)
    after = _shown(badge)
    differing = [name for name in after if after[name] != before[name]]
    audit.record(
        actor, "badge.amended", badge,
        before={name: before[name] for name in differing}, after={name: after[name] for name in differing},
    )  # fmt: skip
    signals.amended.send(badge, actor=actor)
    return badge


def _rehost(badge: Badge, hosts: tuple[Host, ...]) -> None:
    wanted = {host.ascii for host in hosts}
    for name in badge.names:
        if name.live and name.ascii not in wanted:
            name.live = False
    db.session.flush()  # a host that is given up is free before it could be taken
    live = {name.ascii for name in badge.names if name.live}
    badge.names.extend(BadgeHost(ascii=host.ascii, live=True) for host in hosts if host.ascii not in live)


def _shown(badge: Badge) -> dict[str, Any]:
    """What the public reads on a badge, and its hash."""
    shown: Mapping[str, Any] = {name: getattr(badge, name) for name in rules.PUBLIC}
    return {**shown, "hosts": [host["ascii"] for host in badge.hosts], "sha256": badge.sha256}
