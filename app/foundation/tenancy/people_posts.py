"""Changing what people hold: extend and end posts, disable and re-enable accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.access import Actor, Facts, duties, policy
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import db
from app.foundation.signing import sessions
from app.foundation.tenancy import people_rules as rules
from app.foundation.tenancy import signals
from app.foundation.tenancy.models import Office, Person, Post
from app.foundation.tenancy.people import admins_of, ensure_by_upper, lock, seats_of, separated_ever
from app.foundation.tenancy.people_rules import Seat
from app.kernel.errors import N_, Refusal


def reaches(actor: Actor, seat: Seat) -> bool:
    """Whether the actor manages people where this post stands."""
    return access.can(actor, "user", "manage", Facts(seat.path, None, seat.unit_id))


def ensure_whole(person: Person, *, actor: Actor) -> list[Seat]:
    """The actor may dispose of the account as a whole; returns all its posts.

    Raises:
        AccessDenied: the account, or a post on it, lies outside his scope; or it is his own.
    """
    access.require(actor, "user", "manage", person)
    rules.ensure_not_oneself(actor.person_id, person.id)
    seats = seats_of(person.id)
    rules.ensure_whole(seats, lambda seat: reaches(actor, seat))
    return seats


def ensure_disposable(person: Person, *, actor: Actor) -> list[Seat]:
    """The actor may close, open and hand over the account; returns all its posts.

    Raises:
        AccessDenied: as ``ensure_whole``; or one of its posts is an upper office's to settle (三员分立).
    """
    seats = ensure_whole(person, actor=actor)
    ensure_by_upper(seats, actor)
    return seats


def ensure_may_renew(person: Person, *, actor: Actor) -> None:
    """The actor may give the account a new way in.

    Raises:
        AccessDenied: as ``ensure_whole``; or it is, or was, one of the three administrators kept apart.
    """
    ensure_whole(person, actor=actor)
    ensure_by_upper(separated_ever(person.id), actor)


def extend(post: Post, until: date | None, *, actor: Actor, document: str) -> Post:
    """Let a post run longer, or without an end.

    Raises:
        AccessDenied: outside the actor's scope, or his own.
        Refusal: it is over, the day is not later, no document, or it would clash with another post.
    """
    person = _ready(post, actor)
    rules.ensure_not_oneself(actor.person_id, person.id)
    seats = seats_of(person.id)
    seat = _seat(post, seats)
    ensure_by_upper([seat], actor)
    if seat.until is None or (until is not None and until <= seat.until):
        raise Refusal(
            "not-later", N_("延期后的截止日期应晚于现在的截止日期；要提前结束的请办理终止。"), field="until"
        )
    rules.ensure_document(document, required=not actor.is_system)
    longer = Seat(seat.role, seat.path, seat.office_id, seat.unit_id, seat.since, until, seat.post_id)
    rules.ensure_not_twice(longer, seats)
    rules.ensure_combinable(policy(), duties.duties(), longer, seats, duties.applies)
    before = post.until
    post.until = until
    audit.record(
        actor, "post.extended", post, before={"until": before}, after={"until": until}, reason=document
    )
    return post


def end(post: Post, *, actor: Actor, because: str, last_day: date | None = None) -> Post:
    """End a post after ``last_day``, or at once; the holder's next click is judged without it.

    Raises:
        AccessDenied: outside the actor's scope.
        Refusal: it is over already, no reason, the actor's own last post as administrator, or the office's.
    """
    person = _ready(post, actor)
    said = rules.ensure_reason(because)
    seats = seats_of(person.id)
    seat = _seat(post, seats)
    rules.ensure_own_last_stays(actor.person_id, person.id, seat, seats)
    ensure_by_upper([seat], actor)
    today = clock.today()
    if last_day is not None and (last_day < today or (seat.until is not None and last_day > seat.until)):
        raise Refusal(
            "last-day", N_("最后任职日应在今天至现在的截止日期之间。立即终止的请留空。"), field="last_day"
        )
    _ensure_admins_stay(person, [seat], last_day or today - timedelta(days=1))
    before = {"until": post.until}
    if last_day is None:
        post.ended_at = clock.now()
        post.until = max(post.since, today - timedelta(days=1))
    else:
        post.until = last_day
    post.ended_by, post.ended_because = actor.name, said
    audit.record(
        actor, "post.ended", post,
        before=before, after={"person": person.username, "role": post.role, "until": post.until}, reason=said,
    )  # fmt: skip
    signals.post_ended.send(post, person=person, actor=actor)
    return post


def disable(person: Person, *, actor: Actor, because: str) -> Person:
    """Close an account: no sign-in, and the sessions that are open end.

    Raises:
        AccessDenied: the account as a whole is not the actor's, or it is his own.
        Refusal: it is closed already, no reason, or an office would lose its last administrator.
    """
    lock(person)
    seats = ensure_disposable(person, actor=actor)
    said = rules.ensure_reason(because)
    if not person.active:
        raise Refusal("disabled-already", N_("该账号现在没有启用，不需要停用。"))
    _ensure_admins_stay(person, seats, clock.today() - timedelta(days=1))
    person.active = False
    audit.record(
        actor, "person.disabled", person, before={"active": True}, after={"active": False}, reason=said
    )
    sessions.end_all(person, by=actor.name, why="disabled")
    return person


def enable(person: Person, *, actor: Actor, because: str) -> Person:
    """Open an account again that was disabled; its posts count again as far as they still run.

    Raises:
        AccessDenied: the account as a whole is not the actor's, or it is his own.
        Refusal: it is open, or was never accepted (it needs an invitation).
    """
    lock(person)
    ensure_disposable(person, actor=actor)
    said = rules.ensure_reason(because)
    if person.active:
        raise Refusal("enabled-already", N_("该账号已经启用。"))
    if not person.password:
        raise Refusal("never-accepted", N_("该账号还没有启用过，请签发启用通知单，由本人设置密码后启用。"))
    person.active = True
    audit.record(
        actor, "person.enabled", person, before={"active": False}, after={"active": True}, reason=said
    )
    return person


def holder_of(post: Post) -> Person:
    """Whose post it is, wherever the account is kept."""
    return db.session.scalars(
        select(Person).where(Person.id == post.person_id), execution_options=UNGUARDED
    ).one()


def _ready(post: Post, actor: Actor) -> Person:
    """The post is the actor's to manage and not over; answers its person, locked."""
    access.require(actor, "user", "manage", post)
    person = holder_of(post)
    lock(person)
    db.session.refresh(post, with_for_update=True)
    over = Seat(post.role, post.review_path, since=post.since, until=post.until)
    rules.ensure_open(over, post.ended_at is not None, clock.today())
    return person


def _seat(post: Post, seats: Sequence[Seat]) -> Seat:
    return next(seat for seat in seats if seat.post_id == post.id)


def _ensure_admins_stay(person: Person, leaving: Sequence[Seat], last_day: date) -> None:
    """See ``rules.ensure_admin_stays``, for each office where the person now administers with an open account."""
    today, day_after = clock.today(), last_day + timedelta(days=1)
    if not person.active:
        return
    for seat in leaving:
        if seat.role != rules.ADMIN or seat.office_id is None or not seat.covers(today):
            continue
        office = db.session.scalars(select(Office).where(Office.id == seat.office_id).with_for_update()).one()
        counting = {one.post_id for one in admins_of(office.id, today)}
        if seat.post_id in counting:  # set aside by a clash, it administers nothing that could be lost
            rules.ensure_admin_stays(leaving, admins_of(office.id, day_after), last_day, office.short_name)
