"""The verbs of invitations. None commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import select

from app.foundation import access, audit, clock, notices
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.signing import factors, locks, passwords, sessions
from app.foundation.tenancy import people, people_posts
from app.foundation.tenancy.models import Office, Person, Post, Unit
from app.kernel import workdays
from app.kernel.errors import N_, Finding, Invalid, Refusal, WrongState
from app.plugins.people import queries, rules
from app.plugins.people.models import WAYS, Invitation
from app.plugins.people.rules import InvitationRules

TASK = "invitation"
_KEY = "bianban.invitations"


def init_app(app: Flask) -> None:
    """Read the rules; anything unexpected in them stops the start."""
    app.extensions[_KEY] = rules.load(Path(app.config["POLICIES_DIR"]))


def limits() -> InvitationRules:
    """The rules of this app."""
    found: InvitationRules = current_app.extensions[_KEY]
    return found


def wall_today() -> date:
    """Today by the calendar on the wall: codes do not follow the drill clock."""
    return clock.localise(clock.wall()).date()


def state_of(invitation: Invitation) -> str:
    """See ``rules.state``."""
    standing = rules.Standing(
        invitation.expires_on, invitation.attempts, invitation.used_at, invitation.revoked_at
    )
    return rules.state(standing, wall_today(), limits().attempts)


@dataclass(frozen=True)
class Wanted:
    """What an administrator fills in for a new person."""

    username: str
    display_name: str
    email: str
    way: str
    role: str
    since: date | None
    until: date | None
    document: str


def invite(wanted: Wanted, holder: Office | Unit | None, *, actor: Actor) -> tuple[Invitation, str]:
    """A new account with its first post and an invitation; the code is answered once and never again.

    The account is kept by the office, for a desk by the desk, and for a unit's officer by the reviewing office.

    Raises:
        AccessDenied: the holder lies outside the actor's scope.
        Invalid, Refusal: a name, the role, the period or the document does not hold.
    """
    if holder is None:
        raise Refusal("holder", N_("请选择该岗位所在的机构或者单位，只选一项。"), field="office")
    findings = people.rules.account_findings(
        wanted.username, wanted.display_name, wanted.email, by_email=wanted.way == "email"
    )
    if wanted.way not in WAYS:
        findings.append(Finding("way", N_("请选择通知方式。"), code="way"))
    if findings:
        raise Invalid(findings)
    access.require(actor, "user", "manage", holder)
    person = people.add(
        wanted.username,
        wanted.display_name,
        None,
        actor=actor,
        office=queries.keeper(holder),
        email=wanted.email,
    )
    people.appoint(
        person, wanted.role, actor=actor, since=wanted.since, until=wanted.until, document=wanted.document,
        office=holder if isinstance(holder, Office) else None,
        unit=holder if isinstance(holder, Unit) else None,
    )  # fmt: skip
    return issue(person, wanted.way, actor=actor)


@dataclass(frozen=True)
class Given:
    """A further post; where it opens with a new way in, the invitation and its code, answered once."""

    post: Post
    invitation: Invitation | None = None
    code: str = ""


def give(
    person: Person, role: str, holder: Office | Unit | None, *, actor: Actor, since: date | None = None,
    until: date | None = None, document: str = "",
) -> Given:  # fmt: skip
    """A further post for somebody known.

    One of the three administrators kept apart starts afresh: whoever let the account in so far may be the one it is to
    watch, so its password, authenticator and sessions end, and the office above hands out the new way in (三员分立).

    Raises:
        AccessDenied, Refusal: as ``people.appoint`` and ``issue``.
    """
    post = people.appoint(
        person, role, actor=actor, since=since, until=until, document=document,
        office=holder if isinstance(holder, Office) else None,
        unit=holder if isinstance(holder, Unit) else None,
    )  # fmt: skip
    if not person.password or not people.apart([people.seat(post, post.review_path)]):
        return Given(post)
    factors.forget(person)
    sessions.end_all(person, by=actor.name, why="password")
    person.password, person.active = None, False
    audit.record(actor, "person.closed", person, before={"active": True}, after={"active": False})
    invitation, code = issue(person, "print", actor=actor)
    return Given(post, invitation, code)


def issue(person: Person, way: str, *, actor: Actor, seen: int | None = None) -> tuple[Invitation, str]:
    """Give out a code: to open a new account, or as a new way into one whose password is forgotten.

    An earlier code that is still open no longer holds.

    Args:
        seen: the newest invitation on the page that was acted from (0: none), so that a second click does nothing.

    Raises:
        AccessDenied: the account as a whole is not the actor's, is his own, or is, or was, one of the three kept apart.
        Refusal: another way, no address, or somebody issued one meanwhile.
        WrongState: the account is disabled.
    """
    people.lock(person)
    people_posts.ensure_may_renew(person, actor=actor)
    rules.ensure_way(way, WAYS, person.email)
    if person.password and not person.active:
        raise WrongState("account-disabled", N_("该账号已停用。请先恢复启用，再签发启用码。"))
    earlier = queries.invitations(person)
    rules.ensure_latest(seen, earlier[0].id if earlier else None)
    for one in earlier:
        if one.used_at is None and one.revoked_at is None:
            _void(one, actor)
    locks.forget_codes(person.username)
    code = rules.make_code(limits())
    row = Invitation(
        person_id=person.id,
        purpose="renew" if person.password else "open",
        way=way,
        code_hash=rules.digest(code),
        issued_at=clock.wall(),
        issued_by_id=actor.person_id,
        issued_by=actor.name,
        expires_on=workdays.add(wall_today(), limits().workdays, clock.calendar()),
    )
    db.session.add(row)
    audit.record(
        actor, "person.invited", person,
        after={"way": way, "purpose": row.purpose, "expires_on": row.expires_on},
    )  # fmt: skip
    if way == "email":
        _mail(person, row, code, actor)
    return row, code


def _mail(person: Person, invitation: Invitation, code: str, actor: Actor) -> None:
    """Hand the code to the mail port, or to the offline mailbox, where its issuer alone reads it."""
    posts = "\n".join(f"  {holder} · {role}" for holder, role in letter(person, invitation))
    params = {
        "name": person.display_name,
        "posts": posts,
        "entry": notices.address_of(notices.path_of(("InvitationView.index", {}))),
        "username": person.username,
        "secret": code,
        "expires": invitation.expires_on.isoformat(),
        "office": invitation.issued_by,
    }
    notices.tell("account.invited", to=notices.of_person(person), params=params, actor=actor)


def mailed() -> bool:
    """Whether invitations by mail leave the platform; otherwise they wait in the offline mailbox."""
    return not notices.ports().mail.offline


def _void(invitation: Invitation, actor: Actor) -> None:
    invitation.revoked_at, invitation.revoked_by = clock.wall(), actor.name
    db.session.flush()


def revoke(invitation: Invitation, *, actor: Actor) -> None:
    """Let a code no longer hold.

    Raises:
        AccessDenied: the account is not the actor's to manage, or is, or was, one of the three kept apart.
        WrongState: it was used or revoked already.
    """
    access.require(actor, "user", "manage", invitation)
    people.ensure_by_upper(people.separated_ever(invitation.person_id), actor)
    if invitation.used_at is not None or invitation.revoked_at is not None:
        raise WrongState("invitation-over", N_("该启用码已经使用或者作废。"))
    _void(invitation, actor)
    audit.record(actor, "person.invitation_revoked", queries.holder(invitation))


@dataclass(frozen=True)
class Accepted:
    """What became of an attempt: the person, or what is wrong with the new password; neither: the code is no good."""

    person: Person | None
    findings: Sequence[Finding] = ()


def accept(username: str, code: str, password: str) -> Accepted:
    """Open the account, or renew its password, with a code. Runs as the platform: nobody is signed in yet.

    A wrong code is counted against the name, inside the same transaction; so nothing is raised for it, and unknown
    names, used, expired and revoked codes look the same and take the same reads and writes.
    """
    person = queries.by_username(username)
    invitation = queries.open_invitation(person.id if person is not None else 0)
    stored = invitation.code_hash if invitation is not None else "0" * 64
    right = rules.matches(code, stored)
    if person is None or invitation is None or state_of(invitation) != "open" or not right:
        tried = locks.count_code(username)
        # The one try that writes more is the last.
        if invitation is not None and invitation.attempts < limits().attempts <= tried:
            invitation.attempts = tried
        return Accepted(None)
    if (person.password and not person.active) or queries.outgrown(invitation):  # disabled or risen since
        return Accepted(None)
    found = passwords.check(password, person)
    if found:
        return Accepted(None, found)
    actor = Actor(person.id, person.display_name, (), username=person.username)
    opened = not person.active
    passwords.set_password(person, password, actor=actor)
    person.active = True
    invitation.used_at = clock.wall()
    audit.record(actor, "person.accepted", person, after={"opened": opened, "purpose": invitation.purpose})
    return Accepted(person)


def letter(person: Person, invitation: Invitation) -> Sequence[tuple[str, str]]:
    """The posts an invitation speaks of: holder and role, for the slip and the message."""
    held = [line for line in queries.lines([person.id], None) if not line.over]
    return [(line.holder, access.policy().label("role", line.post.role)) for line in held]


def newest(person: Person) -> Invitation | None:
    """The invitation issued last."""
    return db.session.scalars(
        select(Invitation).where(Invitation.person_id == person.id).order_by(Invitation.id.desc()).limit(1)
    ).first()
