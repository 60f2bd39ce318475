"""The verbs: make a document, take its file; and whether it still says what is so. None commits."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Refusal, WrongState
from app.plugins.applications import service as applications
from app.plugins.applications.fields import masked
from app.plugins.applications.models import Application
from app.plugins.letters import numbering, queries, typesetting
from app.plugins.letters.drafts.common import office_at, said
from app.plugins.letters.kinds import BY_KEY, Kind
from app.plugins.letters.labels import PARTS
from app.plugins.letters.models import Letter

TASK = "letters"
TOKEN_BYTES = 15
PURPOSE = N_("打印申请表")


@dataclass(frozen=True)
class Standing:
    """Whether a document still holds: ``why`` it does not, and which parts say something else now.

    ``same_edition`` says whether its file can be made again byte for byte.
    """

    current: bool
    why: Refusal | None = None
    changed: tuple[Any, ...] = ()
    replaced_by: Letter | None = None
    same_edition: bool = True


def issue(kind: Kind, subject: Any, *, actor: Actor, by: Actor | None = None) -> Letter:
    """Make a document of what stands now; one that says the same already is that one.

    ``by``: whose act it follows, where the platform makes it.

    Raises:
        AccessDenied: the actor may not make it, or (a form) may not see the two people's data.
        WrongState: there is no such document in this state (A4.注2).
    """
    (letter,) = issue_each(kind, [subject], actor=actor, by=by)
    return letter


def issue_each(kind: Kind, subjects: Sequence[Any], *, actor: Actor, by: Actor | None = None) -> list[Letter]:
    """The same of several rows, in their order: all of them or none.

    Raises:
        AccessDenied, WrongState: as for ``issue``.
    """
    for subject in subjects:
        access.require(actor, "letter", kind.act, subject)
    if kind.personal:
        applications.reveal_each(subjects, actor=actor, purpose=PURPOSE)
    now = clock.now()
    drafts = {subject.id: _dated(kind, draft(kind, subject), now) for subject in subjects}
    found = {
        key: last
        for key, last in queries.latest_of(kind.subject, list(drafts), kind.key).items()
        if _says(last, kind, drafts[key])
    }
    fresh = [subject for subject in subjects if subject.id not in found]
    made = _made(kind, fresh, drafts, now, by or actor)
    return [found.get(subject.id) or made[subject.id] for subject in subjects]


def _dated(kind: Kind, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {**data, "day": said(now)} if kind.dated else data


def draft(kind: Kind, subject: Any, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a document would say now, read by the platform; ``kept`` is what an earlier one says.

    Raises:
        WrongState: there is none in this state.
    """
    with access.acting_as(access.system(TASK, over=_path(subject))), db.session.no_autoflush:
        if kept is not None and "applications" in kept:
            return kind.draft(subject, kept["applications"])
        return kind.draft(subject)


def _says(letter: Letter, kind: Kind, data: Mapping[str, Any]) -> bool:
    """Whether a document says just that, on the sheet of today."""
    held = {name: value for name, value in sealed(letter).items() if name != "mark"}
    return letter.edition == typesetting.edition(kind) and held == data


def _made(
    kind: Kind, subjects: Sequence[Any], drafts: Mapping[int, dict[str, Any]], now: datetime, by: Actor
) -> dict[int, Letter]:
    """New rows, numbered in each office's own order, with their entries in the record."""
    rows: dict[int, Letter] = {}
    for path, some in groupby(sorted(subjects, key=_path), key=_path):
        those = sorted(some, key=lambda one: one.id)
        numbers = numbering.next_numbers(office_at(path), clock.localise(now).year, len(those))
        for subject, number in zip(those, numbers, strict=True):
            rows[subject.id] = _row(kind, subject, drafts[subject.id], number, now, by)
    db.session.add_all(rows.values())
    db.session.flush()
    audit.record_each(
        by,
        "letter.issued",
        Letter,
        [
            audit.Act(
                row.id,
                row.review_path,
                after={"kind": kind.key, "number": row.number, "content": row.content},
            )
            for row in rows.values()
        ],
    )
    return rows


def _path(subject: Any) -> str:
    found: str = subject.path if isinstance(subject, Office) else subject.review_path
    return found


def _row(kind: Kind, subject: Any, data: Mapping[str, Any], number: str, now: datetime, by: Actor) -> Letter:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    marked = typesetting.marked(token, number)
    row = Letter(
        kind=kind.key,
        number=number,
        token=token,
        about=_about(subject),
        unit_id=getattr(subject, "unit_id", None),
        data=typesetting.canonical({**data, "mark": marked}),
        content=typesetting.content_of(kind, data),
        edition=typesetting.edition(kind),
        issued_at=now,
        issued_by_id=by.person_id,
        issued_by=by.name,
    )
    setattr(row, kind.subject, subject)
    return row


def _about(subject: Any) -> str:
    if isinstance(subject, Office):
        return subject.name
    site = subject.name if hasattr(subject, "hosts") else subject.site_name
    return f"{subject.organ_name} · {site}"


def sealed(letter: Letter) -> dict[str, Any]:
    """What a document was filled with."""
    found: dict[str, Any] = json.loads(letter.data)
    return found


def subject_of(letter: Letter) -> Any:
    """What a document is about."""
    name = BY_KEY[letter.kind].subject
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        return getattr(letter, name)


def standing(letter: Letter) -> Standing:
    """Compare it with what it would say now."""
    kind, subject = BY_KEY[letter.kind], subject_of(letter)
    same = letter.edition == typesetting.edition(kind)
    newer = queries.latest(kind.subject, subject.id, letter.kind)
    replaced = newer if newer is not None and newer.id != letter.id else None
    before = sealed(letter)
    try:
        now = draft(kind, subject, before)
    except WrongState as gone:
        return Standing(False, gone, replaced_by=replaced, same_edition=same)
    if typesetting.content_of(kind, now) == letter.content:
        return Standing(True, same_edition=same)
    different = [name for name in now if not (kind.dated and name == "day") and now[name] != before.get(name)]
    labels = dict.fromkeys(str(PARTS[name]) for name in different if name in PARTS)
    return Standing(False, changed=tuple(labels), replaced_by=replaced, same_edition=same)


def take(letter: Letter, *, actor: Actor) -> bytes:
    """The file of a document, the same bytes each time; a form's is a look at the two people's data.

    Raises:
        AccessDenied: the actor may not see it, or not what is in it.
        WrongState: its sheet has been redrawn since: the same bytes cannot be made again.
        RuntimeError: the same data and sheet gave other bytes: a fault of ours.
    """
    access.require(actor, "letter", actor.reads, letter)
    kind = BY_KEY[letter.kind]
    if kind.personal:
        access.require(actor, "application", "reveal", subject_of(letter))
    if letter.edition != typesetting.edition(kind):
        raise WrongState(
            "letter-edition",
            N_("该文书生成以后版式已经更新，不能再生成与原件完全相同的文件。请重新生成一份。"),
        )
    made = typesetting.one(letter)
    seal(letter, hashlib.sha256(made).hexdigest())
    if kind.personal:  # one entry says both: whose data were looked at, and on which letter
        applications.reveal(subject_of(letter), actor=actor, purpose=f"{PURPOSE} {letter.number}")
    else:
        audit.record(actor, "letter.taken", letter, after={"sha256": letter.sha256})
    return made


def seal(letter: Letter, sha256: str) -> None:
    """Keep the hash of its file, once.

    Raises:
        RuntimeError: it had another one.
    """
    if letter.sha256 is not None:
        if letter.sha256 != sha256:
            raise RuntimeError(f"letter {letter.number}: not the same bytes again")
        return
    with access.acting_as(access.system(TASK, over=letter.review_path)):
        letter.sha256 = sha256
        db.session.flush()


def preview(application: Application, *, actor: Actor) -> bytes:
    """The form with the two people's kept data masked, without a number: to look at, not to hand in.

    Raises:
        AccessDenied: the actor may not see the application.
        WrongState: the first review has not passed (A4.注2).
    """
    access.require(actor, "application", actor.reads, application)
    data = draft(BY_KEY["form"], application)
    for who in ("leader", "handler"):
        data[who] = {
            name: masked(f"{who}_{name}", value) if name in {"mobile", "email"} else value
            for name, value in data[who].items()
        }
    data |= {
        "id_number": masked("handler_id_number", data["id_number"]),
        "masked": True,
        "copies": 1,
    }
    return typesetting.set_in([typesetting.drawn(data)], "申请表")
