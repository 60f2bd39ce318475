"""A badge: issued, set aside for a while, or revoked for good (C-art.19)."""

from __future__ import annotations

from statemachine import State, StateMachine


class BadgeFlow(StateMachine):
    """Revocation is final; a site that passes again gets a new badge."""

    issued = State(initial=True)
    suspended = State()
    revoked = State(final=True)

    suspend = issued.to(suspended)
    resume = suspended.to(issued)
    revoke = issued.to(revoked) | suspended.to(revoked)
