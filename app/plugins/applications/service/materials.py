"""The materials of an application: add, replace and take back a file while it is being filled in."""

from __future__ import annotations

from typing import BinaryIO

from app.foundation import access, audit, files
from app.foundation.access import Actor
from app.kernel.errors import N_, NotSeen, Refusal
from app.plugins.applications import dossier
from app.plugins.applications.models import Application
from app.plugins.applications.service.filing import ensure_open

MOST_FILES = 12


def attach(
    application: Application, stream: BinaryIO, filename: str, kind: str, *, actor: Actor
) -> files.StoredFile:
    """Add a material of one of the kinds that the application needs or may have (C-art.5).

    Raises:
        AccessDenied, WrongState: as for ``save``.
        Refusal: an unknown kind, too many files, or what ``files.store`` refuses.
    """
    access.require(actor, "application", "edit", application)
    ensure_open(application)
    _ensure_kind(application, kind)
    _ensure_room(application, kind)
    row = files.store(stream, filename, obj="material", parent=application, kind=kind, field=kind)
    audit.record(actor, "application.attached", application, after={"kind": kind, "file": row.id})
    return row


def _ensure_kind(application: Application, kind: str) -> None:
    office = dossier.reviewing_office(application)
    if kind not in dossier.takes(application, office):
        raise Refusal("material-kind", N_("请选择材料种类。"), field="material")


def _ensure_room(application: Application, field: str) -> None:
    if len(dossier.materials(application)) >= MOST_FILES:
        raise Refusal("material-many", N_("材料最多 %(n)s 份，请先删除不用的。"), field=field, n=MOST_FILES)


def _material(application: Application, file_id: int) -> files.StoredFile:
    row = next((file for file in dossier.materials(application) if file.id == file_id), None)
    if row is None:
        raise NotSeen("material-not-seen", N_("没有找到该材料，可能已经删除。"))
    return row


def replace(
    application: Application, file_id: int, stream: BinaryIO, filename: str, *, actor: Actor
) -> files.StoredFile:
    """Put another file in a material's place while the application is being filled in; one that is refused changes nothing.

    Raises:
        AccessDenied, WrongState: as for ``save``.
        NotSeen: no such file of this application.
        Refusal: what ``files.store`` refuses.
    """
    access.require(actor, "application", "edit", application)
    ensure_open(application)
    old = _material(application, file_id)
    kind, former = old.kind, old.id
    row = files.store(
        stream, filename, obj="material", parent=application, kind=kind, field=f"file-{file_id}"
    )
    files.discard(old, reason="")
    audit.record(
        actor, "application.replaced", application,
        before={"kind": kind, "file": former}, after={"kind": kind, "file": row.id},
    )  # fmt: skip
    return row


def detach(application: Application, file_id: int, *, actor: Actor) -> None:
    """Take a material back while the application is being filled in.

    Raises:
        AccessDenied, WrongState: as for ``save``.
        NotSeen: no such file of this application.
    """
    access.require(actor, "application", "edit", application)
    ensure_open(application)
    row = _material(application, file_id)
    files.discard(row, reason="")
    audit.record(actor, "application.detached", application, before={"kind": row.kind, "file": row.id})
