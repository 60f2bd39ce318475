"""Pages of people administration: the list, a person, somebody new, codes, closing an account."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.lookup import read_term
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.foundation.signing import factors, locks
from app.foundation.tenancy import people, people_posts
from app.foundation.tenancy.models import Person
from app.kernel.errors import N_, Refusal
from app.plugins.people import forms, queries, service
from app.plugins.people.form_pages import FormPages
from app.plugins.people.forms import PersonForm
from app.plugins.people.models import Invitation
from app.plugins.people.shown import account, findings_of, page_number, slip

PAGE_SIZE = 25


class PeopleView(FormPages, ScopedView):
    """People kept by one's office and below it."""

    route_base = "/people"
    obj = "user"
    acts = {
        "index": "see", "show": "see", "lookup": "see", "add": "manage", "invite": "manage", "revoke": "manage",
        "disable": "manage", "enable": "manage", "unlock": "unlock", "reset_factor": "reset-factor",
    }  # fmt: skip
    targets = {"pk": Row(Person, enough=False), "revoke.pk": Row(Invitation, enough=False)}
    lookups = forms.LOOKUPS
    default_view = "index"
    list_title = _l("人员与岗位")

    @expose("/")
    @has_access
    def index(self) -> str:
        """The list: by name, account or office, role and state."""
        asked = queries.Asked(
            words=read_term("q"),
            role=_one_of("role", dict(forms.role_choices(registry=True))),
            state=_one_of("state", queries.STATES),
        )
        page = page_number()
        rows, total = queries.listed(asked, page, PAGE_SIZE)
        keys = [one.id for one in rows]
        locked, held = queries.locked_among(rows), queries.lines(keys, current_actor(), current=True)
        return self.render_template(
            "people/list.html",
            people=[account(one, held, locked) for one in rows],
            asked=asked,
            roles=forms.role_choices(registry=True),
            states=queries.STATES,
            page=page,
            pages=pages_of(total, PAGE_SIZE),
            total=total,
            may_add=access.may(current_actor(), "user", "manage"),
        )

    @expose("/<int:pk>/")
    @has_access
    def show(self, pk: int) -> str:
        """One person: posts now and past, invitations, sign-in, what was done with the account.

        Raises:
            NotSeen: no such person, or kept elsewhere.
        """
        return self._person(queries.get(pk))

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """Somebody new: account, first post and invitation in one go; the answer is the slip, shown once."""
        form = self._bound(PersonForm())
        if request.method == "GET" or self._searched(form) or not form.validate():
            return self._form("people/add.html", form)
        try:
            with transaction():
                self._form_again(form)
                wanted = service.Wanted(
                    form.username.data, form.display_name.data, form.email.data or "", form.way.data,
                    form.role.data, form.since.data, form.until.data, form.document.data,
                )  # fmt: skip
                invitation, code = service.invite(wanted, form.place, actor=current_actor())
                return slip(self, queries.get(invitation.person_id), invitation, code)
        except Refusal as refused:
            return self._refused("people/add.html", form, refused)

    @expose("/<int:pk>/invite", methods=["POST"])
    @has_access
    def invite(self, pk: int) -> Any:
        """A new code; the answer is the slip, shown once."""
        seen = arguments.key(request.form.get("seen", ""))
        try:
            with transaction():
                person = queries.get(pk)
                invitation, code = service.issue(
                    person,
                    request.form.get("way", ""),
                    actor=current_actor(),
                    seen=seen if seen is not None else -1,
                )
                return slip(self, person, invitation, code)
        except Refusal as refused:
            return self._again(pk, refused, "invite")

    @expose("/invitations/<int:pk>/revoke", methods=["POST"])
    @has_access
    def revoke(self, pk: int) -> Any:
        """Let an open code no longer hold."""
        with transaction():
            invitation = queries.get_invitation(pk)
            service.revoke(invitation, actor=current_actor())
            person_id = invitation.person_id
        flash(_("启用码已作废。"), "success")
        return redirect(url_for("PeopleView.show", pk=person_id))

    @expose("/<int:pk>/disable", methods=["POST"])
    @has_access
    def disable(self, pk: int) -> Any:
        """Close an account."""
        try:
            with transaction():
                people_posts.disable(
                    queries.get(pk), actor=current_actor(), because=request.form.get("reason", "")
                )
        except Refusal as refused:
            return self._again(pk, refused, "disable")
        flash(_("账号已停用，正在进行的登录已经结束。"), "success")
        return redirect(url_for("PeopleView.show", pk=pk))

    @expose("/<int:pk>/enable", methods=["POST"])
    @has_access
    def enable(self, pk: int) -> Any:
        """Open an account again."""
        try:
            with transaction():
                people_posts.enable(
                    queries.get(pk), actor=current_actor(), because=request.form.get("reason", "")
                )
        except Refusal as refused:
            return self._again(pk, refused, "enable")
        flash(_("账号已恢复启用。"), "success")
        return redirect(url_for("PeopleView.show", pk=pk))

    @expose("/<int:pk>/unlock", methods=["POST"])
    @has_access
    def unlock(self, pk: int) -> Any:
        """End the pause after too many wrong passwords."""
        with transaction():
            locks.unlock(queries.get(pk), actor=current_actor())
        flash(_("已解除锁定，本人现在可以重新登录。"), "success")
        return redirect(url_for("PeopleView.show", pk=pk))

    @expose("/<int:pk>/reset-factor", methods=["POST"])
    @has_access
    def reset_factor(self, pk: int) -> Any:
        """Forget a lost authenticator."""
        try:
            with transaction():
                factors.reset(queries.get(pk), actor=current_actor())
        except Refusal as refused:
            return self._again(pk, refused, "reset")
        flash(_("两步验证已重置，本人的登录已经结束，下次登录后可以重新启用。"), "success")
        return redirect(url_for("PeopleView.show", pk=pk))

    # -- what the methods above share ----------------------------------------------------------------------

    def _person(self, person: Person, refused: Refusal | None = None, about: str = "") -> str:
        actor = current_actor()
        mine = access.can(actor, "user", "manage", person)
        held, invitations = queries.lines([person.id], actor), queries.invitations(person)
        seats = people.seats_of(person.id)
        ever = people.separated_ever(person.id) if mine else []
        upper = {seat.post_id for seat in ever if people.barred([seat], actor) is not None}
        elsewhere = mine and not all(people_posts.reaches(actor, seat) for seat in seats)
        lock = locks.state(person)
        return self.render_template(
            "people/show.html",
            person=person,
            shown=account(person, held, {person.id} if lock.locked else set()),
            lines=held,
            elsewhere=elsewhere,
            upper=upper,
            apart=any(seat.post_id in upper for seat in seats),
            lock=lock,
            may_unlock=actor.person_id != person.id
            and not elsewhere
            and access.can(actor, "user", "unlock", person),
            may_reset=factors.may_reset(person, actor) and factors.enrolled(person.id),
            invitations=[(one, service.state_of(one)) for one in invitations],
            latest=invitations[0].id if invitations else 0,
            mailed=service.mailed(),
            timeline=audit.timeline(person),
            mine=mine and actor.person_id != person.id,
            oneself=actor.person_id == person.id,
            manages=[
                line.post.id
                for line in held
                if line.post.id not in upper and access.can(actor, "user", "manage", line.post)
            ],
            findings=findings_of(refused),
            about=about,
            reason=request.form.get("reason", "") if about else "",
        )

    def _again(self, pk: int, refused: Refusal, about: str) -> Response:
        """The person's page with what was refused beside the form it came from; authority and sight are not caught."""
        if refused.status in (403, 404):
            raise refused
        return make_response(self._person(queries.get(pk), refused, about), refused.status)


def _one_of(name: str, known: Any) -> str:
    """A filter from the address, or nothing where it is not offered.

    Raises:
        BadArgument: an unknown value.
    """
    value = request.args.get(name, "")
    if value and value not in known:
        raise arguments.BadArgument(name, N_("筛选条件“%(name)s”的取值不在可选范围内。"))
    return value
