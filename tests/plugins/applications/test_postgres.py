"""The whole line on PostgreSQL: encrypted columns, partial indexes, row locks and order are its own there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app import create_app
from app.foundation import access, audit
from app.foundation.database import db, transaction
from app.plugins.applications import numbering, queries, service
from app.plugins.applications.dossier import reviewing_office
from app.plugins.applications.models import Application
from tests.plugins.applications.country import Country, found
from tests.services.postgres import PostgresServer


@pytest.fixture
def far(postgres: PostgresServer, tmp_path: Path) -> Iterator[tuple[Flask, Country]]:
    """The country on a PostgreSQL database of its own."""
    name = postgres.create()
    app = create_app(
        {
            "TESTING": True, "INSTANCE_DIR": str(tmp_path), "UPLOADS_DIR": str(tmp_path / "uploads"),
            "SQLALCHEMY_DATABASE_URI": postgres.url(name), "RATELIMIT_ENABLED": False,
        }
    )  # fmt: skip
    with app.app_context():
        db.create_all()
        yield app, found(app)
        db.session.remove()
        db.engine.dispose()
    postgres.drop(name)


def test_the_whole_line(far: tuple[Flask, Country]) -> None:
    _app, country = far
    pk = country.returned()
    country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    country.checked(pk)
    country.do("reviewer", pk, lambda row, actor: service.pass_first(row, actor=actor))
    country.receive(pk)
    country.do("head", pk, lambda row, actor: service.approve(row, actor=actor))
    row = country.read(pk)
    assert (row.state, row.round, row.handler_id_number) == ("approved", 2, "11010519491231002X")
    assert [one.kind for one in row.clocks] == [
        "first_review",
        "first_review",
        "applicant_paper",
        "paper_review",
    ]
    assert audit.verify() == []
    head = country.actor("head")
    with access.acting_as(head):
        assert [task.key for task in queries.todo(head)] == ["report"]
        assert queries.counts(head)["report"] == 1


def test_one_live_application_a_site(far: tuple[Flask, Country]) -> None:
    _app, country = far
    country.draft()
    with (
        pytest.raises(IntegrityError),
        access.acting_as(access.system("tests", over="0.")),
        transaction() as session,
    ):
        session.add(
            Application(
                site_id=country.sites["edu"],
                kind="opening",
                track="organ",
                state="draft",
                account="00000007",
                opinion={},
            )
        )


def test_numbers_given_at_once_differ(far: tuple[Flask, Country]) -> None:
    app, country = far
    pk = country.draft()

    def one(_turn: int) -> str:
        with app.app_context(), access.acting_as(access.system("tests", over="0.")), transaction():
            return numbering.next_number(reviewing_office(queries.get(pk)), 2015)

    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(one, range(12)))
    assert sorted(numbers) == [f"430702-2015-{n:04d}" for n in range(1, 13)]
