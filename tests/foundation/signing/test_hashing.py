"""New hashes are Argon2id, old ones keep working, and a name without one costs the same."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.security import generate_password_hash

from app.foundation.signing import hashing


def test_a_hash_is_argon2id_salted_and_verified(app: Flask) -> None:
    one, two = hashing.hash_password("Secret-words-7"), hashing.hash_password("Secret-words-7")
    assert one.startswith("$argon2id$")
    assert one != two
    assert hashing.verify(one, "Secret-words-7")
    assert not hashing.verify(one, "Secret-words-8")
    assert not hashing.outdated(one)


@pytest.mark.parametrize("method", ["scrypt", "pbkdf2:sha256:1000"])
def test_older_hashes_keep_working_and_are_due_for_renewal(app: Flask, method: str) -> None:
    old = generate_password_hash("Secret-words-7", method=method)
    assert hashing.verify(old, "Secret-words-7")
    assert not hashing.verify(old, "wrong")
    assert hashing.outdated(old)


def test_a_cheaper_argon2_hash_is_due_for_renewal(app: Flask) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("Secret-words-7")
    assert hashing.verify(cheap, "Secret-words-7")
    assert hashing.outdated(cheap)


@pytest.mark.parametrize("broken", ["unusable", "$argon2id$broken", "scrypt:x$y"])
def test_a_broken_hash_fits_nothing(app: Flask, broken: str) -> None:
    assert not hashing.verify(broken, "anything")


def test_full_width_letters_of_an_input_method_are_the_same_password(app: Flask) -> None:
    assert hashing.verify(hashing.hash_password("Secret-words-7"), "Ｓecret-words-７")


def test_without_a_hash_the_same_work_is_done(app: Flask) -> None:
    hashing.verify(None, "warm up")
    with patch.object(PasswordHasher, "verify", autospec=True, side_effect=PasswordHasher.verify) as looked:
        assert not hashing.verify(None, "anything")
    assert looked.call_count == 1
