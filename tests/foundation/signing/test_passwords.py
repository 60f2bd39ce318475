"""What a password must be, and what setting one does."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.signing import hashing, passwords, sessions
from app.foundation.signing.rules import rules_of
from app.foundation.tenancy.models import Person
from app.kernel.errors import Invalid
from tests.foundation.signing.ground import MAKER, PASSWORD, Ground

GOOD = "Nine-quiet-rivers-4"


def codes(password: str, **who: str) -> set[str]:
    person = Person(**{"username": "wuling.clerk", "last_name": "张三丰", **who})
    return {finding.code for finding in passwords.check(password, person)}


def test_a_good_password_passes(app: Flask) -> None:
    assert codes(GOOD) == set()
    assert codes("春风又绿江南岸 Spring 7 times") == set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Ab3-short", "password-short"),
        ("Ab3-" + "xyzw" * 40, "password-long"),
        ("only-lower-case", "password-classes"),
        ("alllowercaseletters", "password-classes"),
        ("Nine-quiet\x07rivers-4", "password-unprintable"),
        ("Password-123456", "password-common"),
        ("P@ssw0rd-2026!", "password-common"),
        ("Admin@123456789", "password-common"),
        ("Qwertyuiop-12345", "password-common"),
        ("Aaaa-aaaa-aaaa-1", "password-common"),
        ("Abcdefghijkl-1-x", "password-common"),
        ("Chickenwing-101", "password-common"),
        ("NeedForSpeed-2026", "password-common"),
        ("My-wuling.clerk-9", "password-name"),
        ("WULING-offices-99", "password-name"),
        ("Nine-张三丰-rivers-4", "password-name"),
    ],
)
def test_a_bad_password_is_told_what_to_do(app: Flask, password: str, code: str) -> None:
    assert code in codes(password)


def test_none_of_the_ten_thousand_most_common_ones_passes(app: Flask) -> None:
    """Nor in the spelling that the rules ask for: a capital, a sign, a year (ASVS 4.0.3, V2.1.7)."""
    listed = sorted(rules_of(app).password.common)
    assert len(listed) >= 9_900
    dressed = [f"{word.capitalize()}-2026{'!' * max(0, 7 - len(word))}" for word in listed[::7]]
    assert [one for one in (*listed[::7], *dressed) if not codes(one)] == []
    long = [word for word in listed if len(word) >= 12]
    assert len(long) >= 200
    assert [word for word in long if "password-common" not in codes(word.capitalize() + "!7")] == []


@pytest.mark.parametrize("length", [12, 41, 64, 100, 128])
def test_a_long_password_is_taken_and_nothing_of_it_is_left_out(app: Flask, length: int) -> None:
    """64 characters and more pass, up to 128; each character counts, the last one too (ASVS 4.0.3, V2.1.2, V2.1.3)."""
    password = "".join(f"{word}-{n}" for n, word in enumerate(("Nine", "quiet", "rivers", "run") * 8))[
        :length
    ]
    assert len(password) == length
    assert codes(password) == set()
    kept = hashing.hash_password(password)
    assert hashing.verify(kept, password)
    assert not hashing.verify(kept, password[:-1])
    assert not hashing.verify(kept, password[:-1] + "~")
    assert codes(password + "x" * (129 - length)) == {"password-long"}


def test_one_far_too_long_is_not_looked_at_any_further(app: Flask) -> None:
    """Looking for rows of keys in it would take minutes."""
    begun = time.perf_counter()
    assert codes("Ab3-" * 250_000) == {"password-long"}
    assert time.perf_counter() - begun < 5


def test_findings_say_it_in_words(app: Flask) -> None:
    finding = passwords.check("short", Person(username="somebody", last_name="某"))[0]
    assert "至少 12 位" in str(finding)
    assert finding.field == "password"


def _set(ground: Ground, username: str, password: str, **more: object) -> None:
    pk = ground.person(username).id
    with access.acting_as(MAKER), transaction():
        passwords.set_password(db.session.get_one(Person, pk), password, actor=MAKER, **more)  # type: ignore[arg-type]


def test_setting_one_keeps_the_former_ones_out(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    _set(ground, "clerk.a", GOOD)
    assert hashing.verify(ground.person("clerk.a").password, GOOD)
    for again in (GOOD, PASSWORD):
        with pytest.raises(Invalid) as refused:
            _set(ground, "clerk.a", again)
        assert refused.value.findings[0].code == "password-used"
    for number in range(4):
        _set(ground, "clerk.a", f"{GOOD}{number}")
    _set(ground, "clerk.a", PASSWORD)  # the first is the sixth back: forgotten


def test_setting_one_ends_the_other_sessions_and_keeps_this_one(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    with access.acting_as(MAKER), transaction():
        here, row = sessions.begin(person)
        there, _other = sessions.begin(person)
        kept = row.id
    _set(ground, "clerk.a", GOOD, keep=kept)
    found = {name: sessions.recognise(token, person.id) for name, token in (("here", here), ("there", there))}
    assert found["here"] is not None
    assert found["here"].refused == ""
    assert found["there"] is not None
    assert found["there"].refused == "password"


def test_nobody_else_but_the_actor_is_in_the_record(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    _set(ground, "clerk.a", GOOD, must_change=True)
    assert ground.person("clerk.a").must_change
    from app.foundation import audit

    with access.acting_as(MAKER):
        last = audit.timeline(ground.person("clerk.a"))[0]
    assert last.verb == "person.password_set"
    assert GOOD not in str(last)
    assert "argon2" not in str(last)


def test_a_password_grows_old_except_for_the_demonstration(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    ground.hire("demo.a", "clerk", demo=True)
    assert not passwords.expired(ground.person("clerk.a"))
    ground.later(days=181)
    assert passwords.expired(ground.person("clerk.a"))
    assert not passwords.expired(ground.person("demo.a"))
    last = passwords.expires_on(ground.person("clerk.a"))
    assert last is not None
    assert last < clock.wall()
