"""The letter (annex 3) and the form (annex 4) as official paper, once the first review has passed (A4.注2)."""

from __future__ import annotations

from typing import Any

from flask import make_response
from flask_babel import gettext as _

from app.foundation import access, clock
from app.foundation.access import current_actor
from app.foundation.admin.views import ScopedView, expose, has_access
from app.kernel.errors import N_, WrongState
from app.plugins.applications import dossier, labels, queries, rules, service
from app.plugins.applications.fields import KEPT, masked
from app.plugins.applications.models import Application
from app.plugins.applications.pages import PRINTABLE
from app.plugins.applications.views import posted


class PrintView(ScopedView):
    """Paper to be printed, signed and sealed."""

    route_base = "/applications"
    obj = "application"
    acts = {"letter": "see", "form": "see", "form_in_full": "reveal"}
    targets = {"pk": Application}
    default_view = "letter"

    @expose("/<int:pk>/letter")
    @has_access
    def letter(self, pk: int) -> Any:
        """Annex 3: one letter for all the unit's applications of the kind that await paper."""
        application = queries.whole(pk)
        ensure_printable(application)
        return self.render_template(
            "applications/letter.html",
            application=application,
            listed=queries.letter_mates(application),
            today=clock.today(),
        )

    @expose("/<int:pk>/form")
    @has_access
    def form(self, pk: int) -> Any:
        """Annex 4 with the two people's kept data masked."""
        application = queries.whole(pk)
        ensure_printable(application)
        values = dossier.values(application)
        return self._form(
            application, values | {name: masked(name, values[name]) for name in KEPT}, full=False
        )

    @expose("/<int:pk>/form", methods=["POST"])
    @has_access
    def form_in_full(self, pk: int) -> Any:
        """Annex 4 as it is printed: complete; the look enters the record (A4.注3)."""
        with posted.attempt():
            application = queries.get(pk)
            access.require(current_actor(), "application", "reveal", application)
            ensure_printable(application)
            shown = service.reveal(application, actor=current_actor(), purpose=str(_("打印申请表")))
        application = queries.whole(pk)
        response = make_response(self._form(application, dossier.values(application) | shown, full=True))
        response.headers["Cache-Control"] = "no-store"
        return response

    def _form(self, application: Application, values: dict[str, str], *, full: bool) -> str:
        return self.render_template(
            "applications/form.html",
            application=application,
            values=values,
            full=full,
            may_reveal=access.can(current_actor(), "application", "reveal", application),
            kinds=labels.KIND_BOX,
            copies=rules.COPIES,
            opinions=[
                one for one in application.decisions if one.outcome in {"passed", "approved"} and one.words
            ],
            approved=application.state in {"approved", "reported", "badged"},
        )


def ensure_printable(application: Application) -> None:
    """Raises:
    WrongState: the first review has not passed; the letter and form do not exist yet (A4.注2).
    """
    if application.state not in PRINTABLE:
        raise WrongState(
            "not-printable",
            N_(
                "申请函和申请表在线初审通过后由系统自动生成，现在还不能打印。请等待初审结果，或者按退回意见补正后再次提交。"
            ),
            source="申请表注2",
        )
