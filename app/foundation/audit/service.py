"""Recording, reading and verifying."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from app.foundation import bulk, clock
from app.foundation.access import Actor, facts_of, policy
from app.foundation.access.actors import UNGUARDED
from app.foundation.audit import chain
from app.foundation.audit.models import AuditEntry, AuditHead
from app.foundation.database import Encrypted, db, in_transaction
from app.foundation.jurisdiction import FactColumns

_PENDING = "bianban.audit.head"


def _key() -> str:
    return str(current_app.config["AUDIT_KEY"])


def _personal(model: Any) -> frozenset[str]:
    """Names of the fields kept encrypted: they enter the record as keyed digests only."""
    encrypted = {c.key for c in inspect(model).columns if isinstance(c.type, Encrypted)}
    return frozenset(encrypted | set(getattr(model, "__personal__", ())))


def _plain(values: Mapping[str, Any] | None, personal: frozenset[str]) -> dict[str, Any] | None:
    if values is None:
        return None
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name in personal and value not in (None, ""):
            found[name] = chain.digest(_key(), str(value))
        else:
            found[name] = value.isoformat() if isinstance(value, (date, datetime)) else value
    return found


def _post_used(actor: Actor, path: str | None) -> str:
    """The post the act rests on: the one nearest to the row among those the actor holds."""
    if actor.is_system:
        return _("系统任务")
    posts = sorted(actor.posts, key=lambda post: len(post.path), reverse=True)
    if path is not None:
        posts = [post for post in posts if path.startswith(post.path) or post.path.startswith(path)] or posts
    return "、".join(
        dict.fromkeys(f"{post.holder}·{policy().label('role', post.role)}" for post in posts[:1])
    )


def _lock_head() -> AuditHead:
    head = db.session.scalar(select(AuditHead).where(AuditHead.id == 1).with_for_update())
    if head is None:
        head = AuditHead(id=1, count=0, mac=chain.GENESIS, seal=chain.seal(_key(), 0, chain.GENESIS))
        db.session.add(head)
    return head


def record(
    actor: Actor,
    verb: str,
    resource: Any,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Append one act inside the caller's transaction.

    Args:
        verb: ``object.act`` in the past tense, e.g. ``application.submitted``.
        resource: the row acted on (flushed here, so that it has an id).
        before, after: the fields that changed; personal ones become keyed digests.

    Raises:
        RuntimeError: no transaction is open.
    """
    if not in_transaction():
        raise RuntimeError("audit.record outside transaction()")
    db.session.flush()
    head = _lock_head()
    path = facts_of(resource).review_path if isinstance(resource, FactColumns) else None
    act = Act(inspect(resource).identity[0], path, before, after, reason)
    values = _sealed(head, _shared(actor, verb, type(resource)), act, _post_used(actor, path))
    entry = AuditEntry(**values)
    db.session.add(entry)
    _closed(head)
    return entry


@dataclass(frozen=True)
class Act:
    """One of many acts recorded together: on which row, decided where, and what changed."""

    object_id: int
    review_path: str | None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""


def record_each(actor: Actor, verb: str, model: type[Any], acts: Iterable[Act]) -> int:
    """Append an entry for each of many acts of one kind, in their order; how many.

    Raises:
        RuntimeError: no transaction is open.
    """
    if not in_transaction():
        raise RuntimeError("audit.record_each outside transaction()")
    db.session.flush()
    head = _lock_head()
    db.session.flush()
    shared = _shared(actor, verb, model)
    posts: dict[str | None, str] = {}
    rows = []
    for act in acts:
        if act.review_path not in posts:
            posts[act.review_path] = _post_used(actor, act.review_path)
        rows.append(_sealed(head, shared, act, posts[act.review_path]))
    if rows:
        names = tuple(rows[0])
        bulk.spread(db.session.connection(), AuditEntry, names, ([row[n] for n in names] for row in rows))
        _closed(head)
    return len(rows)


def _shared(actor: Actor, verb: str, model: Any) -> dict[str, Any]:
    """What entries of one kind, made at one moment, have in common."""
    return {
        "wall_at": clock.wall(),
        "business_at": clock.now(),
        "person_id": actor.person_id,
        "person": actor.name,
        "verb": verb,
        "obj": model.__tablename__,
        "personal": _personal(model),
    }


def _sealed(head: AuditHead, shared: Mapping[str, Any], act: Act, post: str) -> dict[str, Any]:
    """The columns of the next entry; the head moves on to it."""
    personal = shared["personal"]
    values: dict[str, Any] = {
        **{name: value for name, value in shared.items() if name != "personal"},
        "seq": head.count + 1,
        "post": post,
        "object_id": act.object_id,
        "review_path": act.review_path,
        "reason": act.reason,
        "before": _plain(act.before, personal),
        "after": _plain(act.after, personal),
        "previous": head.mac,
    }
    values["mac"] = chain.mac(_key(), values)
    head.count, head.mac = values["seq"], values["mac"]
    return values


def _closed(head: AuditHead) -> None:
    """Write the head that stands after the last entry, and let the file follow on commit."""
    head.seal = chain.seal(_key(), head.count, head.mac)
    db.session.flush()
    db.session.info[_PENDING] = (head.count, head.mac, head.seal)


def _anchor() -> Path:
    return Path(current_app.config["INSTANCE_DIR"]) / "audit.head"


def _after_commit(session: Session) -> None:
    """Copy the head outside the database, where cutting the table's tail does not reach."""
    pending = session.info.pop(_PENDING, None)
    if pending is None:
        return
    path = _anchor()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        text = handle.read()
        kept = json.loads(text)["count"] if text else 0
        if pending[0] > kept:
            handle.seek(0)
            handle.truncate()
            json.dump({"count": pending[0], "mac": pending[1], "seal": pending[2]}, handle)


def outside_head() -> bytes | None:
    """The head kept outside the database, whole; None where nothing has been recorded yet."""
    try:
        with _anchor().open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH)
            return handle.read()
    except FileNotFoundError:
        return None


def put_outside_head(content: bytes) -> None:
    """Lay a restored head where there is none.

    Raises:
        FileExistsError: there is one.
    """
    path = _anchor()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(content)


def remove_outside_head() -> None:
    """Take away a head that was laid for a restoration that failed."""
    _anchor().unlink(missing_ok=True)


def _forget(session: Session) -> None:
    session.info.pop(_PENDING, None)


def install() -> None:
    """Keep the outside head in step with commits (idempotent)."""
    if not event.contains(Session, "after_commit", _after_commit):
        event.listen(Session, "after_commit", _after_commit)
        event.listen(Session, "after_rollback", _forget)


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    at: datetime
    person: str
    post: str
    verb: str
    reason: str
    after: Mapping[str, Any]


def timeline(resource: FactColumns) -> list[Entry]:
    """What happened to a row the reader already sees, newest first."""
    rows = db.session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.obj == inspect(type(resource)).local_table.description,
            AuditEntry.object_id == inspect(resource).identity[0],
        )
        .order_by(AuditEntry.seq.desc())
        .limit(200)
    )
    return [Entry(r.business_at, r.person, r.post, r.verb, r.reason, r.after or {}) for r in rows]


def _entries() -> Iterator[AuditEntry]:
    yield from db.session.scalars(
        select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=500, **UNGUARDED)
    )


def verify() -> list[str]:
    """Walk the chain and compare it with both heads; one Chinese sentence for each fault, none when it holds."""
    faults: list[str] = []
    previous, expected = chain.GENESIS, 1
    macs: dict[int, str] = {}
    for entry in _entries():
        if entry.seq != expected:
            missing = f"{expected}" if entry.seq == expected + 1 else f"{expected}–{entry.seq - 1}"
            faults.append(_("第 %(missing)s 条记录缺失", missing=missing))
        values = {name: getattr(entry, name) for name in chain.FIELDS}
        if chain.mac(_key(), values) != entry.mac:
            faults.append(_("第 %(seq)s 条记录被改动或系伪造", seq=entry.seq))
        elif entry.previous != previous and entry.seq == expected:
            faults.append(_("第 %(seq)s 条记录与前一条不衔接", seq=entry.seq))
        previous, expected = entry.mac, entry.seq + 1
        macs[entry.seq] = entry.mac
    faults.extend(_compare_heads(macs, expected - 1))
    return faults


def _compare_heads(macs: Mapping[int, str], count: int) -> list[str]:
    faults = []
    head = db.session.get(AuditHead, 1)
    if head is None:
        if macs:
            faults.append(_("库内链头缺失"))
    elif head.seal != chain.seal(_key(), head.count, head.mac):
        faults.append(_("库内链头被改动"))
    elif head.count != count or macs.get(count, chain.GENESIS) != head.mac:
        faults.append(_("库内链头记到第 %(head)s 条，记录只到第 %(count)s 条", head=head.count, count=count))
    if not _anchor().exists():
        if macs:
            faults.append(_("库外链头文件缺失：%(path)s", path=_anchor().name))
        return faults
    outside = json.loads(_anchor().read_text("utf-8") or '{"count": 0, "mac": "", "seal": ""}')
    if outside["seal"] != chain.seal(_key(), outside["count"], outside["mac"]):
        faults.append(_("库外链头被改动"))
    elif outside["count"] > count:
        faults.append(
            _("第 %(first)s–%(last)s 条记录被截去（库外链头为证）", first=count + 1, last=outside["count"])
        )
    elif macs.get(outside["count"], chain.GENESIS) != outside["mac"]:
        faults.append(_("第 %(seq)s 条记录与库外链头不符", seq=outside["count"]))
    return faults
