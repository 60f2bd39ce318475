"""How a password is kept: Argon2id; older scrypt and PBKDF2 hashes are still read."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from werkzeug.security import check_password_hash

from app.foundation.signing.rules import rules_of

ARGON2 = "$argon2"


@lru_cache(maxsize=4)
def _hasher(memory: int, rounds: int, lanes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=rounds, memory_cost=memory, parallelism=lanes)


def _current() -> PasswordHasher:
    cost = rules_of(current_app).cost
    return _hasher(cost.memory, cost.rounds, cost.lanes)


@lru_cache(maxsize=4)
def _dummy(memory: int, rounds: int, lanes: int) -> str:
    return _hasher(memory, rounds, lanes).hash("nobody's password")


def normal(password: str) -> str:
    """One spelling for what an input method may give in full or half width (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """The hash to store."""
    return _current().hash(normal(password))


def verify(hashed: str | None, password: str) -> bool:
    """Whether ``password`` is the one behind ``hashed``; without a hash the same work is done for nothing."""
    if not hashed:
        cost = rules_of(current_app).cost
        verify(_dummy(cost.memory, cost.rounds, cost.lanes), password)
        return False
    if not hashed.startswith(ARGON2):
        try:
            return bool(check_password_hash(hashed, password))
        except ValueError:
            return False
    try:
        return _current().verify(hashed, normal(password))
    except (VerificationError, InvalidHashError):
        return False


def outdated(hashed: str) -> bool:
    """Whether a hash was made another way than today's."""
    return not hashed.startswith(ARGON2) or _current().check_needs_rehash(hashed)
