"""Duties one person may not combine: read strictly, compared purely, and enforced again when somebody acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import ROOT
from app.foundation import access
from app.foundation.access import Facts, duties
from app.foundation.access.policy import PolicyError, load
from app.foundation.database import db, transaction
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Office, Post
from app.kernel.errors import AccessDenied

POLICY = load(ROOT / "policies")
KNOWN = duties.load(ROOT / "policies", POLICY)


@dataclass(frozen=True)
class Seat:
    role: str
    path: str


def on(_setting: str, _path: str) -> bool:
    return True


def off(_setting: str, _path: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("new", "held", "applies", "clashes"),
    [
        (("security", "0.43.07."), ("admin", "0.43.07."), on, True),
        (("security", "0.43.07."), ("admin", "0.43.07."), off, False),
        (("inspector", "0.43.07.02."), ("admin", "0.43.07."), on, True),
        (("admin", "0.43.07."), ("inspector", "0.43.07.02."), on, True),
        (("security", "0.43.07.02."), ("inspector", "0.43.07.03."), on, False),
        (("reviewer", "0.43.07."), ("filer", "0.43.07."), off, True),
        (("head", "0.43.07."), ("filer", "0.43.07.02."), off, True),
        (("filer", "0.43.07."), ("head", "0.43."), off, True),
        (("clerk", "0.43.07."), ("filer", "0.43.07."), off, False),
        (("reviewer", "0.43.07."), ("coordinator", "0.43.07.renshe."), off, True),
        (("reviewer", "0.43.07.02."), ("filer", "0.43.07.03."), off, False),
        (("reviewer", "0.43.07."), ("clerk", "0.43.07."), on, False),
    ],
)
def test_two_posts(
    new: tuple[str, str], held: tuple[str, str], applies: duties.Applies, clashes: bool
) -> None:
    found = duties.clash(KNOWN, Seat(*new), [Seat(*held)], applies)
    assert (found is not None) is clashes
    assert (duties.clash(KNOWN, Seat(*held), [Seat(*new)], applies) is not None) is clashes


@pytest.mark.parametrize(
    ("first", "second", "allowed"), [(1, 2, True), (1, 1, False), (1, None, False), (None, 2, True)]
)
def test_two_people_review(first: int | None, second: int | None, allowed: bool) -> None:
    """Maker and checker (C-art.7)."""
    done = {"application:first-review": first}
    if allowed:
        duties.ensure_another(KNOWN, POLICY, second, "application:paper-review", done)
        return
    with pytest.raises(AccessDenied) as refused:
        duties.ensure_another(KNOWN, POLICY, second, "application:paper-review", done)
    assert refused.value.source == "办法第七条"
    assert "在线初审" in str(refused.value)


@pytest.mark.parametrize(
    ("step", "done"),
    [
        ("application:first-review", "application:submit"),
        ("application:paper-review", "application:submit"),
        ("badge:issue", "badge:request"),
        ("badge:strike", "badge:revoke"),
    ],
)
def test_steps_of_one_case_that_are_two_peoples(step: str, done: str) -> None:
    duties.ensure_another(KNOWN, POLICY, 2, step, {done: 1})
    with pytest.raises(AccessDenied):
        duties.ensure_another(KNOWN, POLICY, 1, step, {done: 1})


def test_other_steps_may_be_one_persons() -> None:
    duties.ensure_another(KNOWN, POLICY, 1, "application:receive-paper", {"application:first-review": 1})


@pytest.mark.parametrize(
    "line",
    [
        "role, admin, security, subtree, three_administrators",
        "duty, admin, security, subtree, -, 来源",
        "role, admin, emperor, subtree, -, 来源",
        "role, admin, admin, subtree, -, 来源",
        "role, admin, security, case, -, 来源",
        "role, admin, security, subtree, no_such_setting, 来源",
        "act, application:first-review, application:fly, case, -, 来源",
        "act, application:first-review, badge:issue, subtree, -, 来源",
        "act, badge:revoke, badge:strike, case, three_administrators, 来源",
        "role, admin, security, subtree, -, 来源\nrole, security, admin, office, -, 来源",
    ],
)
def test_an_unknown_word_stops_the_start(tmp_path: Path, line: str) -> None:
    (tmp_path / duties.FILE).write_text(line + "\n", "utf-8")
    with pytest.raises(PolicyError):
        duties.load(tmp_path, POLICY)


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        duties.load(tmp_path, POLICY)


# -- when somebody acts ----------------------------------------------------------------------------------------

COUNTY, CITY = "0.43.07.02.", "0.43.07."


@pytest.fixture
def seed() -> str:
    return "tenants"


def _set(path: str, value: bool | None) -> None:
    with access.acting_as(access.system("tests", over="0.")), transaction():
        office = db.session.scalars(select(Office).where(Office.path == path)).one()
        kept = {key: one for key, one in office.settings.items() if key != "three_administrators"}
        office.settings = kept if value is None else {**kept, "three_administrators": value}


def _doubled() -> None:
    """A person who was given both posts before the office asked for three people."""
    with access.acting_as(access.system("tests", over="0.")) as actor, transaction():
        office = db.session.scalars(select(Office).where(Office.path == COUNTY)).one()
        person = people.add("both", "两岗", "a-long-password", actor=actor, office=office)
        for role in ("admin", "security", "clerk"):
            db.session.add(Post(person_id=person.id, role=role, office_id=office.id, since=date(2014, 1, 1)))


def test_posts_that_clash_open_nothing_at_the_verb_and_say_why(app: Flask) -> None:
    _doubled()
    actor = access.actor_for("both")
    assert [post.role for post in actor.posts] == ["clerk"]  # the third is untouched
    for obj, act in (("user", "manage"), ("session", "end"), ("user", "see")):
        assert not access.can(actor, obj, act, Facts(COUNTY))
        assert not access.may(actor, obj, act)
        for ask in (
            lambda obj=obj, act=act: access.require(actor, obj, act, Facts(COUNTY)),
            lambda obj=obj, act=act: access.require_any(actor, obj, act),
        ):
            with pytest.raises(AccessDenied) as refused:
                ask()
            assert refused.value.code == "posts-clash"
            assert "不得由一人担任" in str(refused.value)
            assert refused.value.source == "三员分立"
    assert access.can(actor, "unit", "edit", Facts(COUNTY))


def test_where_no_office_asks_for_it_both_count(app: Flask) -> None:
    _doubled()
    _set(CITY, None)
    assert access.can(access.actor_for("both"), "user", "manage", Facts(COUNTY))


def test_a_lower_office_cannot_undo_what_an_upper_one_asks_for(app: Flask) -> None:
    _doubled()
    _set(COUNTY, False)
    assert not access.can(access.actor_for("both"), "user", "manage", Facts(COUNTY))
    _set(CITY, None)
    assert access.can(access.actor_for("both"), "user", "manage", Facts(COUNTY))
    _set(COUNTY, True)
    assert not access.can(access.actor_for("both"), "user", "manage", Facts(COUNTY))


@pytest.mark.parametrize(
    ("value", "good"), [(True, True), (False, True), ("yes", False), (1, False), (None, False)]
)
def test_the_setting_is_true_or_false(value: object, good: bool) -> None:
    from app.foundation.limits.reading import load as read_limits
    from app.foundation.tenancy.settings import faults

    found = list(faults({"three_administrators": value}, read_limits(ROOT / "policies" / "limits.yaml")))
    assert (found == []) is good
