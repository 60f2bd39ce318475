"""The yardstick: a bare Flask route, hand-written SQL on a pooled connection, the same JSON. No locks, nobody signed in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import Flask, Response, jsonify
from flask.testing import FlaskClient
from sqlalchemy import create_engine

COLUMNS = (
    "id", "number", "name", "organ_name", "state", "kind", "track", "review_path", "submitted_at", "due",
)  # fmt: skip
SIZE, MOST = 20, 10_000


def _moment(value: Any) -> str | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC).isoformat() if value is not None else None


def _day(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


def client(url: str, fact: str, words: dict[str, Any]) -> FlaskClient:
    """A browser of the bare app at ``/<key>``.

    Args:
        url: of a role that row-level security does not bind.
        fact: the column that says whose rows these are; empty for everybody's.
        words: what else stands in the answer (titles, labels): constants.
    """
    engine = create_engine(url, pool_pre_ping=True)
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    where = f"WHERE {fact} = {mark}" if fact else ""
    rows = (
        "SELECT id, number, site_name, organ_name, state, kind, track, review_path, submitted_at, due "  # noqa: S608
        f"FROM application {where} ORDER BY id LIMIT {SIZE}"
    )
    count = f"SELECT count(*) FROM (SELECT 1 FROM application {where} LIMIT {MOST + 1}) AS bounded"  # noqa: S608
    app = Flask("bare")

    @app.get("/<int:key>")
    def listed(key: int) -> Response:
        given = (key,) if fact else ()
        with engine.connect() as connection:
            found = connection.exec_driver_sql(rows, given).fetchall()
            number = connection.exec_driver_sql(count, given).scalar_one()
        result = [dict(zip(COLUMNS, (*row[:8], _moment(row[8]), _day(row[9])), strict=True)) for row in found]
        return jsonify(
            **words,
            count=min(number, MOST),
            count_more=number > MOST,
            ids=[row[0] for row in found],
            result=result,
        )

    return app.test_client()
