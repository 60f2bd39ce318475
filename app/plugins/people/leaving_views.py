"""离岗交接: what stands in a leaver's name goes to another."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import transaction
from app.foundation.tenancy import people, people_handover, people_posts
from app.foundation.tenancy.models import Person
from app.kernel.errors import Refusal
from app.plugins.people import queries
from app.plugins.people.shown import account, findings_of, role_label


class LeavingView(ScopedView):
    """离岗交接: what stands in a leaver's name goes to another."""

    route_base = "/people"
    obj = "user"
    acts = {"leaving": "manage", "hand_over": "manage"}
    targets = {"pk": Row(Person, enough=False), "hand_over.successor": Row(Person, enough=False)}
    default_view = "leaving"

    def render_template(self, template: str, **kwargs: Any) -> str:
        """With the names of roles."""
        return super().render_template(template, role_label=role_label, **kwargs)

    @expose("/<int:pk>/leaving")
    @has_access
    def leaving(self, pk: int) -> str:
        """What there is to hand over, by kind, and who could take it.

        Raises:
            NotSeen, AccessDenied: not seen, or the account as a whole is not the actor's.
        """
        person = queries.get(pk)
        people_posts.ensure_disposable(person, actor=current_actor())
        return self._page(person)

    @expose("/<int:pk>/leaving", methods=["POST"])
    @has_access
    def hand_over(self, pk: int) -> Any:
        """Hand everything over; with the box ticked, the leaver's posts end and the account closes."""
        key = arguments.key(request.form.get("successor", ""))
        try:
            with transaction():
                person = queries.get(pk)
                because = people.rules.ensure_reason(request.form.get("reason", ""))
                moved = people_handover.hand_over(
                    person, queries.get(key) if key is not None else None, actor=current_actor(),
                    because=because, leave=request.form.get("leave") == "1",
                )  # fmt: skip
        except Refusal as refused:
            if refused.status in (403, 404):
                raise
            return make_response(self._page(queries.get(pk), refused), refused.status)
        flash(_("交接已办理，共移交 %(n)s 项。", n=sum(moved.values())), "success")
        return redirect(url_for("PeopleView.show", pk=pk))

    def _page(self, person: Person, refused: Refusal | None = None) -> str:
        actor = current_actor()
        successors = people_handover.candidates(person, actor=actor)
        held = queries.lines([one.id for one in successors], actor, current=True)
        return self.render_template(
            "people/leaving.html",
            person=person,
            work=people_handover.counted(person),
            successors=[account(one, held, set()) for one in successors],
            lines=[line for line in queries.lines([person.id], actor) if not line.over],
            findings=findings_of(refused),
            typed={key: request.form.get(key, "") for key in ("successor", "reason", "leave")},
        )
