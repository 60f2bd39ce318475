"""The authenticator: nothing comes twice, recovery codes once, and who must have one."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select, text

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.signing import factors, sessions
from app.foundation.signing.factors import WrongCode
from app.foundation.signing.models import RecoveryCode, SecondFactor
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Office, Person
from app.kernel.errors import AccessDenied, Refusal
from tests.foundation.signing.ground import CITY, COUNTY, MAKER, SIBLING, Ground
from tests.services.afresh import read_afresh


def do(ground: Ground, username: str, verb: Any, *given: Any, **named: Any) -> Any:
    pk = ground.person(username).id
    read_afresh()
    with access.acting_as(MAKER), transaction():
        return verb(db.session.get_one(Person, pk), *given, **named)


def accepts(ground: Ground, username: str, code: str) -> bool:
    return bool(do(ground, username, factors.accept, code))


def test_enrolling_takes_a_code_that_fits(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    secret = do(ground, "clerk.a", factors.offer, 7)
    assert do(ground, "clerk.a", factors.offer, 7) == secret, "reloading the page does not change it"
    assert not factors.enrolled(person.id)
    with pytest.raises(WrongCode):
        do(ground, "clerk.a", factors.confirm, "000000", 7, actor=MAKER)
    code = ground.code(ground.secret_of("clerk.a"))
    codes = do(ground, "clerk.a", factors.confirm, code, 7, actor=MAKER)
    assert len(set(codes)) == 10
    assert factors.state(person.id).codes_left == 10
    with pytest.raises(Refusal):
        do(ground, "clerk.a", factors.offer, 7)


def test_a_secret_is_good_in_the_session_that_was_shown_it(ground: Ground) -> None:
    """Whoever had the password first and read the secret does not own what its owner enrols later."""
    ground.hire("clerk.a", "clerk")
    thief, owner = 7, 8
    read = do(ground, "clerk.a", factors.offer, thief)
    shown = do(ground, "clerk.a", factors.offer, owner)
    assert shown != read
    with pytest.raises(WrongCode):
        do(ground, "clerk.a", factors.confirm, ground.code(pyotp.TOTP(read)), owner, actor=MAKER)
    with pytest.raises(Refusal) as refused:
        do(ground, "clerk.a", factors.confirm, ground.code(pyotp.TOTP(shown)), thief, actor=MAKER)
    assert refused.value.code == "factor-none"
    do(ground, "clerk.a", factors.confirm, ground.code(pyotp.TOTP(shown)), owner, actor=MAKER)
    ground.later(seconds=30)
    assert not accepts(ground, "clerk.a", ground.code(pyotp.TOTP(read)))
    assert accepts(ground, "clerk.a", ground.code(pyotp.TOTP(shown)))


def test_the_secret_is_encrypted_and_recovery_codes_are_digests(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    totp = ground.enrol("clerk.a")
    raw = db.session.execute(text("SELECT secret FROM second_factor")).scalar_one()
    assert totp.secret not in raw
    with access.acting_as(MAKER):
        digests = db.session.scalars(select(RecoveryCode.digest)).all()
    assert digests and all(len(digest) == 64 for digest in digests)


def test_recovery_codes_are_112_random_bits_and_more(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many that a plain digest keeps them (ASVS 4.0.3, V2.6.2), from the operating system's randomness."""
    ground.hire("clerk.a", "clerk")
    ground.enrol("clerk.a")
    asked: list[int] = []
    real = secrets.token_bytes

    def counted(size: int) -> bytes:
        asked.append(size)
        return real(size)

    monkeypatch.setattr(secrets, "token_bytes", counted)
    codes = do(ground, "clerk.a", factors.new_codes, actor=MAKER)
    assert len(asked) == len(codes) == 10
    assert min(asked) * 8 >= 112
    plain = [code.replace("-", "") for code in codes]
    assert {len(one) for one in plain} == {-(-min(asked) * 8 // 5)}, (
        "nothing of it is left out: five bits a letter"
    )
    assert len({letter for one in plain for letter in one}) > 20


def test_the_address_names_the_platform_and_the_picture_is_no_script(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    address = factors.address_of(person, "ABCDEFGH" * 4)
    assert address.startswith("otpauth://totp/")
    assert "secret=ABCDEFGH" in address
    picture = factors.picture(address)
    assert picture.startswith("data:image/svg+xml")
    assert "script" not in picture


def test_a_time_step_is_accepted_once(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    totp = ground.enrol("clerk.a")
    assert not accepts(ground, "clerk.a", ground.code(totp)), "the code of enrolling is used up"
    ground.later(seconds=30)
    code = ground.code(totp)
    assert accepts(ground, "clerk.a", f" {code[:3]} {code[3:]} ")
    assert not accepts(ground, "clerk.a", code)
    previous = totp.at(clock.wall() - timedelta(seconds=30))
    assert not accepts(ground, "clerk.a", previous), "nor one before the last"


def test_a_clock_may_be_half_a_minute_off_but_not_more(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    totp = ground.enrol("clerk.a")
    ground.later(minutes=5)
    assert not accepts(ground, "clerk.a", totp.at(clock.wall() - timedelta(seconds=60)))
    assert not accepts(ground, "clerk.a", totp.at(clock.wall() + timedelta(seconds=60)))
    assert accepts(ground, "clerk.a", totp.at(clock.wall() - timedelta(seconds=30)))
    assert accepts(ground, "clerk.a", totp.at(clock.wall() + timedelta(seconds=30)))


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "0" * 5000, "-" * 40])
def test_what_is_no_code_is_refused(ground: Ground, code: str) -> None:
    ground.hire("clerk.a", "clerk")
    ground.enrol("clerk.a")
    assert not accepts(ground, "clerk.a", code)


def test_a_recovery_code_is_good_once_and_only_for_its_owner(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    ground.hire("clerk.b", "clerk")
    ground.enrol("clerk.a")
    ground.enrol("clerk.b")
    codes = do(ground, "clerk.a", factors.new_codes, actor=MAKER)
    assert not accepts(ground, "clerk.b", codes[0])
    assert accepts(ground, "clerk.a", codes[0].upper().replace("-", " "))
    assert not accepts(ground, "clerk.a", codes[0])
    assert factors.state(ground.person("clerk.a").id).codes_left == 9
    do(ground, "clerk.a", factors.new_codes, actor=MAKER)
    assert not accepts(ground, "clerk.a", codes[1]), "new codes replace all old ones"


def test_the_setting_of_the_office_or_one_above_says_who_must(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk", COUNTY)
    ground.hire("clerk.b", "clerk", SIBLING)
    ground.hire("nobody.a", "")
    assert not factors.required(ground.actor("clerk.a"))
    ground.setting(CITY, second_factor="required")
    assert factors.required(ground.actor("clerk.a"))
    assert factors.required(ground.actor("clerk.b"))
    assert not factors.required(ground.actor("nobody.a")), "without an office post it is not asked for"
    ground.setting(COUNTY, second_factor="optional")
    assert not factors.required(ground.actor("clerk.a")), "the nearest office's own setting counts"
    assert factors.required(ground.actor("clerk.b"))


def test_it_cannot_be_given_up_while_a_post_asks_for_it(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    ground.enrol("clerk.a")
    ground.setting(COUNTY, second_factor="required")
    with pytest.raises(Refusal) as refused:
        do(ground, "clerk.a", factors.remove, actor=ground.actor("clerk.a"))
    assert refused.value.code == "factor-required"
    ground.setting(COUNTY, second_factor="optional")
    do(ground, "clerk.a", factors.remove, actor=ground.actor("clerk.a"))
    assert not factors.enrolled(person.id)
    with access.acting_as(MAKER):
        assert db.session.scalar(select(SecondFactor.id)) is None
        assert db.session.scalar(select(RecoveryCode.id)) is None


def test_the_security_officer_of_the_keeping_office_or_above_resets_it(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    ground.enrol("clerk.a")
    with access.acting_as(MAKER), transaction():
        token, _row = sessions.begin(db.session.get_one(Person, person.id))
    for name, role, office in (
        ("security.beside", "security", SIBLING), ("admin.own", "admin", COUNTY), ("head.own", "head", COUNTY),
    ):  # fmt: skip
        ground.hire(name, role, office)
        with pytest.raises(AccessDenied):
            do(ground, "clerk.a", factors.reset, actor=ground.actor(name))
    ground.hire("security.city", "security", CITY)
    do(ground, "clerk.a", factors.reset, actor=ground.actor("security.city"))
    assert not factors.enrolled(person.id)
    found = sessions.recognise(token, person.id)
    assert found is not None
    assert found.refused == "factor"
    with pytest.raises(Refusal):
        do(ground, "clerk.a", factors.reset, actor=ground.actor("security.city"))


def test_nobody_resets_his_own_nor_that_of_somebody_who_also_acts_above(ground: Ground) -> None:
    """The account is kept by the county; the post at the city is what the factor protects."""
    ground.hire("security.county", "security", COUNTY)
    ground.enrol("security.county")
    with pytest.raises(AccessDenied) as refused:
        do(ground, "security.county", factors.reset, actor=ground.actor("security.county"))
    assert refused.value.code == "own-factor"
    person = ground.hire("head.city", "clerk", COUNTY)
    ground.enrol("head.city")
    with access.acting_as(MAKER), transaction():
        city = db.session.scalars(select(Office).where(Office.code == CITY)).one()
        people.appoint(
            db.session.get_one(Person, person.id), "head", actor=MAKER, office=city, document="测试"
        )
    with pytest.raises(AccessDenied) as refused:
        do(ground, "head.city", factors.reset, actor=ground.actor("security.county"))
    assert refused.value.code == "held-elsewhere"
    assert factors.enrolled(person.id)
    ground.hire("security.city", "security", CITY)
    do(ground, "head.city", factors.reset, actor=ground.actor("security.city"))
    assert not factors.enrolled(person.id)
