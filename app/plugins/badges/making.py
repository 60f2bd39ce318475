"""Making a badge from what was frozen: its number, its hosts, its hanging clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.foundation import clock, limits
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.settings import setting
from app.kernel.errors import N_, Refusal, Stale
from app.plugins.badges import numbering, queries
from app.plugins.badges.models import Badge, BadgeHost
from app.plugins.registry.models import BatchItem
from app.plugins.registry.snapshot import Host


def make(item: BatchItem, hosts: tuple[Host, ...], actor: Actor, former: Badge | None = None) -> Badge:
    """The badge row with its host index, numbered; call with the unit locked.

    Raises:
        Refusal: there is no registry, or the number cannot be made.
        Stale: somebody else's badge for the same host was made meanwhile.
    """
    facts, now = item.snapshot, clock.now()
    sequence = queries.next_sequence(item.unit_id)
    running = hanging_limit(queries.office_at(facts["office_path"])).start(clock.today(), clock.calendar())
    badge = Badge(
        item=item,
        former=former,
        number=numbering.badge_number(
            facts["office_path"], facts["unit_account"], sequence, facts["office_segment"]
        ),
        sequence=sequence,
        **copied(facts),
        hosts=[asdict(host) for host in hosts],
        issuer=_issuer(actor).name,
        sha256=item.sha256,
        issued_at=now,
        state="issued",
        state_since=now,
        hang_days=running.days,
        hang_by=running.due,
        hang_source=running.source,
        names=[BadgeHost(ascii=host.ascii, live=True) for host in hosts],
    )
    db.session.add(badge)
    written()
    return badge


def copied(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a badge shows of a snapshot, under the badge's own names (C-art.4)."""
    return {
        "unit_account": facts["unit_account"],
        "organ_name": facts["organ_name"],
        "track": facts["track"],
        "organ_type": facts["organ_type"],
        "organ_address": facts["organ_address"],
        "organ_functions": facts["organ_functions"],
        "name": facts["site_name"],
        "chinese_domain": facts["chinese_domain"],
        "english_domain": facts["english_domain"],
        "office_name": facts["office_name"],
    }


def written() -> None:
    """Write what is pending.

    Raises:
        Stale: somebody else's badge got between our look and our write.
    """
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Stale(
            "badge-raced",
            N_("同一网站或者网址的标识刚刚由他人核发，本次没有核发。请刷新页面核对。"),
            source="办法第十六条",
        ) from error


def _issuer(actor: Actor) -> Office:
    office = queries.issuer(actor)
    if office is None:
        raise Refusal("no-registry", N_("没有登记注册管理中心，不能核发标识。"), source="办法第十三条")
    return office


def hanging_limit(office: Office | None) -> limits.Limit:
    """How long the unit has to hang its badge, by the reviewing office's own setting where it has one (S27)."""
    found = limits.for_settings({"clocks": setting(office, "clocks") or {}}) if office else limits.national()
    return found.clock(limits.HANGING)
