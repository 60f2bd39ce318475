"""Text that waits for a while where it must not be read: closed and opened with the keys of personal data."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app


class Unreadable(ValueError):
    """No key of this instance opens the text."""


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in current_app.config["DATA_KEYS"]])


def seal(text: str) -> str:
    """Close it with the first key."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Open it with any of the keys.

    Raises:
        Unreadable: its key is no longer among them.
    """
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error
