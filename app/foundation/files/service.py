"""Taking a file in, handing it out, putting it away."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, BinaryIO

from flask import Response, after_this_request, current_app, has_request_context
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from app.foundation import access, audit
from app.foundation.database import db, in_transaction, transaction
from app.foundation.files import kinds, ofd, queries, scanning
from app.foundation.files.models import StoredFile
from app.foundation.jurisdiction import UnitScoped
from app.foundation.tenancy.models import Site
from app.kernel.errors import N_, NotSeen, Refusal

CHUNK = 64 * 1024
MEGABYTE = 1024 * 1024
_UNDO = "bianban.files.undo"
_DROP = "bianban.files.drop"


def store(
    stream: IO[bytes], filename: str, *, obj: str, parent: UnitScoped, kind: str, field: str = "file"
) -> StoredFile:
    """Take in an upload for ``parent``, inside the caller's transaction; rolled back, no file remains.

    Args:
        obj: the Casbin object that guards it, e.g. ``survey``.
        kind: the plugin's word for what it is, e.g. ``sealed_sheet``.
        field: the form field named in a refusal.

    Raises:
        Refusal: nothing was sent, it is too large, it is none of PDF, JPEG, PNG and OFD (S12), or the virus scanner
            found something (which is recorded with the parent) or does not answer.
        RuntimeError: no transaction is open.
    """
    if not in_transaction():
        raise RuntimeError("files.store outside transaction()")
    db.session.flush()
    stored_name = secrets.token_hex(16)
    with recorded_if_infected(parent, filename):
        content_type, size, digest = take_in(stream, stored_name, field)
    actor = access.current_actor()
    row = StoredFile(
        obj=obj,
        kind=kind,
        parent_table=queries.table_of(parent),
        parent_id=inspect(parent).identity[0],
        unit_id=parent.unit_id,
        site_id=_site_id(parent),
        name=kinds.clean_name(filename, content_type),
        content_type=content_type,
        size=size,
        sha256=digest,
        stored_name=stored_name,
        uploaded_by=actor.person_id,
    )
    db.session.add(row)
    audit.record(
        actor, "file.stored", row, after={"kind": kind, "name": row.name, "size": size, "sha256": digest}
    )
    return row


def locate(row: StoredFile) -> Path:
    """Where the bytes of a file lie.

    Raises:
        NotSeen: the record stands but the file is gone from the uploads folder.
    """
    return place(row.stored_name)


def open_(row: StoredFile) -> BinaryIO:
    """The bytes of a file the reader may see; the caller closes them.

    Raises:
        NotSeen: see ``locate``.
    """
    return opened(row.stored_name)


def take_in(stream: IO[bytes], stored_name: str, field: str) -> tuple[str, int, str]:
    """Write an upload under a random name; its content type, size and SHA-256. Rolled back, no file remains.

    Raises:
        Refusal: nothing was sent, it is too large, of a kind that is not taken, or not found clean.
    """
    content_type = _recognised(stream, field)
    _ensure_small(stream, field)
    scanning.ensure_clean(stream, field)
    return content_type, *_write(stream, _path(stored_name), field)


@contextmanager
def recorded_if_infected(parent: Any, filename: str) -> Iterator[None]:
    """What is refused as infected enters the record of ``parent``: in a transaction of its own, once the refused one
    is undone."""
    try:
        yield
    except scanning.Infected as infected:
        name = kinds.clean_name(filename, kinds.PDF)
        current_app.logger.warning("infected upload refused: %s", infected.threat)
        if has_request_context():
            model, pk, actor = type(parent), inspect(parent).identity[0], access.current_actor()
            after = {"name": name, "threat": infected.threat}

            @after_this_request
            def remember(response: Response) -> Response:
                with transaction():
                    row = db.session.get(model, pk)
                    if row is not None:  # begun in the very transaction that was undone
                        audit.record(actor, "file.infected", row, after=after)
                return response

        raise


def place(stored_name: str) -> Path:
    """Where the bytes of a stored name lie.

    Raises:
        NotSeen: they are gone from the uploads folder.
    """
    path = _path(stored_name)
    if not path.is_file():
        current_app.logger.error("file %s is missing", stored_name)
        raise NotSeen("file-missing", N_("文件已不在存储中，请联系系统管理岗从备份恢复。"))
    return path


def opened(stored_name: str) -> BinaryIO:
    """The bytes of a stored name; the caller closes them.

    Raises:
        NotSeen: see ``place``.
    """
    return place(stored_name).open("rb")


def drop(stored_name: str) -> None:
    """Remove the bytes when the caller's transaction commits."""
    db.session.info.setdefault(_DROP, []).append(_path(stored_name))


def discard(row: StoredFile, *, reason: str) -> None:
    """Put a file away for good: the record now, the bytes when the caller's transaction commits.

    Raises:
        RuntimeError: no transaction is open.
    """
    audit.record(
        access.current_actor(),
        "file.discarded",
        row,
        before={"kind": row.kind, "sha256": row.sha256},
        reason=reason,
    )
    db.session.delete(row)
    drop(row.stored_name)


def _site_id(parent: Any) -> int | None:
    """The site whose facts the parent carries, however many rows lie between; None when they are the unit's."""
    while not isinstance(parent, Site):
        name = parent.facts_source()
        if name == "unit":
            return None
        parent = getattr(parent, name)
    found: int = parent.id
    return found


def _path(stored_name: str) -> Path:
    return Path(current_app.config["UPLOADS_DIR"]) / stored_name[:2] / stored_name


def _recognised(stream: IO[bytes], field: str) -> str:
    stream.seek(0)
    front = stream.read(kinds.FRONT)
    stream.seek(0)
    if not front:
        raise Refusal("file-empty", N_("没有选择文件，或者文件是空的。"), field=field)
    content_type = kinds.recognise(front[: kinds.HEAD])
    if content_type is None or (content_type == kinds.OFD and not ofd.sound(stream)):
        raise Refusal(
            "file-kind",
            N_("只接收 PDF、JPEG、PNG 或者 OFD 文件，请另存为其中一种格式后重新上传。"),
            field=field,
        )
    if kinds.two_faced(front, content_type) or (content_type != kinds.OFD and ofd.is_archive(stream)):
        raise Refusal(
            "file-two-faced",
            N_("文件里夹带了另一种格式的内容，不予接收。请重新扫描或者导出后上传。"),
            field=field,
        )
    return content_type


def _too_large(limit: int, field: str) -> Refusal:
    return Refusal(
        "file-too-large",
        N_("文件超过 %(n)s MB 的上限，请压缩后重新上传。"),
        field=field,
        n=limit // MEGABYTE,
    )


def _ensure_small(stream: IO[bytes], field: str) -> None:
    """The scanner is asked only about what may be kept."""
    limit = int(current_app.config["UPLOAD_LIMIT"])
    if stream.seek(0, os.SEEK_END) > limit:
        raise _too_large(limit, field)
    stream.seek(0)


def _write(stream: IO[bytes], path: Path, field: str) -> tuple[int, str]:
    """Copy the stream to ``path``, readable by this account only; its size and SHA-256."""
    limit = int(current_app.config["UPLOAD_LIMIT"])
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    db.session.info.setdefault(_UNDO, []).append(path)
    digest, size = sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise _too_large(limit, field)
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()


def _settle(session: Session, remove: str, keep: str) -> None:
    session.info.pop(keep, None)
    for path in session.info.pop(remove, ()):
        path.unlink(missing_ok=True)


def _after_commit(session: Session) -> None:
    _settle(session, _DROP, _UNDO)


def _after_rollback(session: Session) -> None:
    _settle(session, _UNDO, _DROP)


def install() -> None:
    """Let the uploads folder follow commits and rollbacks of every session (idempotent)."""
    if not event.contains(Session, "after_commit", _after_commit):
        event.listen(Session, "after_commit", _after_commit)
        event.listen(Session, "after_rollback", _after_rollback)
