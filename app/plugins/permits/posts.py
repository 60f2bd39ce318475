"""我的岗位: which posts a person holds, what each can do today, and what was granted to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.foundation import access, clock
from app.foundation.access import Actor, current_actor
from app.foundation.access.actors import load
from app.foundation.admin.views import SignedInView, expose, has_access
from app.foundation.tenancy.models import Grant, Office, Person, Post
from app.plugins.permits import labels, queries, rights, rules
from app.plugins.permits.queries import Held
from app.plugins.permits.rights import Rights


@dataclass(frozen=True)
class Shown:
    """One post as the page shows it; ``rights`` only while it is in force."""

    role: str
    holder: str
    since: date
    until: date | None
    document: str
    standing: str
    rights: tuple[Rights, ...]
    grants: tuple[tuple[Grant, str], ...]


def standing_of(post: Post, today: date, aside: frozenset[int]) -> str:
    """Where a post stands: in force, or why it is not."""
    if post.ended_at is not None:
        return "ended"
    standing = rules.standing(post, today)
    if standing != "current":
        return standing
    if post.office is not None and not post.office.active:
        return "closed"
    return "aside" if post.id in aside else standing


def shown(held: Held, today: date, aside: frozenset[int]) -> Shown:
    """A post with what it can do by the policy and by the grants in force today."""
    post, policy = held.post, access.policy()
    standing = standing_of(post, today, aside)
    grants = tuple((one, rules.standing_of(one, today)) for one in held.grants)
    in_force = {one.relation for one, state in grants if state == "current"}
    return Shown(
        role=policy.label("role", post.role),
        holder=post.office.name if post.office else post.unit.name if post.unit else "",
        since=post.since,
        until=post.until,
        document=post.document,
        standing=standing,
        rights=rights.of_role(policy, post.role, granted=in_force) if standing == "current" else (),
        grants=tuple(pair for pair in grants if pair[1] in {"current", "future"}),
    )


def seen_only(subject: Actor, seen: set[int]) -> Actor:
    """An actor with those posts only that whoever asks sees; a clash with a post out of sight is not told."""
    roles = {
        post.role for post in (*subject.posts, *(one.post for one in subject.aside)) if post.post_id in seen
    }
    return replace(
        subject,
        posts=tuple(post for post in subject.posts if post.post_id in seen),
        aside=tuple(one for one in subject.aside if one.post.post_id in seen and one.other in roles),
    )


class MyPostsView(SignedInView):
    """One's own posts; those of somebody else for whoever may see that person (user see), as far as they see them."""

    route_base = "/permits/posts"
    targets = {"pk": Person}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """One's own."""
        actor = current_actor()
        return self._page(queries.own_account(actor), queries.own_posts(actor), actor, own=True)

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """Somebody else's.

        Raises:
            NotSeen: nobody of that number within the actor's scope.
        """
        person = queries.person(pk)
        return self._page(person, queries.posts_of(person.id), load(person), own=False)

    def _page(self, person: Person, held: list[Held], subject: Actor, *, own: bool) -> str:
        seen = {one.post.id for one in held}
        subject = seen_only(subject, seen)
        aside = frozenset(one.post.post_id for one in subject.aside)
        posts = [shown(one, clock.today(), aside) for one in held]
        return self.render_template(
            "permits/posts.html",
            person=person,
            own=own,
            posts=posts,
            conflicts=rights.barred(access.policy(), subject),
            states=labels.POST_STATES,
            grant_states=labels.GRANT_STATES,
            how=labels.HOW,
            offices=_places(held),
            may_ask=own or access.may(current_actor(), "user", "see"),
        )


def _places(held: Iterable[Held]) -> Any:
    places: dict[str, Office] = dict(
        queries.offices_at(grant.where_path for one in held for grant in one.grants)
    )
    return places
