"""Who of a case's own office may take it in hand: names and posts, nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor, actors
from app.foundation.access.actors import PostFact
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Person, Post
from app.kernel.errors import N_, Finding, Invalid, Refusal
from app.plugins.applications.models import Application
from app.plugins.applications.service import claiming

TASK = "colleagues"
MOST = 200


def of_office(path: str) -> list[Actor]:
    """Active people with the posts they hold at an office today, by name; one statement.

    An account may be kept elsewhere than where its post is held, so the platform looks everywhere, for this one office.
    """
    query = (
        select(Person, Post, Office)
        .join(Post, Post.person_id == Person.id)
        .join(Office, Office.id == Post.office_id)
        .where(Office.path == path, Person.active.is_(True), Post.in_force(clock.today()))
        .order_by(Person.id, Post.id)
        .limit(MOST)
    )
    found: dict[int, Actor] = {}
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        for person, post, office in db.session.execute(query):
            seat = PostFact(post.role, office.path, None, office.id, office.level, office.short_name)
            known = found.setdefault(person.id, Actor(person.id, person.display_name, (), person.username))
            found[person.id] = replace(known, posts=(*known.posts, seat))
    return sorted(found.values(), key=lambda one: one.name)


def able(application: Application, among: Sequence[Actor]) -> list[Actor]:
    """Those who may do what the case waits for, whoever has it in hand left out."""
    return [one for one in among if one.person_id != application.claimed_by_id and _may(application, one)]


def able_to(act: str, path: str, among: Sequence[Actor]) -> list[Actor]:
    """Those of an office whose posts have an act there, whatever the case."""
    return [one for one in among if access.can(one, "application", act, access.Facts(path))]


def _may(application: Application, one: Actor) -> bool:
    try:
        claiming.ensure_may_take(application, actor=one)
    except Refusal:
        return False
    return True


def named(application: Application, raw: str) -> Actor:
    """The colleague chosen in a form, as he stands today.

    Raises:
        Invalid: nobody was chosen, or nobody of the case's own office.
    """
    for one in of_office(application.review_path):
        if raw == str(one.person_id):
            return actors.actor_for(one.username)
    raise Invalid([Finding("to", N_("请选择改由哪位承办人办理。"), code="to-missing")])
