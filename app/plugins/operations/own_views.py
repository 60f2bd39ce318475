"""我的任务: what one waits for, how far it is, ending it, and fetching the file; nobody else's."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, url_for
from flask_babel import gettext as _

from app.foundation import jobs
from app.foundation.access import current_actor
from app.foundation.admin.gate import QUIET
from app.foundation.admin.targets import Row
from app.foundation.admin.views import SignedInView, expose, has_access
from app.foundation.database import transaction
from app.foundation.jobs import Job
from app.plugins.operations import exports, shown


class OwnJobsView(SignedInView):
    """Every row is found by its id and by the signed-in person's own; somebody else's is not there."""

    route_base = "/my-jobs"
    default_view = "index"
    targets = {"pk": Row(Job, enough=False)}

    @expose("/")
    @has_access
    def index(self) -> str:
        """The latest jobs, newest first."""
        person = current_actor().person_id
        found = [shown.shown(one) for one in jobs.mine(person)] if person is not None else []
        return self.render_template(
            "operations/own.html", jobs=found, again=shown.asks_again(found), quiet=QUIET
        )

    @expose("/<int:pk>.json")
    @has_access
    def state(self, pk: int) -> Any:
        """How far it is, for the live page.

        Raises:
            NotSeen: none of one's own.
        """
        response = jsonify(shown.shown(jobs.own(pk)).as_json())
        response.headers["Cache-Control"] = "no-store"
        return response

    @expose("/<int:pk>/cancel", methods=["POST"])
    @has_access
    def cancel(self, pk: int) -> Any:
        """End it: at once where it has not begun, else as soon as it looks up.

        Raises:
            NotSeen, WrongState: see ``jobs.cancel``.
        """
        with transaction():
            job = jobs.own(pk)
            jobs.cancel(job, actor=current_actor())
        flash(_("已取消，没有生成文件。") if not job.open else _("已通知停止，稍候即取消。"), "success")
        return redirect(url_for("OwnJobsView.index"))

    @expose("/<int:pk>/result")
    @has_access
    def result(self, pk: int) -> Any:
        """The file, to be kept elsewhere.

        Raises:
            NotSeen: none of one's own, or no longer kept.
            AccessDenied: what is in it is not one's own to read any more.
        """
        job, path = jobs.result(pk)
        exports.ensure_still(current_actor(), job)
        return exports.attached(path, job.result_name, job.result_type)
