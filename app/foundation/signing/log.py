"""Writing the sign-in log."""

from __future__ import annotations

from flask import current_app, has_request_context, request
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.audit import chain
from app.foundation.database import db
from app.foundation.signing.models import SignInRecord
from app.foundation.telemetry import counters
from app.foundation.tenancy.models import Person

TASK = "sign-in"
AGENT_KEPT = 200
ADDRESS_KEPT = 45


def address() -> str:
    """The network address of the request; nothing outside one."""
    return (request.remote_addr or "")[:ADDRESS_KEPT] if has_request_context() else ""


def agent() -> str:
    """What the browser calls itself, cut to what is kept."""
    text = str(request.user_agent) if has_request_context() else ""
    return "".join(c if c.isprintable() else "□" for c in text)[:AGENT_KEPT]


def unknown_here(person_id: int) -> bool:
    """Whether somebody who has signed in before never did from this address; his very first time is not told."""
    successes = select(SignInRecord.id).where(
        SignInRecord.person_id == person_id, SignInRecord.outcome == "success"
    )
    before, here = (
        db.session.scalar(query.limit(1))
        for query in (successes, successes.where(SignInRecord.address == address()))
    )
    return before is not None and here is None


def digest(username: str) -> str:
    """An account name as locks and the log know it: comparable, not readable."""
    return chain.digest(str(current_app.config["AUDIT_KEY"]), "account:" + username.strip().casefold())


def write(outcome: str, person: Person | None, username: str = "", *, kind: str = "browser") -> None:
    """One line, inside the caller's transaction; a name that is no account is not kept in clear."""
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        db.session.add(
            SignInRecord(
                at=clock.wall(),
                outcome=outcome,
                kind=kind,
                person_id=person.id if person is not None else None,
                username=person.username if person is not None else "",
                name=person.display_name if person is not None else "",
                account_digest=digest(person.username if person is not None else username),
                address=address(),
                agent=agent(),
            )
        )
        db.session.flush()
    counters.signed_in(outcome, kind)
