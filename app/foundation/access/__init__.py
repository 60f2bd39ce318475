"""Who may do what to whom: Casbin decides a verb, and the same policy lines filter every list."""

from app.foundation.access.actors import (
    ANONYMOUS,
    EVERYWHERE,
    NOBODY,
    Actor,
    PostFact,
    acting_as,
    actor_for,
    current_actor,
    system,
)
from app.foundation.access.facts import Facts, facts_of
from app.foundation.access.policy import Policy, PolicyError
from app.foundation.access.service import (
    Explanation,
    can,
    ensure_another,
    explain,
    may,
    policy,
    require,
    require_any,
    scope,
    see,
    writable,
)
from app.foundation.access.settling import ForeignWrite

__all__ = [
    "ANONYMOUS",
    "EVERYWHERE",
    "NOBODY",
    "Actor",
    "Explanation",
    "Facts",
    "ForeignWrite",
    "Policy",
    "PolicyError",
    "PostFact",
    "acting_as",
    "actor_for",
    "can",
    "current_actor",
    "ensure_another",
    "explain",
    "facts_of",
    "may",
    "policy",
    "require",
    "require_any",
    "scope",
    "see",
    "system",
    "writable",
]
