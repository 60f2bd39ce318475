"""Doing jobs: take one, run it as the right actor, say how it ended, all of it safe against dying at any point."""

from __future__ import annotations

import secrets
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.foundation import access, clock
from app.foundation.access import Actor, actors
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import db
from app.foundation.jobs import statements
from app.foundation.jobs.kinds import Cancelled, GiveUp, Interrupted, Kind, Lost, Retry, catalogue
from app.foundation.jobs.marks import Marks
from app.foundation.jobs.models import CANCELLED, DEAD, DONE, ERROR_KEPT, HANDED, WAITING
from app.foundation.jobs.rules import rules, wait
from app.foundation.jobs.turn import book_keeping
from app.foundation.jobs.work import Claim, Work
from app.foundation.telemetry import attempt
from app.foundation.tenancy.models import Person
from app.kernel.errors import N_, Refusal

SLICE = 1.0  # seconds for which one message's jobs are begun; the rest go back and others get their turn
USUAL_LEASE = Kind.lease

NO_KIND = N_("本程序没有这一类任务的处理程序。")
NO_PERSON = N_("提出任务的人员账号已停用或者不存在。")


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended: the columns to set."""

    values: dict[str, Any]


@dataclass
class Runner:
    """Does jobs in this thread.

    Attributes:
        holder: the process, as leases know it.
        chance: random numbers from 0 up to 1, for the waits.
        stopping: set when the process is to end.
        marks: where it is said how jobs ended; without, in a transaction for each.
    """

    app: Flask
    holder: str
    chance: Callable[[], float] = field(default=secrets.SystemRandom().random)
    stopping: Event = field(default_factory=Event)
    marks: Marks | None = None

    def work(self, ids: Sequence[int], *, states: tuple[str, ...] = (HANDED,)) -> int:
        """Do the jobs of one message, one after another; how many were begun.

        Those that somebody else has, or that are done, are passed over: a message may come twice. What fails in the
        book-keeping is left to the leases.
        """
        marks = self.marks or Marks(self.app)
        begun = 0
        until = time.monotonic() + SLICE
        try:
            claims = self._take(ids, states)
            for claim in claims:
                if begun and (time.monotonic() > until or self.stopping.is_set()):
                    self._give_back(claims[begun:])
                    break
                begun += 1
                self._one(claim, marks)
        except SQLAlchemyError as error:
            self.app.logger.warning("jobs: the database did not take it: %s", type(error).__name__)
        return begun

    # -- taking ----------------------------------------------------------------------------------------------

    def _take(self, ids: Sequence[int], states: tuple[str, ...]) -> list[Claim]:
        """Those of the jobs that can be taken, in the given order, in one transaction."""
        now = clock.wall()
        usual = timedelta(seconds=USUAL_LEASE)
        with self.app.app_context(), book_keeping():
            found = {row.id: row for row in statements.take(ids, states, self.holder, now, now + usual)}
            claims = [self._claim(found[one]) for one in dict.fromkeys(ids) if one in found]
            for claim in claims:
                if claim.lease != usual:
                    claim.change(lease_until=now + claim.lease)
        return claims

    def _claim(self, row: Any) -> Claim:
        kind = catalogue().get(row.kind)
        return Claim(
            id=row.id,
            kind=row.kind,
            payload=row.payload,
            attempt=row.attempts,
            path=row.review_path,
            person_id=row.person_id,
            holder=self.holder,
            lease=timedelta(seconds=kind.lease if kind is not None else USUAL_LEASE),
        )

    def _give_back(self, claims: Sequence[Claim]) -> None:
        with self.app.app_context(), book_keeping():
            statements.give_back(claims)

    # -- one attempt -----------------------------------------------------------------------------------------

    def _one(self, claim: Claim, marks: Marks) -> None:
        """Run one job and say how it ended."""
        kind = catalogue(self.app).get(claim.kind)
        watched = attempt(claim.id, claim.kind, claim.attempt, known=kind is not None)
        with self.app.app_context(), watched as seen:
            work = Work(claim, self.stopping)
            try:
                if kind is None:
                    raise GiveUp(NO_KIND)
                if kind.inside:
                    self._inside(kind, work, claim)
                    seen.ended = DONE
                    return
                with access.acting_as(actor_of(kind, claim)):
                    kind.run(work)
                values = done()
            except Lost:
                self.app.logger.warning("job %s: another worker has it", claim.id)
                return
            except Exception as error:
                values = self._failed(kind, claim, error)
            seen.ended = values["state"]
        marks.settle(claim, values)

    def _inside(self, kind: Kind, work: Work, claim: Claim) -> None:
        """The work and its done mark in one transaction.

        Had somebody else taken it meanwhile, the mark would find no row, and all of it be undone.
        """
        with book_keeping(aside=False):
            with access.acting_as(actor_of(kind, claim)):
                kind.run(work)
                db.session.flush()
            claim.change(**done())

    # -- how it ended ----------------------------------------------------------------------------------------

    def _failed(self, kind: Kind | None, claim: Claim, error: Exception) -> dict[str, Any]:
        if isinstance(error, Cancelled):
            return ended(CANCELLED)
        if isinstance(error, Interrupted):
            return {**again(timedelta(0)), "attempts": claim.attempt - 1}
        reason = said(error)
        self.app.logger.warning("job %s (%s), attempt %s: %s", claim.id, claim.kind, claim.attempt, reason)
        most = 0 if kind is None or isinstance(error, (GiveUp, Refusal)) else kind.attempts
        if claim.attempt >= most:
            return {**ended(DEAD), "error": reason}
        delay = error.delay if isinstance(error, Retry) else None
        if delay is None:
            delay = wait(claim.attempt, self.chance(), rules())
        return {**again(delay), "error": reason}


def done() -> dict[str, Any]:
    """The columns of a job that is done."""
    return {**ended(DONE), "error": ""}


def ended(state: str) -> dict[str, Any]:
    """The columns of a job to which nothing more will happen."""
    return {"state": state, "done_at": clock.wall(), "lease_until": None}


def again(delay: timedelta) -> dict[str, Any]:
    """The columns of a job that waits for another attempt."""
    return {"state": WAITING, "due_at": clock.wall() + delay, "lease_until": None, "holder": ""}


def said(error: BaseException) -> str:
    """Why it failed, without what an exception's text may carry of persons: our own words, or its kind and place."""
    if isinstance(error, (Retry, GiveUp)) and error.reason:
        return error.reason[:ERROR_KEPT]
    if isinstance(error, Refusal):
        return f"{error.code}: {error.message}"[:ERROR_KEPT]
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"[:ERROR_KEPT]


def actor_of(kind: Kind, claim: Claim) -> Actor:
    """As whom a job acts.

    Raises:
        GiveUp: on behalf of a person whose account is disabled or gone.
    """
    if not kind.on_behalf:
        return access.system(f"job:{kind.name}", over=claim.path)
    query = select(Person).where(Person.id == claim.person_id, Person.active.is_(True))
    person = db.session.scalar(query, execution_options=UNGUARDED)
    if person is None:
        raise GiveUp(NO_PERSON)
    return actors.load(person)
