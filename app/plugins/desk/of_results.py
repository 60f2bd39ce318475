"""Results to be told, and stop orders to be decided, sent and closed (C-art.9, C-art.11)."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from app.foundation.access import Actor
from app.plugins.desk.tasks import Task
from app.plugins.results import queries


def of_results(actor: Actor) -> Iterator[Task]:
    """One line for each queue that is not empty."""
    waiting = queries.waiting(actor)
    lines = (
        (waiting.to_decide, _("确认停止解析"), _("%(n)s 个网站待确认停止解析", n=waiting.to_decide), "proposed"),
        (waiting.to_send, _("发出停止解析函"), _("%(n)s 个网站待发停止解析函", n=waiting.to_send), "confirmed"),
        (waiting.to_finish, _("登记停止解析"), _("%(n)s 个网站已发函，待登记停止解析", n=waiting.to_finish), "sent"),
    )  # fmt: skip
    for count, what, subject, state in lines:
        if count:
            yield Task(
                what=what,
                subject=subject,
                about="",
                url=url_for("OrderView.index", state=state, side=queries.OWN),
                action=_("去办理"),
                many=True,
            )
    if waiting.notices:
        yield Task(
            what=_("通报审核结果"),
            subject=_("%(n)s 项结果待通报", n=waiting.notices),
            about="",
            url=url_for("ResultView.index", side=queries.OWN),
            action=_("去通报"),
            many=True,
        )
