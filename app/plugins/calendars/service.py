"""The verbs: propose an arrangement, confirm it, give it up. Undoing one is pasting the right one (traps: 暂定)."""

from __future__ import annotations

from app.foundation import access, audit, clock, jobs
from app.foundation.access import Actor
from app.foundation.clock import arrangement
from app.foundation.clock.arrangement import Arrangement
from app.foundation.clock.calendar import CalendarError
from app.foundation.clock.models import HolidayArrangement
from app.foundation.database import db
from app.kernel import paths
from app.kernel.errors import N_, Finding, Invalid, Stale
from app.plugins.calendars import flow, queries
from app.plugins.calendars.recount import KIND

TASK = "holiday arrangement"
DOCUMENT_LONGEST = 60


def ensure_may(actor: Actor) -> None:
    """Whether the actor keeps the calendar.

    Raises:
        AccessDenied: no such post at the centre.
    """
    access.require(actor, "calendar", "arrange", queries.centre())


def propose(text: str, *, year: int | None, document: str, actor: Actor) -> HolidayArrangement:
    """Read a pasted notice and keep it to be looked through; nothing moves yet.

    Raises:
        AccessDenied: see ``ensure_may``.
        Invalid: it cannot be read, contradicts itself, or only changes a year that has no arrangement yet.
    """
    ensure_may(actor)
    found = arrangement.parse(text, year=year, document=document[: DOCUMENT_LONGEST + 1])
    if len(found.document) > DOCUMENT_LONGEST:
        raise _invalid("document", N_("文号不超过 %(n)s 个字。"), n=DOCUMENT_LONGEST)
    row = HolidayArrangement(
        year=found.year, document=found.document, text=text.strip(), whole=found.whole, days=_days(found),
        notes=list(found.notes), proposed_at=clock.wall(), proposed_by=actor.name,
    )  # fmt: skip
    flow.ArrangementFlow(row)  # puts it into its initial state
    try:
        queries.calendar_of(row)
    except CalendarError as error:
        raise _invalid("text", N_("与另一年的安排相抵触，请核对：%(error)s"), error=str(error)) from error
    _write(row)
    audit.record(actor, "calendar.proposed", row, after={"year": row.year, "document": row.document})
    return row


def _invalid(field: str, message: str, **params: object) -> Invalid:
    return Invalid([Finding(field, message, code="arrangement", params=params)])


def _days(found: Arrangement) -> list[list[object]]:
    """All days of the year's table: what a notice about a few days leaves out stays as it stands."""
    calendar = clock.calendar()
    if not found.whole and not calendar.standing(found.year).certain:
        raise _invalid(
            "text",
            N_("正文不是%(year)s年的全年安排（缺少部分节日），而该年还没有全年安排。请粘贴全年安排。"),
            year=found.year,
        )
    days = {} if found.whole else dict(calendar.arranged(found.year))
    days |= {one.day: (one.worked, one.name) for one in found.days}
    return [[day.isoformat(), worked, name] for day, (worked, name) in sorted(days.items())]


def confirm(row: HolidayArrangement, *, seen: str, actor: Actor) -> HolidayArrangement:
    """Let it stand: every process reads the new calendar, running clocks are counted anew by a job.

    Args:
        seen: the calendar that the changes were shown against (``queries.edition``).

    Raises:
        AccessDenied: see ``ensure_may``.
        WrongState: confirmed or given up already.
        Stale: another arrangement was confirmed since.
    """
    ensure_may(actor)
    _hold(row)
    if row.state == "proposed" and seen != queries.edition():
        raise Stale("calendar-stale", N_("日历刚刚由他人更新，变动的日期可能不同。请重新核对后再确认。"))
    changes = queries.changes(row)
    flow.take(row, "confirm")
    row.changes = [[one.day.isoformat(), one.worked] for one in changes]
    row.confirmed_at, row.confirmed_by = clock.wall(), actor.name
    _write(row)
    clock.forget_arranged()
    after = {"year": row.year, "document": row.document, "changes": len(changes)}
    audit.record(actor, "calendar.confirmed", row, after=after)
    jobs.put(KIND, {"arrangement": row.id}, path=paths.ROOT, key=str(row.id), person_id=actor.person_id)
    return row


def cancel(row: HolidayArrangement, *, actor: Actor) -> HolidayArrangement:
    """Give it up before it was confirmed.

    Raises:
        AccessDenied, WrongState: as for ``confirm``.
    """
    ensure_may(actor)
    _hold(row)
    flow.take(row, "cancel")
    _write(row)
    audit.record(actor, "calendar.cancelled", row, after={"state": row.state})
    return row


def _hold(row: HolidayArrangement) -> None:
    """One arrangement is decided at a time: row and calendar are read again behind the lock."""
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        queries.hold()
        db.session.refresh(row)
    clock.forget_arranged()


def _write(row: HolidayArrangement) -> None:
    """The row is the platform's to write: whoever acts was asked above."""
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        db.session.add(row)
        db.session.flush()
