"""``flask access explain`` and ``flask people add``, as an operator meets them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db
from app.foundation.tenancy.models import Person, Post
from tests.services.afresh import read_afresh


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.mark.parametrize(
    ("arguments", "verdict"),
    [
        (("wuling.reviewer", "application", "first-review", "--unit", "41840035"), "allow"),
        (("dingcheng.reviewer", "application", "first-review", "--unit", "41840035"), "deny"),
        (("changde.reviewer", "application", "first-review", "--unit", "41840035"), "deny"),
        (("changde.reviewer", "application", "see", "--unit", "41840035"), "allow"),
        (("changde.reviewer", "application", "first-review", "--unit", "41840061"), "allow"),
        (("taohuayuan.coordinator", "application", "submit", "--unit", "41840061"), "allow"),
        (("changde.egov", "aggregate", "see", "--office", "430700"), "allow"),
        (("changde.egov", "survey", "see", "--unit", "41840005"), "deny"),
        (("wuling.head", "badge", "issue", "--unit", "41840035"), "deny"),
        (("conac.registrar", "badge", "issue", "--unit", "41840035"), "allow"),
        (("wuling.clerk", "campaign", "see", "--office", "430700"), "allow"),
    ],
)
def test_explain_says_allow_or_deny_first_then_why(
    app: Flask, arguments: tuple[str, ...], verdict: str
) -> None:
    result = app.test_cli_runner().invoke(args=["access", "explain", *arguments])
    first, *reasons = result.output.splitlines()
    assert first == verdict
    assert result.exit_code == (0 if verdict == "allow" else 1)
    assert reasons
    assert all(any("一" <= char <= "鿿" for char in line) for line in reasons)
    if verdict == "allow":
        assert "policy.csv 第" in reasons[0]


def test_an_exception_names_its_document(app: Flask) -> None:
    result = app.test_cli_runner().invoke(
        args=["access", "explain", "changde.egov", "application", "guide", "--unit", "41840060"]
    )
    assert result.output.startswith("allow")
    assert "依据：常编办发〔2014〕9号" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody.here", "application", "see"),
        ("wuling.reviewer", "dragon", "see"),
        ("wuling.reviewer", "application", "burn"),
        ("wuling.reviewer", "application", "see", "--unit", "99999999"),
        ("changde.egov", "aggregate", "see", "--office", "999999"),
    ],
)
def test_a_wrong_question_is_refused_with_words(app: Flask, arguments: tuple[str, ...]) -> None:
    result = app.test_cli_runner().invoke(args=["access", "explain", *arguments])
    assert result.exit_code == 2
    assert not result.output.startswith(("allow", "deny"))


def test_people_add_makes_an_account_that_signs_in(app: Flask) -> None:
    runner = app.test_cli_runner()
    password = "Nine-quiet-rivers-4"
    made = runner.invoke(
        args=["people", "add", "anxiang.admin", "李某", "admin", "--office", "430721", "--password", password]
    )
    assert made.exit_code == 0, made.output
    assert (
        app.test_client()
        .post("/login/", data={"username": "anxiang.admin", "password": password})
        .status_code
        == 302
    )
    with access.acting_as(access.system("tests", over=access.EVERYWHERE)):
        post = db.session.scalars(select(Post).join(Person).where(Person.username == "anxiang.admin")).one()
        assert post.role == "admin"
        person = db.session.scalars(select(Person).where(Person.username == "anxiang.admin")).one()
        assert not person.demo


@pytest.mark.parametrize(
    "arguments",
    [
        ("changde.clerk", "重名", "clerk", "--office", "430700", "--password", "Nine-quiet-rivers-4"),
        ("short", "短", "clerk", "--office", "430700", "--password", "short"),
        ("plain", "弱", "clerk", "--office", "430700", "--password", "a-real-password"),
        ("wrong", "错", "wizard", "--office", "430700", "--password", "Nine-quiet-rivers-4"),
        ("misplaced", "错", "registrar", "--office", "430700", "--password", "Nine-quiet-rivers-4"),
        ("nowhere", "错", "clerk", "--office", "999999", "--password", "Nine-quiet-rivers-4"),
        (
            "both",
            "错",
            "filer",
            "--office",
            "430700",
            "--unit",
            "41840005",
            "--password",
            "Nine-quiet-rivers-4",
        ),
    ],
)
def test_people_add_refuses_with_words_and_changes_nothing(app: Flask, arguments: tuple[str, ...]) -> None:
    def accounts() -> int | None:
        with access.acting_as(access.system("tests", over=access.EVERYWHERE)):
            return db.session.scalar(select(db.func.count()).select_from(Person))

    before = accounts()
    assert before
    result = app.test_cli_runner().invoke(args=["people", "add", *arguments])
    assert result.exit_code == 2, result.output
    read_afresh()
    assert accounts() == before
