"""为什么我看不到 / 能看到: the answer for a person and a row, from ``access.explain``.

Nothing is said of a row that whoever asks may not see: for such a row and for one that does not exist, every part of
the answer follows from what was typed and from the posts alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import Actor, current_actor
from app.foundation.access.actors import load
from app.foundation.access.service import obj_of
from app.foundation.admin.arguments import BadArgument, unclean
from app.foundation.admin.views import SignedInView, expose, has_access
from app.foundation.jurisdiction import FactColumns
from app.foundation.tenancy.models import Office, Person
from app.kernel.errors import N_
from app.plugins.permits import queries, resolve, rights
from app.plugins.permits.posts import seen_only
from app.plugins.permits.resolve import Asked


@dataclass(frozen=True)
class Verdict:
    """One act on the row: whether, and the lines that say why."""

    act: str
    allowed: bool
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What the page says.

    Attributes:
        kind: unknown, open, signed-in, general (no row is spoken of) or row.
        asked_for: the deciding act first; the others follow.
        posts: the subject's posts in words.
    """

    kind: str
    obj: str = ""
    act: str = ""
    verdict: Verdict | None = None
    others: tuple[Verdict, ...] = ()
    posts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    able: tuple[str, ...] = ()
    row: str = ""
    decided_by: str = ""
    filed_by: str = ""
    named: bool = False
    barred: tuple[str, ...] = ()


def answer(text: str, subject: Actor) -> Answer:
    """Why ``subject`` may or may not, asked by the current actor."""
    asked = resolve.read(text)
    if asked is None:
        return Answer("unknown")
    if asked.open_to:
        return Answer("open" if asked.open_to == "public" else "signed-in")
    row = resolve.find(asked)
    if row is None or not isinstance(row, (FactColumns, Office)):
        return _general(asked, subject)
    return _of_row(asked, row, subject)


def _posts(subject: Actor) -> tuple[str, ...]:
    policy = access.policy()
    return tuple(f"{post.holder}·{policy.label('role', post.role)}" for post in subject.posts)


def _general(asked: Asked, subject: Actor) -> Answer:
    """What holds whatever the row may be, or for a page of no row."""
    policy = access.policy()
    found = access.explain(subject, asked.obj, asked.act)
    return Answer(
        "general",
        obj=policy.label("obj", asked.obj),
        act=policy.label("act", f"{asked.obj}:{asked.act}"),
        verdict=Verdict("", found.allowed, found.lines) if asked.model is None else None,
        posts=_posts(subject),
        rules=tuple(rights.general(policy, subject.posts, asked.obj)),
        able=tuple(rights.able(policy, asked.obj, asked.act)),
        named=asked.model is not None,
        barred=tuple(rights.barred(policy, subject)),
    )


def _of_row(asked: Asked, row: Any, subject: Actor) -> Answer:
    """The row is one that whoever asks sees: it may be spoken of."""
    policy = access.policy()
    if isinstance(row, FactColumns) and not policy.knows(asked.obj, asked.act):
        asked = replace(asked, act="see")
    if isinstance(row, FactColumns) and row.__obj_column__ is not None:
        asked = replace(asked, obj=obj_of(row))
    acts = [asked.act, *(act for obj, act in policy.acts if obj == asked.obj and act != asked.act)]
    verdicts = []
    for act in acts:
        found = access.explain(subject, asked.obj, act, row)
        verdicts.append(Verdict(policy.label("act", f"{asked.obj}:{act}"), found.allowed, found.lines))
    review = getattr(row, "review_path", None) or getattr(row, "path", None) or ""
    filing = getattr(row, "filing_path", None) or ""
    offices = queries.offices_at((review, filing))
    return Answer(
        "row",
        obj=policy.label("obj", asked.obj),
        act=verdicts[0].act,
        verdict=verdicts[0],
        others=tuple(verdicts[1:]),
        posts=_posts(subject),
        able=tuple(rights.able(policy, asked.obj, asked.act)),
        decided_by=offices[review].name if review in offices else "",
        filed_by=offices[filing].name if filing in offices else "",
        named=True,
        barred=tuple(rights.barred(policy, subject)),
    )


def as_seen(person: Person) -> Actor:
    """Another person as an actor, with those posts only that whoever asks sees."""
    return seen_only(load(person), {held.post.id for held in queries.posts_of(person.id)})


class WhyView(SignedInView):
    """Why one sees a row or not; about somebody else, for whoever may see that person."""

    route_base = "/permits/why"
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """The question and its answer; nothing is written.

        Raises:
            BadArgument: what was typed is longer than any address, or no text.
        """
        actor = current_actor()
        may_ask = access.may(actor, "user", "see")
        what, who = _typed("what"), _typed("who") if may_ask else ""
        people = queries.people_called(who) if who else []
        person = people[0] if len(people) == 1 else None
        own = not who or (person is not None and person.id == actor.person_id)
        found = None
        if what and (own or person is not None):
            found = answer(what, actor if own else as_seen(person))  # type: ignore[arg-type]
        account = queries.own_account(actor) if own else person
        return self.render_template(
            "permits/why.html",
            what=what,
            whom=who,
            may_ask=may_ask,
            people=people,
            own=own,
            person=person,
            answer=found,
            helper=_helper(account),
        )


def _helper(account: Person | None) -> str:
    """The office whose 系统管理岗 can help: the one that keeps the account, never the row's."""
    office = queries.helping_office(account)
    return office.name if office is not None else str(_("上级机构编制部门"))


def _typed(name: str) -> str:
    text = request.args.get(name, "").strip()
    if len(text) > resolve.LONGEST or unclean(text):
        raise BadArgument(name, N_("查找内容“%(name)s”过长，或者含有无法识别的字符。"))
    return text
