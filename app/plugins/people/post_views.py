"""Pages of one post: giving a further one, ending it, putting off its end."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import transaction
from app.foundation.tenancy import people, people_posts
from app.foundation.tenancy.models import Person, Post
from app.kernel.errors import NotSeen, Refusal
from app.plugins.people import forms, queries, service
from app.plugins.people.form_pages import FormPages
from app.plugins.people.forms import PostForm
from app.plugins.people.shown import day_of, findings_of, slip


class PostView(FormPages, ScopedView):
    """Posts under one's management."""

    route_base = "/people"
    obj = "user"
    acts = {"add": "manage", "change": "manage", "end": "manage", "extend": "manage", "lookup": "see"}
    targets = {"pk": Row(Post, enough=False), "add.pk": Row(Person, enough=False)}
    lookups = forms.LOOKUPS
    default_view = "change"

    @expose("/<int:pk>/posts/add", methods=["GET", "POST"])
    @has_access
    def add(self, pk: int) -> Any:
        """A further post for somebody known.

        Raises:
            NotSeen, AccessDenied: the person is not seen, or not the actor's to manage.
        """
        person = queries.get(pk)
        access.require(current_actor(), "user", "manage", person)
        form = self._bound(PostForm())
        if request.method == "GET" or self._searched(form) or not form.validate():
            return self._form("people/add_post.html", form, person=person)
        try:
            with transaction():
                self._form_again(form)
                person = queries.get(pk)
                given = service.give(
                    person, form.role.data, form.place, actor=current_actor(), since=form.since.data,
                    until=form.until.data, document=form.document.data,
                )  # fmt: skip
                if given.invitation is not None:
                    return slip(self, person, given.invitation, given.code)
        except Refusal as refused:
            return self._refused("people/add_post.html", form, refused, person=queries.get(pk))
        flash(_("已设置岗位，本人下一次操作即生效。"), "success")
        return redirect(url_for("PeopleView.show", pk=pk))

    @expose("/posts/<int:pk>/")
    @has_access
    def change(self, pk: int) -> str:
        """The forms that change one post.

        Raises:
            NotSeen, AccessDenied: the post is not seen, or not the actor's to manage.
        """
        post = queries.get_post(pk)
        access.require(current_actor(), "user", "manage", post)
        return self._page(post)

    @expose("/posts/<int:pk>/end", methods=["POST"])
    @has_access
    def end(self, pk: int) -> Any:
        """End a post, at once or after a day."""
        try:
            with transaction():
                post = queries.get_post(pk)
                person_id = post.person_id
                people_posts.end(
                    post,
                    actor=current_actor(),
                    because=request.form.get("reason", ""),
                    last_day=day_of("last_day"),
                )
        except Refusal as refused:
            return self._again(pk, refused)
        flash(_("已终止岗位，本人下一次操作即失去该岗位的权限。"), "success")
        return redirect(self._home_of(person_id))

    @expose("/posts/<int:pk>/extend", methods=["POST"])
    @has_access
    def extend(self, pk: int) -> Any:
        """Put off the last day of a post, or take it away."""
        try:
            with transaction():
                post = queries.get_post(pk)
                person_id = post.person_id
                document = request.form.get("document", "").strip()
                people_posts.extend(post, day_of("until"), actor=current_actor(), document=document)
        except Refusal as refused:
            return self._again(pk, refused)
        flash(_("岗位已延期。"), "success")
        return redirect(self._home_of(person_id))

    def _page(self, post: Post, refused: Refusal | None = None) -> str:
        person, actor = people_posts.holder_of(post), current_actor()
        (line,) = [one for one in queries.lines([person.id], actor) if one.post.id == post.id]
        return self.render_template(
            "people/post.html",
            person=person,
            line=line,
            home=self._home_of(person.id),
            oneself=actor.person_id == person.id,
            upper=people.barred([people.seat(post, post.review_path)], actor) is not None,
            findings=findings_of(refused),
            typed={key: request.form.get(key, "") for key in ("reason", "last_day", "until", "document")},
        )

    def _again(self, pk: int, refused: Refusal) -> Response:
        """The post's page with what was refused; authority and sight are not caught."""
        if refused.status in (403, 404):
            raise refused
        return make_response(self._page(queries.get_post(pk), refused), refused.status)

    def _home_of(self, person_id: int) -> str:
        """The person's page, where the actor sees it (a post of his may be held by somebody kept elsewhere)."""
        try:
            return url_for("PeopleView.show", pk=queries.get(person_id).id)
        except NotSeen:
            return url_for("PeopleView.index")
