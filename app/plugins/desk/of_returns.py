"""What returns, bylaws and responsible persons have for this person to do."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import Actor
from app.plugins.bylaws import queries as bylaws
from app.plugins.desk.panels import Panel
from app.plugins.desk.tasks import Task
from app.plugins.liaisons import queries as liaisons
from app.plugins.returns import copies, queries
from app.plugins.returns.models import EDITABLE, OfficeReturn

UNNAMED_SHOWN = 10


def of_returns(actor: Actor) -> Iterator[Task]:
    """One's own returns to fill in and hand in, those to sign for, and copies that wait for the desk."""
    if access.may(actor, "return", "edit"):
        yield from _own(actor)
        for row in queries.to_receive(actor):
            yield Task(
                what=_("签收机构人员方案"),
                subject=row.office.short_name,
                about="",
                url=url_for("ReturnView.page", pk=row.id),
                action=_("去核对"),
                state=("return", row.state),
            )
    if access.may(actor, "notice", "cc"):
        for copy in copies.mine(actor, "sent"):
            yield Task(
                what=_("签收抄报件"),
                subject=copy.sender,
                about=copy.document,
                url=url_for("ReturnCopyView.page", pk=copy.id),
                action=_("去签收"),
                state=("return-copy", copy.state),
            )


def _own(actor: Actor) -> Iterator[Task]:
    for one in queries.mine(actor):
        if one.done or (one.row is not None and one.row.state not in EDITABLE):
            continue
        done = {
            "returned": _("补正机构人员方案"),
            "draft": _("报送机构人员方案"),
        }
        yield Task(
            what=done[one.row.state] if one.row is not None else _("填报机构人员方案"),
            subject=one.holder,
            about=one.owed.plan.document,
            url=_url(one.row),
            action=_("去补正") if one.row is not None and one.row.state == "returned" else _("去填报"),
            due=one.owed.due,
            clock=queries.chip(one.owed),
            state=("return", one.row.state) if one.row is not None else None,
        )


def _url(row: OfficeReturn | None) -> str:
    return url_for("ReturnView.page", pk=row.id) if row is not None else url_for("ReturnView.index")


def of_bylaws(actor: Actor) -> Iterator[Task]:
    """A bylaw that one's own office has not begun."""
    holder = bylaws.without(actor)
    if holder is not None:
        yield Task(
            what=_("制定细则"),
            subject=holder,
            about="",
            url=url_for("BylawView.index"),
            action=_("去起草"),
        )


def of_liaisons(actor: Actor) -> Iterator[Task]:
    """Units whose papers one works and that have named nobody."""
    if access.may(actor, "liaison", "edit"):
        for unit in liaisons.unnamed(actor, UNNAMED_SHOWN):
            yield Task(
                what=_("明确网站责任人"),
                subject=unit.name,
                about="",
                url=url_for("LiaisonView.form", pk=unit.id),
                action=_("去办理"),
            )


def liaison_panel(actor: Actor) -> Iterator[Panel]:
    """How many of the units one's own office reviews have named somebody."""
    if not access.may(actor, "liaison", "see") or not liaisons.oversees(actor):
        return
    named, unnamed = liaisons.standing(actor)
    if not named + unnamed:
        return
    parts = [(_("已经明确"), named, "ok"), (_("尚未明确"), unnamed, "r")]
    yield Panel(
        title=_("网站责任人"),
        parts=[part for part in parts if part[1]],
        url=url_for("LiaisonView.index"),
        action=_("查看责任人"),
    )
