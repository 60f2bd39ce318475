"""我的消息: one's own inbox; opening a message is what marks it read."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import SignedInView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.foundation.notices import catalogue, inbox
from app.foundation.notices.models import Message
from app.kernel.errors import N_

PAGE = 25
LAST_PAGE = 400


def page_number() -> int:
    """The page asked for, from 1.

    Raises:
        BadArgument: not a whole number.
    """
    number = arguments.key(request.args.get("page", "1").strip())
    if not number:
        raise arguments.BadArgument("page", N_("参数“%(name)s”应为不小于 1 的整数。"))
    return min(number, LAST_PAGE)


class InboxView(SignedInView):
    """Everybody's own messages, found by the signed-in person's id."""

    route_base = "/messages"
    default_view = "index"
    targets = {"pk": Row(Message, enough=False)}

    @expose("/")
    @has_access
    def index(self) -> str:
        """One page, newest first; all, or the unread ones."""
        only, number = request.args.get("show") == "unread", page_number()
        rows, count = inbox.page(g.user.id, unread_only=only, number=number, size=PAGE)
        return self.render_template(
            "messages/inbox.html",
            rows=rows,
            count=count,
            page=number,
            pages=pages_of(count, PAGE),
            only=only,
            digest=inbox.digests(g.user.id),
            digest_at=catalogue().digest_at,
        )

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """One message."""
        message = inbox.own(g.user.id, pk)
        event = catalogue().events.get(message.event)
        return self.render_template(
            "messages/message.html", message=message, title=event.title if event is not None else ""
        )

    @expose("/<int:pk>/open", methods=["POST"])
    @has_access
    def open(self, pk: int) -> Any:
        """Mark it read and show it."""
        with transaction():
            inbox.read(inbox.own(g.user.id, pk))
        return redirect(url_for("InboxView.show", pk=pk))

    @expose("/read", methods=["POST"])
    @has_access
    def read_all(self) -> Any:
        """Mark everything read."""
        with transaction():
            count = inbox.read_all(g.user.id)
        flash(ngettext("已将 %(num)d 条消息标为已读。", "已将 %(num)d 条消息标为已读。", count), "success")
        return redirect(url_for("InboxView.index"))

    @expose("/choice", methods=["POST"])
    @has_access
    def choose(self) -> Any:
        """One mail a day, or one for each message."""
        digest = request.form.get("digest") == "1"
        with transaction():
            inbox.choose(g.user.id, digest=digest)
        flash(_("已改为每天合成一封邮件。") if digest else _("已改为逐条发送邮件。"), "success")
        return redirect(url_for("InboxView.index"))
