"""Answers the applications which websites have a badge in force (S32): a suspended one is not lost yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import or_, select

from app.foundation import access
from app.foundation.database import db
from app.plugins.applications.inforce import Bearer
from app.plugins.badges.models import Badge, BadgeHost
from app.plugins.registry.models import BatchItem

_TASK = "badges"
MOST = 20


class BadgesInForce:
    """The badges of this platform, behind the port ``applications.inforce.Badges``."""

    def numbers(self, application_ids: Collection[int]) -> Mapping[int, str]:
        """One statement; see the port."""
        if not application_ids:
            return {}
        statement = (
            select(BatchItem.application_id, Badge.number)
            .join(Badge, Badge.item_id == BatchItem.id)
            .where(BatchItem.application_id.in_(application_ids), Badge.state != "revoked")
        )
        with access.acting_as(access.system(_TASK, over=access.EVERYWHERE)), db.session.no_autoflush:
            return {key: number for key, number in db.session.execute(statement)}

    def bearing(self, site_name: str, hosts: Collection[str]) -> Sequence[Bearer]:
        """Two statements; see the port."""
        standing = (
            select(Badge.id, Badge.name, BatchItem.application_id)
            .join(BatchItem, Badge.item_id == BatchItem.id)
            .where(Badge.state != "revoked")
            .order_by(Badge.id)
            .limit(MOST)
        )
        on_them = select(BadgeHost.badge_id).where(BadgeHost.ascii.in_(hosts), BadgeHost.live.is_(True))
        with access.acting_as(access.system(_TASK, over=access.EVERYWHERE)), db.session.no_autoflush:
            rows = db.session.execute(
                standing.where(or_(Badge.name == site_name, Badge.id.in_(on_them)))
            ).all()
            names = select(BadgeHost.badge_id, BadgeHost.ascii).where(
                BadgeHost.badge_id.in_([row.id for row in rows]), BadgeHost.live.is_(True)
            )
            found: dict[int, set[str]] = {row.id: set() for row in rows}
            for badge_id, ascii_host in db.session.execute(names) if rows else ():
                found[badge_id].add(ascii_host)
        return [Bearer(row.application_id, row.name, frozenset(found[row.id])) for row in rows]
