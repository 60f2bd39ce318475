"""Actions on ticked rows: only rows the actor sees, each required, all in one transaction or none."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.actions import action
from flask_babel import gettext as _
from flask_login import current_user

from app.foundation import access
from app.foundation.access import ForeignWrite, current_actor
from app.foundation.admin import access_map, arguments
from app.foundation.admin.arguments import LIST_MAX, BadArgument
from app.foundation.database import transaction
from app.kernel.errors import N_, AccessDenied

__all__ = ["Acting", "action"]


def guards_itself(method: Any) -> Any:
    """Mark a route that checks access by the action it is asked for, not by its own name."""
    method._guards_itself = True
    return method


class Acting:
    """``POST <route_base>/action/<name>/<pk>`` and ``POST <route_base>/action_post`` (action, rowid…)."""

    obj: str
    actions: dict[str, Any]

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    @guards_itself
    def action(self, name: str, pk: str) -> Any:
        """Run an action on one row."""
        return self._act(name, [pk], one=True)

    @expose("/action_post", methods=["POST"])
    @guards_itself
    def action_post(self) -> Any:
        """Run an action on the ticked rows."""
        return self._act(request.form.get("action", ""), request.form.getlist("rowid"), one=False)

    def offered(self) -> list[Any]:
        """The actions the current actor's posts have at all."""
        actor = current_actor()
        return [one for one in self.actions.values() if access.may(actor, self.obj, self._act_of(one))]

    def offered_on(self, row: Any) -> list[Any]:
        """The actions the current actor may run on this row."""
        actor = current_actor()
        return [
            one
            for one in self.actions.values()
            if one.single and access.can(actor, self.obj, self._act_of(one), row)
        ]

    def _act_of(self, one: Any) -> str:
        act = access_map.act_for(self, one.func.__name__, one.name)
        assert act is not None, one.name  # noqa: S101 - registration refused views where it is
        return act

    def _act(self, name: str, pks: list[str], *, one: bool) -> Any:
        """Run the action.

        Raises:
            NotSeen: no such action, or a row that is missing, unseen or malformed.
            AccessDenied: a row is seen but the act is not the actor's.
            BadArgument: too many rows at once.
        """
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login_with(self.get_redirect()))  # type: ignore[attr-defined]
        chosen = self.actions.get(name)
        if chosen is None or not (chosen.single if one else chosen.multiple):
            raise arguments.unseen()
        act, actor = self._act_of(chosen), current_actor()
        access.require_any(actor, self.obj, act)
        if not pks:
            flash(_("请先勾选要办理的记录。"), "warning")
            return redirect(self.get_redirect())  # type: ignore[attr-defined]
        if len(pks) > LIST_MAX:
            raise BadArgument("rowid", N_("一次最多办理 %(most)s 条。"), most=LIST_MAX)
        try:
            with transaction():
                rows = self.datamodel.all_seen(pks)  # type: ignore[attr-defined]
                for row in rows:
                    access.require(actor, self.obj, act, row)
                answer = chosen.func(rows[0] if one else rows)
        except ForeignWrite as error:
            text = N_("办理后有记录会落在您的管辖范围之外，没有保存任何内容。")
            raise AccessDenied("foreign-write", text) from error
        return answer if answer is not None else redirect(self.get_redirect())  # type: ignore[attr-defined]
