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
from app.foundation.access.guard import ForeignWrite
from app.foundation.access.policy import Policy, PolicyError
from app.foundation.access.service import (
    Explanation,
    can,
    explain,
    may,
    policy,
    require,
    require_any,
    scope,
    see,
    writable,
)

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
