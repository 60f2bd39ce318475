"""邮件和短信: what left the platform or would have, what became of it, and sending it anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit
from app.foundation.access import Actor, current_actor
from app.foundation.admin.formatters import Cell
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.views import ScopedModelView, action, expose, has_access
from app.foundation.database import transaction
from app.foundation.notices import catalogue, ports, sending
from app.foundation.notices.models import UNSENT, Delivery
from app.kernel.errors import Refusal
from app.plugins.messages import labels


def _event(key: str) -> Cell:
    event = catalogue().events.get(key)
    return Cell(event.title if event is not None else key, name="event")


def may_read(actor: Actor, delivery: Delivery) -> bool:
    """Whether somebody may read the words: by the event's own pair, of a secret one only whoever caused it."""
    event = catalogue().events.get(delivery.event)
    if event is None:
        return False
    if event.secret:
        return actor.person_id is not None and actor.person_id == delivery.by_id
    return access.can(actor, *event.reads, delivery)


def offline(delivery: Delivery) -> bool:
    """Whether nothing is connected that could send it."""
    return ports().mail.offline if delivery.channel == "email" else ports().sms.offline


class DeliveryView(ScopedModelView):
    """Mails and texts within one's reach; their words only where one may read them."""

    route_base = "/deliveries"
    datamodel = ScopedInterface(Delivery)
    obj = "delivery"
    acts = {"page": "see", "resend": "resend", "again": "resend"}
    base_permissions = ["can_list"]
    list_title = _l("邮件和短信")
    list_intro = _l("标为“未发出（离线）”的，平台没有接通发送渠道，只能在此查看。")
    list_columns = ["recipient", "event", "channel", "masked", "state", "told_at"]
    label_columns = {
        "recipient": _l("收件人"),
        "event": _l("通知"),
        "channel": _l("方式"),
        "masked": _l("地址或者号码"),
        "state": _l("状态"),
        "told_at": _l("时间"),
    }
    search_columns = ["recipient", "channel", "state", "told_at"]
    order_columns = ["state"]
    base_order = ("id", "desc")
    chips = {
        "channel": {key: labels.CHANNEL[key] for key in ("email", "sms")},
        "state": labels.STATE,
    }
    formatters_columns = {"event": _event}
    list_empty = _l("还没有发出邮件和短信")
    list_hint = _l("办理事项时发给单位和人员的邮件、短信在此列出，可查看是否送达。")

    def row_url(self, row: Delivery) -> str:
        """A delivery's own page."""
        return url_for("DeliveryView.page", pk=row.id)

    @expose("/<int:pk>")
    @has_access
    def page(self, pk: int) -> str:
        """One mail or text: its words, where they are the reader's to read, and what became of it."""
        return self._page(self.datamodel.seen(pk))

    def _page(self, row: Delivery) -> str:
        actor = current_actor()
        event = catalogue().events.get(row.event)
        return self.render_template(
            "messages/delivery.html",
            row=row,
            event=event,
            readable=may_read(actor, row),
            offline=offline(row),
            may_resend=row.state in UNSENT and access.can(actor, "delivery", "resend", row),
            reasons=labels.REASON,
            outcomes=labels.OUTCOME,
            trail=[{**one, "at": datetime.fromisoformat(one["at"])} for one in reversed(row.trail)],
            timeline=audit.timeline(row),
        )

    @expose("/<int:pk>/resend", methods=["POST"])
    @has_access
    def resend(self, pk: int) -> Any:
        """Send one anew."""
        with transaction():
            sending.resend(self.datamodel.seen(pk), actor=current_actor())
        flash(_("已重新交付发送。"), "success")
        return redirect(url_for("DeliveryView.page", pk=pk))

    @action("again", _l("重新发送"), _l("勾选的邮件、短信将重新发送。确定重新发送吗？"))
    def again(self, rows: Any) -> None:
        """Send the ticked ones anew; one that cannot be does not hold up the others."""
        sent, said = 0, set()
        for row in rows if isinstance(rows, list) else [rows]:
            try:
                sending.resend(row, actor=current_actor())
                sent += 1
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                said.add(str(_(refusal.message)))
        if sent:
            flash(_("已重新交付发送 %(n)s 条。", n=sent), "success")
        for text in sorted(said):
            flash(text, "warning")
