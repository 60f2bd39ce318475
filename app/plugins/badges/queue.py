"""The registrar's queue: what offices reported, batch by batch, checked and issued or returned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from app.foundation.access import current_actor
from app.foundation.admin.filters import words
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal
from app.plugins.badges import differing, queries, rules, service
from app.plugins.badges.differing import Differing
from app.plugins.badges.models import Badge
from app.plugins.registry import queries as registry_queries
from app.plugins.registry import rules as registry_rules
from app.plugins.registry import service as registry
from app.plugins.registry import snapshot
from app.plugins.registry.asked import page_number, ticked
from app.plugins.registry.models import Batch, BatchItem
from app.plugins.registry.snapshot import Host

PAGE_SIZE = 20


@dataclass(frozen=True)
class Checked:
    """An item with what the registrar has to see before issuing."""

    item: BatchItem
    intact: bool
    taken: list[tuple[str, str, str]]
    former: Badge | None = None

    @property
    def number_changed(self) -> str:
        """The number of the badge a change is of; empty for everything else."""
        return snapshot.former_badge(self.item.snapshot)

    @property
    def renames(self) -> bool:
        """Whether the change replaces the badge."""
        return self.former is not None and rules.renames(self.former.name, self.item.snapshot)

    @property
    def changes(self) -> list[Differing]:
        """What a change changes of what the public reads."""
        return differing.between(self.former, self.item.snapshot) if self.former is not None else []

    @property
    def standing(self) -> str:
        """Why a change cannot be carried out now; empty when it can."""
        if not self.number_changed:
            return ""
        former = self.former
        if former is None or former.unit_id != self.item.unit_id:
            return str(rules.no_former())
        try:
            rules.ensure_changeable(former.state, decided=former.revocation is not None)
        except Refusal as refusal:
            return str(refusal)
        return ""

    @property
    def hosts(self) -> tuple[Host, ...]:
        """The hosts the badge will stand for."""
        return snapshot.hosts_in(self.item.snapshot)

    @property
    def issuable(self) -> bool:
        """Whether nothing stands against it."""
        return self.item.state == "pending" and self.intact and not self.taken and not self.standing


def checked(batch: Batch, items: list[BatchItem]) -> list[Checked]:
    """The items of a batch with hash, conflicts and the badges that changes are of, three statements for all."""
    recorded = registry.recorded_hashes(batch)
    intact = {
        item.id: registry_rules.is_intact(item.snapshot, item.sha256, recorded.get(str(item.application_id)))
        for item in items
    }
    waiting = [item for item in items if item.state == "pending" and intact[item.id]]
    found = queries.taken(host for item in waiting for host in snapshot.hosts_in(item.snapshot))
    formers = queries.by_numbers(snapshot.former_badge(item.snapshot) for item in waiting)
    return [
        Checked(
            item,
            intact[item.id],
            _taken(item, found) if item in waiting else [],
            formers.get(snapshot.former_badge(item.snapshot)),
        )
        for item in items
    ]


def _taken(item: BatchItem, found: Mapping[str, tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The hosts that another badge has than the one a change is of."""
    own = snapshot.former_badge(item.snapshot)
    hosts = rules.taken_among(snapshot.hosts_in(item.snapshot), found)
    return [(host, number, organ) for host, number, organ in hosts if number != own]


class QueueView(ScopedView):
    """National, oldest batch first; every item from its frozen snapshot alone."""

    route_base = "/queue"
    obj = "badge"
    acts = {
        "index": "issue",
        "batch": "issue",
        "issue": "issue",
        "issue_ticked": "issue",
        "give_back": "return",
    }
    targets = {"pk": BatchItem, "batch.pk": Batch, "issue_ticked.pk": Batch}
    default_view = "index"
    list_title = _l("核发队列")

    @expose("/")
    @has_access
    def index(self) -> Any:
        """Batches with items that wait."""
        page = page_number()
        waiting = Batch.id.in_(select(BatchItem.batch_id).where(BatchItem.state == "pending"))
        lines, total = registry_queries.page_of_batches(waiting, page, PAGE_SIZE, oldest_first=True)
        return self.render_template(
            "badges/queue.html",
            lines=lines,
            page=page,
            pages=pages_of(total, PAGE_SIZE),
            total=total,
            to_strike=queries.to_strike(current_actor()),
        )

    @expose("/batches/<int:pk>")
    @has_access
    def batch(self, pk: int) -> Any:
        """One batch: the facts, the hosts, the checks."""
        return self._page(pk, [], 0, "")

    @expose("/items/<int:pk>/issue", methods=["POST"])
    @has_access
    def issue(self, pk: int) -> Any:
        """Issue one item."""
        with transaction():
            badge = service.issue(registry_queries.item(pk), actor=current_actor())
        said = (
            _(
                "“%(site)s”的标识信息已按变更更新，编号 %(number)s 不变。",
                site=badge.name,
                number=badge.number,
            )
            if badge.amended_at is not None
            else _("已核发“%(site)s”的标识，编号 %(number)s。", site=badge.name, number=badge.number)
        )
        flash(said, "success")
        return redirect(url_for("QueueView.batch", pk=badge.item.batch_id))

    @expose("/batches/<int:pk>/issue", methods=["POST"])
    @has_access
    def issue_ticked(self, pk: int) -> Any:
        """Issue the ticked items, each in its own transaction: one that is refused does not hold up the others."""
        keys = [item.id for item in registry_queries.items_of(registry_queries.batch(pk))]
        issued, said = 0, []
        for key in [key for key in ticked("items") if key in keys]:
            try:
                with transaction():
                    service.issue(registry_queries.item(key), actor=current_actor())
                issued += 1
            except (AccessDenied, NotSeen):
                raise
            except Refusal as refusal:
                said.append(words(refusal))
        if issued:
            flash(ngettext("已核发 %(num)d 个标识。", "已核发 %(num)d 个标识。", issued), "success")
        for text in said:
            flash(text, "danger")
        if not issued and not said:
            flash(_("没有勾选待核发的网站。"), "warning")
        return redirect(url_for("QueueView.batch", pk=pk))

    @expose("/items/<int:pk>/return", methods=["POST"])
    @has_access
    def give_back(self, pk: int) -> Any:
        """Return one item to its office, with a reason."""
        reason = request.form.get("reason", "")
        try:
            with transaction():
                item = registry.return_item(registry_queries.item(pk), reason=reason, actor=current_actor())
        except Invalid as invalid:
            batch_id = registry_queries.item(pk).batch_id
            return self._page(batch_id, list(invalid.findings), pk, reason), 422
        flash(
            _("已将“%(site)s”退回%(office)s。", site=item.site_name, office=item.batch.office_name), "success"
        )
        return redirect(url_for("QueueView.batch", pk=item.batch_id))

    def _page(self, pk: int, findings: list[Any], about: int, typed: str) -> str:
        batch = registry_queries.batch(pk)
        return self.render_template(
            "badges/queue_batch.html",
            batch=batch,
            lines=checked(batch, registry_queries.items_of(batch)),
            findings=findings,
            about=about,
            typed=typed,
        )
