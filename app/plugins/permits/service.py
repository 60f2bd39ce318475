"""The verbs: grant an exception by document, and end one before its day. None is ever deleted."""

from __future__ import annotations

from datetime import date

from app.foundation import access, audit, clock
from app.foundation.access import Actor, Facts
from app.foundation.database import db
from app.foundation.tenancy.models import HOWS, RELATIONS, Grant, Office
from app.kernel import paths
from app.kernel.errors import N_, AccessDenied, Finding, Invalid, Refusal
from app.plugins.permits import queries, rights, rules


def wanted(
    holder: Office, where: Office, relation: str, how: str, since: date, until: date, document: str
) -> rules.Wanted:
    """What is asked for, as the rules see it."""
    return rules.Wanted(
        holder.path, holder.kind, where.path, where.kind, relation, how, since, until, document.strip()
    )


def ensure(holder: Office, where: Office, asked: rules.Wanted, *, actor: Actor) -> None:
    """May this be granted, and is it right? Writes nothing.

    Raises:
        AccessDenied: the rows opened, or the holder, lie outside the actor's own office and below; or what reaches
            the whole country is not granted by the centre.
        Invalid: something about the grant does not hold; a finding for each field.
        Refusal: the same grant stands for some of the days already.
    """
    access.require(actor, "grant", "manage", Facts(where.path, holder.path))
    access.require(actor, "grant", "manage", Facts(holder.path))
    if asked.relation == rules.SERVES:
        access.require(actor, "grant", "manage", Facts(paths.ROOT))
    found = [*_unknown(holder, where, asked), *rules.findings(asked, clock.today())]
    if not found and not rights.gains(access.policy(), holder.kind, asked.relation, {}):
        found.append(Finding("relation", N_("被授权方没有以这种关系办理的事项，授权后也不能办理任何事。")))
    if found:
        raise Invalid(found)
    rules.ensure_no_overlap(asked, queries.same_kind(asked))


def _unknown(holder: Office, where: Office, asked: rules.Wanted) -> list[Finding]:
    found = []
    if asked.relation not in RELATIONS:
        found.append(Finding("relation", N_("请选择授权关系。")))
    if asked.how not in HOWS:
        found.append(Finding("how", N_("请选择授权范围。")))
    for name, office in (("holder", holder), ("where", where)):
        if not office.active:
            found.append(Finding(name, N_("该机构已停用。")))
    return found


def give(holder: Office, where: Office, asked: rules.Wanted, *, actor: Actor) -> Grant:
    """Grant an exception; it works from its first day, on the holder's next request.

    Raises:
        As ``ensure``.
    """
    queries.lock(where)
    ensure(holder, where, asked, actor=actor)
    row = Grant(
        holder_path=asked.holder_path,
        relation=asked.relation,
        how=asked.how,
        where_path=asked.where_path,
        since=asked.since,
        until=asked.until,
        document=asked.document,
        granted_by_id=_acting_office(actor, where),
    )
    db.session.add(row)
    audit.record(actor, "grant.given", row, after=_facts(row))
    return row


def ensure_may_end(grant: Grant, *, actor: Actor) -> None:
    """Who may end a grant: whoever grants over its place, but not below the office that granted it.

    Raises:
        AccessDenied: the rows opened are not the actor's, or a higher office decided.
    """
    access.require(actor, "grant", "manage", grant)
    if grant.relation == rules.SERVES:
        access.require(actor, "grant", "manage", Facts(paths.ROOT))
    if grant.granted_by is not None and not access.can(
        actor, "grant", "manage", Facts(grant.granted_by.path)
    ):
        raise AccessDenied("grant-of-above", N_("此授权由上级机构办理，应由其终止。"))


def end(grant: Grant, last: date | None, reason: str, *, actor: Actor) -> Grant:
    """End a grant early: at once (``last`` None), or after its ``last`` day. The row stays.

    Raises:
        AccessDenied: see ``ensure_may_end``.
        Refusal: see ``rules.ensure_endable`` and ``rules.ensure_end``.
    """
    ensure_may_end(grant, actor=actor)
    today = clock.today()
    rules.ensure_endable(grant, today)
    rules.ensure_end(grant, last, reason, today)
    before = _facts(grant)
    if last is None:
        grant.stopped_on = today
    else:
        grant.until = last
    audit.record(actor, "grant.ended", grant, before=before, after=_facts(grant), reason=reason.strip())
    return grant


def _facts(row: Grant) -> dict[str, object]:
    names = ("holder_path", "relation", "how", "where_path", "since", "until", "stopped_on", "document")
    return {name: getattr(row, name) for name in names}


def _acting_office(actor: Actor, where: Office) -> int | None:
    """The office of the post that grants: the nearest one that covers the place."""
    policy = access.policy()
    able = [
        post
        for post in actor.posts
        if policy.lines_for(post.role, "grant", "manage") and paths.covers(post.path, where.path)
    ]
    nearest = max(able, key=lambda post: len(post.path), default=None)
    if nearest is None and not actor.is_system:
        raise Refusal("grant-by-nobody", N_("办理授权须有任职机构。"))
    return nearest.office_id if nearest else None
