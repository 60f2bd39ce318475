"""Text that waits sealed: unreadable without a key, opened by any of them."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from app.foundation.keys import sealing


def test_sealed_and_opened(app: Flask) -> None:
    sealed = sealing.seal("person=王某某")
    assert "王某某" not in sealed
    assert sealing.unseal(sealed) == "person=王某某"


def test_an_older_key_opens_it_and_a_foreign_one_does_not(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = sealing.seal("x")
    monkeypatch.setitem(app.config, "DATA_KEYS", [Fernet.generate_key().decode(), *app.config["DATA_KEYS"]])
    assert sealing.unseal(sealed) == "x"
    monkeypatch.setitem(app.config, "DATA_KEYS", [Fernet.generate_key().decode()])
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed)
    with pytest.raises(sealing.Unreadable):
        sealing.unseal("no seal at all")
