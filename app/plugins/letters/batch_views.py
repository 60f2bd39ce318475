"""Many documents at once: ticked in a list, chosen by kind, made at once or as work to wait for."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.arguments import LIST_MAX, BadArgument
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedModelView, ScopedView, action, expose, has_access
from app.foundation.database import transaction
from app.kernel.errors import N_, Invalid
from app.plugins.applications import labels
from app.plugins.applications.models import Application
from app.plugins.letters import batch, queries
from app.plugins.letters.kinds import BY_KEY
from app.plugins.operations.exports import answer, long, wait_url


class LetterChoiceView(ScopedModelView):
    """The applications to tick: as for every list, whatever is seen; the act asks for one's own level."""

    route_base = "/letters/choose"
    datamodel = ScopedInterface(Application)
    obj = "letter"
    acts = {"ticked": "issue", "list": "issue"}
    base_permissions = ["can_list"]
    list_title = _l("批量生成文书")
    list_columns = ["site_name", "organ_name", "kind", "number", "state"]
    label_columns = {
        "site_name": _l("网站名称"),
        "organ_name": _l("开办主体"),
        "kind": _l("类型"),
        "number": _l("申请号"),
        "state": _l("状态"),
    }
    search_columns = ["state", "kind", "site_name", "organ_name", "number"]
    order_columns = ["site_name", "number"]
    base_order = ("id", "desc")
    page_size = 100
    chips = {"state": labels.STATE, "kind": labels.KIND}
    list_empty = _l("没有符合条件的申请")
    list_hint = _l("先按状态筛选，再勾选要生成文书的申请，一次最多 100 件。")

    def row_url(self, row: Application) -> str:
        """The page of one application."""
        return url_for("ApplicationView.show", pk=row.id)

    @action("make", _l("生成文书"))
    def ticked(self, rows: Any) -> Any:
        """Go on to choose which documents."""
        chosen = rows if isinstance(rows, list) else [rows]
        return redirect(url_for("LetterBatchView.form", application=[row.id for row in chosen]))


class LetterBatchView(ScopedView):
    """Which documents of the ticked applications, and in what file."""

    route_base = "/letters/batch"
    obj = "letter"
    acts = {"form": "issue", "start": "issue"}
    targets = {
        "form.application": Row(Application),
        "start.application": Row(Application, enough=False),
    }
    default_view = "form"

    @expose("/")
    @has_access
    def form(self) -> Any:
        """Before anything is made.

        Raises:
            NotSeen, AccessDenied: an application that is not there, or not of the actor's own level.
        """
        return self._form(_ticked(), [], "pdf", ())

    @expose("/", methods=["POST"])
    @has_access
    def start(self) -> Any:
        """Make a few at once, many as work to wait for; what cannot be made is said beforehand."""
        keys = _ticked()
        kinds, form = request.form.getlist("kinds"), request.form.get("form", "")
        actor = current_actor()
        try:
            asked = batch.checked(keys, kinds, form)
            batch.ensure_possible(asked, actor=actor)
        except Invalid as refused:
            return make_response(self._form(keys, kinds, form, refused.findings), refused.status)
        if long(batch.NAME, asked.size):
            with transaction():
                batch.put(asked, actor=actor)
            flash(_("已转入后台办理，可以离开本页。"), "success")
            return redirect(wait_url())
        made = batch.make(asked, actor=actor)
        return answer(made.name, made.content_type, made.content)

    def _form(self, keys: list[int], kinds: list[str], form: str, findings: Any) -> str:
        actor, rows = current_actor(), queries.applications(keys)
        for row in rows:
            access.require(actor, "letter", "issue", row)
        reveals = all(access.can(actor, "application", "reveal", row) for row in rows)
        return self.render_template(
            "letters/batch.html",
            rows=rows,
            offered=[
                (key, BY_KEY[key].label) for key in batch.OFFERED if reveals or not BY_KEY[key].personal
            ],
            hides_form=not reveals,
            forms=batch.FORMS,
            kinds=kinds,
            form=form,
            findings=list(findings),
            labels=labels,
        )


def _ticked() -> list[int]:
    """The applications named in the address or the form, each once.

    Raises:
        BadArgument: too many. NotSeen: one cannot be a key.
    """
    values = request.form if request.method == "POST" else request.args
    found = list(dict.fromkeys(values.getlist("application")))
    if len(found) > LIST_MAX:
        raise BadArgument("application", N_("一次最多办理 %(most)s 条。"), most=LIST_MAX)
    keys = [key for raw in found if (key := arguments.key(raw)) is not None]
    if len(keys) != len(found):
        raise arguments.unseen()
    return list(dict.fromkeys(keys))
