"""Files a reviewer attaches to an item: seen by the reviewing office and those above, never by the applicant."""

from __future__ import annotations

from typing import IO

from app.foundation import access, audit, files
from app.foundation.access import Actor
from app.foundation.files import StoredFile
from app.foundation.files import queries as stored
from app.kernel.errors import N_, NotSeen, Refusal
from app.plugins.applications import flow, queries
from app.plugins.applications.models import Application, ChecklistItem

GUARD = "evidence"
MOST = 10


def _item(application: Application, number: int) -> ChecklistItem:
    found = next((item for item in application.items() if item.number == number), None)
    if found is None:
        raise NotSeen("item-not-seen", N_("核对事项只有五项，没有这一项。"))
    return found


def _ensure_in_review(application: Application, actor: Actor) -> None:
    access.require(actor, "application", "first-review", application)
    access.require(actor, GUARD, "edit", application)
    flow.ensure(application, "pass_first")
    access.ensure_another(
        actor, "application:first-review", {"application:submit": application.declared_by_id}
    )


def attach_evidence(
    application: Application, number: int, stream: IO[bytes], filename: str, *, actor: Actor
) -> StoredFile:
    """Keep a file with an item of the present round: a screenshot, a page of the approval (C-art.7).

    Raises:
        AccessDenied, WrongState: not the actor's to review, or no longer under first review.
        NotSeen: no such item.
        Refusal: the file is empty, too large, of a kind that is not taken, or there are too many.
    """
    _ensure_in_review(application, actor)
    item = _item(application, number)
    if len(queries.evidence_files([item])) >= MOST:
        raise Refusal(
            "evidence-many", N_("每项佐证最多 %(n)s 份，请先删除不用的。"), field=f"evidence-{number}", n=MOST
        )
    row = files.store(stream, filename, obj=GUARD, parent=item, kind=GUARD, field=f"evidence-{number}")
    audit.record(
        actor, "application.evidence_attached", application, after={"item": number, "sha256": row.sha256}
    )
    return row


def discard_evidence(application: Application, file_id: int, *, actor: Actor) -> None:
    """Put such a file away while the review goes on.

    Raises:
        AccessDenied, WrongState: as for ``attach_evidence``; or the file is somebody else's to put away.
        NotSeen: no such file with an item of the present round.
    """
    _ensure_in_review(application, actor)
    row, items = stored.get(file_id), {item.id: item for item in application.items()}
    access.require(actor, row.obj, "edit", row)
    if all(one.id != row.id for one in queries.evidence_files(items.values())):
        raise NotSeen("evidence-not-seen", N_("没有找到该佐证，可能已经删除。"))
    number = items[row.parent_id].number
    files.discard(row, reason="")
    audit.record(
        actor, "application.evidence_discarded", application, before={"item": number, "file": file_id}
    )
