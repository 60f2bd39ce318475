"""The verbs of a version: prepare, lock, report, withdraw, receive, return, share and take the share back (S14)."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.kernel.errors import N_, Refusal, Stale, WrongState
from app.plugins.aggregates import exporting, flow, queries, rules, signals, taking
from app.plugins.aggregates.models import AggregateSnapshot, AggregateVersion
from app.plugins.surveys.place import Place


def prepare(place: Place, *, actor: Actor) -> AggregateVersion:
    """Begin a version: the first of the office in this survey, or one that corrects the last.

    Raises:
        AccessDenied: not the actor's office.
        WrongState: one is being prepared already.
        NotSeen: no survey is under way here.
    """
    office, plan = place.office, place.survey
    access.require(actor, "aggregate", "aggregate", office)
    number = rules.next_number(queries.versions(actor, office, plan.id))
    row = AggregateVersion(office_id=office.id, campaign_id=plan.id, number=number)
    flow.AggregateFlow(row)  # puts it into its initial state
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise WrongState(
            "aggregate-draft-open", N_("已有一版汇总正在准备，请先核对并锁定，再编制新的一版。")
        ) from error
    audit.record(actor, "aggregate.prepared", row, after={"number": number, "document": plan.document})
    return row


def lock(
    row: AggregateVersion, place: Place, note: str, *, actor: Actor, version: int | None = None
) -> AggregateVersion:
    """Take the snapshot: what is in at this moment, and what is missing. It never changes again.

    Raises:
        AccessDenied, WrongState, Stale: not the actor's office, locked already, or changed meanwhile.
        Invalid: a correction that does not say what it corrects.
        Refusal: there is nothing to lock.
    """
    access.require(actor, "aggregate", "aggregate", row)
    _ensure_current(row, version)
    note = rules.ensure_note(row.number, note)
    content = taking.content(place, row.number)
    rules.ensure_something(content)
    now = clock.now()
    flow.take(row, "lock")
    row.note, row.digest, row.totals = note, content.digest, asdict(content.totals)
    row.locked_at, row.locked_by = now, actor.name
    db.session.add(AggregateSnapshot(office_id=row.office_id, version_id=row.id, content=content.plain()))
    audit.record(
        actor, "aggregate.locked", row, after={"digest": row.digest, "totals": row.totals}, reason=note
    )
    signals.locked.send(row, actor=actor)
    return row


def report(row: AggregateVersion, *, actor: Actor, version: int | None = None) -> AggregateVersion:
    """Hand a locked version to the office above.

    Raises:
        AccessDenied, WrongState, Stale: not the head's of this office, not locked, not the newest, or changed.
        Refusal: there is no office above.
    """
    access.require(actor, "aggregate", "publish", row)
    _ensure_current(row, version)
    rules.ensure_upper(row.review_path)
    rules.ensure_latest(row, queries.versions(actor, row.office, row.campaign_id))
    now = clock.now()
    flow.take(row, "report")
    row.reported_at, row.reported_by = now, actor.name
    audit.record(actor, "aggregate.reported", row, after={"state": row.state, "digest": row.digest})
    signals.reported.send(row, actor=actor)
    return row


def withdraw(row: AggregateVersion, *, actor: Actor) -> AggregateVersion:
    """Take a reported version back before it is received.

    Raises:
        AccessDenied, WrongState: not the head's of this office, or received meanwhile.
    """
    access.require(actor, "aggregate", "publish", row)
    flow.take(row, "withdraw")
    audit.record(actor, "aggregate.withdrawn", row, after={"state": row.state})
    signals.withdrawn.send(row, actor=actor)
    return row


def receive(row: AggregateVersion, *, actor: Actor, version: int | None = None) -> AggregateVersion:
    """Accept a lower office's version: from now on the own aggregate takes it in.

    Raises:
        AccessDenied, WrongState, Stale: not directly below, not waiting, or changed meanwhile.
    """
    _ensure_receives(row, actor)
    _ensure_current(row, version)
    now = clock.now()
    flow.take(row, "receive")
    row.received_at, row.received_by = now, actor.name
    audit.record(actor, "aggregate.received", row, after={"state": row.state, "digest": row.digest})
    signals.received.send(row, actor=actor)
    return row


def return_(
    row: AggregateVersion, reason: str, *, actor: Actor, version: int | None = None
) -> AggregateVersion:
    """Send a lower office's version back, saying why; it corrects it by a new version.

    Raises:
        AccessDenied, WrongState, Stale: as ``receive``.
        Invalid: no reason.
    """
    _ensure_receives(row, actor)
    _ensure_current(row, version)
    reason = rules.ensure_reason(reason)
    flow.take(row, "return_")
    row.return_reason = reason
    audit.record(actor, "aggregate.returned", row, after={"state": row.state}, reason=reason)
    signals.returned.send(row, actor=actor)
    return row


def share(row: AggregateVersion, *, actor: Actor) -> AggregateVersion:
    """Let those the office shares its figures with read and export this version, and nothing else.

    Raises:
        AccessDenied: not the head's of this office.
        WrongState: not locked yet, shared already, or not the newest.
        Refusal: no document shares the office's figures with anybody.
    """
    access.require(actor, "aggregate", "publish", row)
    if row.state == "draft" or row.shared_at is not None:
        raise WrongState("aggregate-not-sharable", N_("锁定的汇总才可以共享，已经共享的不必重复办理。"))
    rules.ensure_latest(row, queries.versions(actor, row.office, row.campaign_id))
    named = queries.sharing(row.office, clock.today())
    if not named:
        raise Refusal(
            "aggregate-shared-with-nobody",
            N_("没有文件将本机构的汇总共享给其他机构。请先在“授权与共享”中凭文件办理，再共享。"),
        )
    row.shared_at, row.shared_by = clock.now(), actor.name
    audit.record(actor, "aggregate.shared", row, after={"with": [name for name, _document in named]})
    signals.shared.send(row, actor=actor)
    return row


def unshare(row: AggregateVersion, reason: str, *, actor: Actor) -> AggregateVersion:
    """Take the share back: whoever had it no longer finds the version, nor a file of it that waits on the desk.

    Raises:
        AccessDenied, WrongState: not the head's of this office, or not shared.
        Invalid: no reason.
    """
    access.require(actor, "aggregate", "publish", row)
    if row.shared_at is None:
        raise WrongState("aggregate-not-shared-now", N_("这一版汇总没有共享，或者已经撤销。"))
    reason = rules.ensure_reason(reason)
    row.shared_at, row.shared_by = None, ""
    exporting.expire(row)
    audit.record(actor, "aggregate.unshared", row, reason=reason)
    signals.unshared.send(row, actor=actor)
    return row


def receives_at(actor: Actor) -> list[str]:
    """The offices for which the actor receives what those below hand up."""
    policy = access.policy()
    return [post.path for post in actor.posts if policy.lines_for(post.role, "aggregate", "receive")]


def _ensure_receives(row: AggregateVersion, actor: Actor) -> None:
    access.require(actor, "aggregate", "receive", row)
    if not actor.is_system:
        rules.ensure_next_above(row, receives_at(actor))


def _ensure_current(row: AggregateVersion, version: int | None) -> None:
    if version is not None and version != row.version:
        raise Stale("stale", N_("您打开页面之后，他人办理了这一版汇总，本次没有办理。请核对后再办理。"))
