"""Row-level security with the ORM out of the way: whoever writes the SQL, PostgreSQL gives the policy's rows."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.foundation import access, health
from app.foundation.access import Actor
from app.foundation.access.guard import scoped_models
from app.foundation.access.predicates import LEVEL_COLUMNS
from app.foundation.access.service import obj_of
from app.foundation.database import db, transaction
from app.foundation.rows import UnsafeRole
from app.foundation.tenancy.models import Office, Unit
from app.plugins.applications.models import Application
from tests.services.instance import SignIn, settings_for
from tests.services.postgres import PostgresServer

PEOPLE = (
    "central.reviewer",
    "hunan.auditor",
    "changde.reviewer",
    "changde.clerk",
    "changde.egov",
    "changde.admin",
    "changde.security",
    "changde.inspector",
    "wuling.reviewer",
    "wuling.clerk",
    "dingcheng.reviewer",
    "taohuayuan.coordinator",
    "conac.registrar",
    "u41840035",
)
EVERYTHING = access.system("tests", over=access.EVERYWHERE)


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.fixture
def database_kind() -> str:
    return "postgres"


def actors() -> Iterable[tuple[str, Actor]]:
    for username in PEOPLE:
        yield username, access.actor_for(username)
    yield "anonymous", access.ANONYMOUS
    yield "nobody", access.NOBODY
    yield "task of nothing", access.system("tests")
    yield "task of a county", access.system("tests", over="0.43.07.02.")
    yield "task of everything", EVERYTHING


def known() -> dict[type[Any], list[tuple[int, str, access.Facts]]]:
    """Key, object and facts of every scoped row, detached."""
    with access.acting_as(EVERYTHING):
        return {
            model: [
                (row.id, obj_of(row), access.facts_of(row))  # type: ignore[attr-defined]
                for row in db.session.scalars(db.select(model))
            ]
            for model in scoped_models()
        }


def allowed(actor: Actor, obj: str, facts: access.Facts) -> bool:
    if actor.is_system:
        return access.can(actor, obj, "see", facts)
    return access.policy().knows(obj, actor.reads) and access.can(actor, obj, actor.reads, facts)


def test_the_database_gives_each_actor_the_rows_the_policy_gives(app: Flask) -> None:
    everything = known()
    given = 0
    for name, actor in actors():
        for model, held in everything.items():
            table = model.__table__
            wanted = {key for key, obj, facts in held if allowed(actor, obj, facts)}
            with access.acting_as(actor):
                as_text = set(db.session.scalars(text(f"SELECT id FROM {table.name}")))
                as_core = set(db.session.connection().scalars(db.select(table.c.id)))
                with db.engine.connect() as connection:
                    as_driver = {row[0] for row in connection.exec_driver_sql(f"SELECT id FROM {table.name}")}
            assert as_text == as_core == as_driver == wanted, (name, table.name)
            given += len(wanted)
    assert given > 1000


def test_counts_joins_and_subqueries_give_no_more(app: Flask) -> None:
    with access.acting_as(access.actor_for("wuling.reviewer")):
        mine = set(db.session.scalars(text("SELECT id FROM application")))
        assert mine
        joined = text("SELECT a.id FROM ab_user u CROSS JOIN office o JOIN application a ON true")
        assert set(db.session.scalars(joined)) <= mine
        assert db.session.scalar(text("SELECT count(*) FROM application")) == len(mine)
        peek = text(
            "SELECT (SELECT max(id) FROM application), exists(SELECT FROM application WHERE review_path = '0.')"
        )
        assert db.session.execute(peek).one() == (max(mine), False)


def test_writing_abroad_is_refused_or_touches_nothing(app: Flask) -> None:
    with access.acting_as(EVERYTHING):
        abroad = db.session.scalars(db.select(Unit).where(Unit.review_path == "0.43.07.03.")).first()
        own = db.session.scalars(db.select(Unit).where(Unit.review_path == "0.43.07.02.")).first()
        assert abroad is not None and own is not None
        values = {c.name: getattr(abroad, c.key) for c in Unit.__table__.columns}
        own_id, abroad_id = own.id, abroad.id
        db.session.rollback()
    clerk = access.actor_for("wuling.clerk")
    with access.acting_as(clerk):
        with pytest.raises(DBAPIError, match="row-level security"), transaction() as session:
            values |= {"id": 999999, "account": "99999999"}
            session.connection().execute(insert(Unit.__table__).values(values))  # type: ignore[arg-type]
        with pytest.raises(DBAPIError, match="row-level security"), transaction() as session:
            session.execute(
                text("UPDATE unit SET review_path = '0.43.07.03.' WHERE id = :id"), {"id": own_id}
            )
        with transaction() as session:
            gone = session.execute(text("UPDATE unit SET address = '改' WHERE id = :id"), {"id": abroad_id})
            assert gone.rowcount == 0  # type: ignore[attr-defined]
            gone = session.execute(text("DELETE FROM domain_record WHERE review_path <> '0.43.07.02.'"))
            assert gone.rowcount == 0  # type: ignore[attr-defined]
            mine = session.execute(text("UPDATE unit SET address = '改' WHERE id = :id"), {"id": own_id})
            assert mine.rowcount == 1  # type: ignore[attr-defined]
    with access.acting_as(access.actor_for("hunan.auditor")), transaction() as session:
        seen = session.scalar(text("SELECT count(*) FROM unit WHERE id = :id"), {"id": own_id})
        changed = session.execute(text("UPDATE unit SET address = '督' WHERE id = :id"), {"id": own_id})
        assert (seen, changed.rowcount) == (1, 0)  # type: ignore[attr-defined]


def test_a_record_is_read_with_its_row_and_changed_by_nobody(app: Flask) -> None:
    with access.acting_as(access.actor_for("wuling.reviewer")):
        mine = set(db.session.scalars(text("SELECT id FROM application")))
        about = set(db.session.scalars(text("SELECT object_id FROM audit_entry WHERE obj = 'application'")))
        assert about and about <= mine
    with access.acting_as(access.actor_for("changde.inspector")):
        read = db.session.execute(text("SELECT review_path, obj FROM audit_entry")).all()
        assert any(place == "0.43.07.02." for place, _obj in read)
        # Besides one's own reach only what is said of the notices that offices above have addressed to one's own.
        above = {(place, obj) for place, obj in read if not place.startswith("0.43.07.")}
        assert above == {("0.", "campaign"), ("0.43.", "campaign")}
    for actor in (access.NOBODY, access.ANONYMOUS):
        with access.acting_as(actor):
            assert db.session.scalar(text("SELECT count(*) FROM audit_entry WHERE obj = 'unit'")) == 0
    with access.acting_as(EVERYTHING), pytest.raises(DBAPIError, match="permission denied"):
        db.session.execute(text("UPDATE audit_entry SET person = ''"))


def test_a_security_officer_writes_no_post_and_no_account(app: Flask) -> None:
    security = access.actor_for("changde.security")
    mine = {"person": security.person_id, "office": security.posts[0].office_id}
    with access.acting_as(security):
        with pytest.raises(DBAPIError, match="row-level security"), transaction() as session:
            session.execute(
                text(
                    "INSERT INTO post (person_id, role, office_id, since, review_path, document, given_by, ended_by, "
                    "ended_because, created_at, updated_at) "
                    "VALUES (:person, 'head', :office, '2014-01-01', '0.43.07.', '', '', '', '', now(), now())"
                ),
                mine,
            )
        with transaction() as session:
            for change in (
                "UPDATE ab_user SET active = true",
                "UPDATE post SET role = 'head'",
                "DELETE FROM post",
            ):
                assert session.execute(text(change)).rowcount == 0  # type: ignore[attr-defined]


OFFICE_CHANGES = (
    "UPDATE office SET settings = '{}' WHERE path = '0.43.07.'",
    "UPDATE office SET settings = '{}'",
    "DELETE FROM office WHERE path = '0.43.07.z2.'",
    "INSERT INTO office (code, path, name, short_name, kind, level, settings, active, created_at, updated_at) "
    "VALUES ('x', '0.x.', 'x', 'x', 'office', 'province', '{}', true, now(), now())",
    "UPDATE contact SET phone = ''",
    "DELETE FROM contact",
)


def test_offices_and_contacts_are_changed_by_the_platform_only(app: Flask) -> None:
    actors = [access.actor_for(name) for name in ("wuling.clerk", "changde.admin", "central.reviewer")]
    for actor in (*actors, access.NOBODY, access.ANONYMOUS, access.system("tests", over="0.43.")):
        with access.acting_as(actor):
            for change in OFFICE_CHANGES:
                with (
                    pytest.raises(DBAPIError, match="changed by the platform only"),
                    transaction() as session,
                ):
                    session.execute(text(change))
            with (
                transaction() as session
            ):  # whoever numbers or grants waits for others on the office's own row
                assert session.scalar(text("SELECT id FROM office WHERE path = '0.43.07.' FOR UPDATE"))
    with access.acting_as(EVERYTHING), transaction() as session:
        for change in (OFFICE_CHANGES[0], *OFFICE_CHANGES[3:]):
            session.execute(text(change))
        session.rollback()


def test_secrets_are_read_and_changed_by_the_platform_only(app: Flask) -> None:
    with access.acting_as(EVERYTHING), transaction() as session:
        mine = access.actor_for("wuling.clerk").person_id
        for made in (
            "INSERT INTO former_password (person_id, hashed, replaced_at) VALUES (:me, 'x', now())",
            "INSERT INTO recovery_code (person_id, digest) VALUES (:me, 'x')",
            "INSERT INTO second_factor (person_id, secret, offered_in, last_step) VALUES (:me, 'x', 0, 0)",
        ):
            session.execute(text(made), {"me": mine})
    for actor in (access.actor_for("wuling.clerk"), access.actor_for("changde.security"), access.NOBODY):
        with access.acting_as(actor):
            for name in ("former_password", "recovery_code", "second_factor"):
                assert db.session.scalar(text(f"SELECT count(*) FROM {name}")) == 0
                with transaction() as session:
                    gone = session.execute(text(f"DELETE FROM {name}"))
                    assert gone.rowcount == 0  # type: ignore[attr-defined]
                with pytest.raises(DBAPIError, match="row-level security"), transaction() as session:
                    session.execute(
                        text(
                            f"INSERT INTO {name} SELECT (jsonb_populate_record(NULL::{name}, "
                            "jsonb_build_object('id', 7, 'person_id', 1, 'digest', 'y', 'hashed', 'y', 'secret', 'y', "
                            "'last_step', 0, 'replaced_at', now()))).*"
                        )
                    )
    with access.acting_as(EVERYTHING):
        for name in ("former_password", "recovery_code", "second_factor"):
            assert db.session.scalar(text(f"SELECT count(*) FROM {name}")), name
        with pytest.raises(DBAPIError, match="permission denied"):
            db.session.execute(text("DELETE FROM audit_head"))


def test_a_bare_connection_of_the_owner_sees_nothing(app: Flask) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        for model in scoped_models():
            name = model.__table__.name  # type: ignore[attr-defined]
            found = connection.execute(f"SELECT count(*) FROM {name}").fetchone()  # type: ignore[call-overload]
            assert found == (0,), name
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO domain_record SELECT * FROM domain_record UNION ALL "
                'SELECT (jsonb_populate_record(NULL::domain_record, \'{"review_path": "0."}\')).*'
            )


def test_nothing_stays_behind_on_the_connection(app: Flask) -> None:
    with access.acting_as(EVERYTHING), db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM unit"))
        driver: Any = connection.connection.dbapi_connection
        connection.rollback()
        left = driver.execute(
            "SELECT current_user, current_setting('bianban.all', true), current_setting('bianban.unit', true)"
        ).fetchone()
        driver.rollback()
        assert left[0] == "bianban_test"
        assert not left[1] and not left[2]
    with access.acting_as(access.NOBODY), db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM unit")) == 0


def test_the_scope_follows_the_actor_within_a_transaction_and_a_savepoint(app: Flask) -> None:
    def count() -> int:
        return int(db.session.scalar(text("SELECT count(*) FROM unit")) or 0)

    wuling = access.actor_for("wuling.reviewer")
    with access.acting_as(wuling):
        few = count()
        with access.acting_as(EVERYTHING):
            many = count()
            savepoint = db.session.begin_nested()
            with access.acting_as(access.NOBODY):
                assert count() == 0
            savepoint.rollback()
            assert count() == many
        assert count() == few
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text("SELECT 1/0"))
        assert count() == few
    assert 0 < few < many


def test_threads_do_not_share_a_scope(app: Flask) -> None:
    wanted: dict[str, int] = {}
    for name in ("wuling.reviewer", "changde.reviewer", "dingcheng.reviewer", "hunan.auditor"):
        with access.acting_as(access.actor_for(name)):
            wanted[name] = db.session.scalar(text("SELECT count(*) FROM application")) or 0
    assert len(set(wanted.values())) > 2
    db.session.remove()

    def ask(turn: int) -> bool:
        name = list(wanted)[turn % len(wanted)]
        with app.app_context():
            with access.acting_as(access.actor_for(name)):
                found = db.session.scalar(text("SELECT count(*) FROM application"))
            db.session.remove()
        return found == wanted[name]

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(ask, range(60)))


def test_pages_and_their_actors_work_under_the_lock(app: Flask, sign_in: SignIn) -> None:
    own = sign_in("wuling.reviewer").get("/api/v1/applications/").get_json()
    above = sign_in("changde.reviewer").get("/api/v1/applications/").get_json()
    assert 0 < own["count"] < above["count"]
    with access.acting_as(access.actor_for("wuling.reviewer")):
        assert db.session.scalar(text("SELECT count(*) FROM application")) == own["count"]


def test_a_request_costs_two_settings(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("wuling.reviewer")
    client.get("/api/v1/applications/")
    sent: list[str] = []
    kept = psycopg.Cursor.execute

    def counted(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        if "set_config" in str(query):
            sent.append(str(args))
        return kept(self, query, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", counted)
        assert client.get("/api/v1/applications/").status_code == 200
    assert 1 <= len(sent) <= 3, sent


def test_unknown_to_the_query_the_index_of_the_level_is_used(app: Flask) -> None:
    """The lock's condition is a filter; the query's own conditions still choose the index."""
    with access.acting_as(EVERYTHING), transaction() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        wuling = session.scalars(db.select(Office.id).where(Office.path == "0.43.07.02.")).one()
        with access.acting_as(access.actor_for("wuling.reviewer")):
            column = getattr(Application, LEVEL_COLUMNS["county"])
            query = db.select(Application.id).where(column == wuling).order_by(Application.id).limit(50)
            shown = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
            plan = "\n".join(session.scalars(text(f"EXPLAIN {shown}")))
    assert "ix_application_county_id" in plan
    assert "Index Cond: (county_id =" in plan


def test_health_names_a_table_without_policies(app: Flask) -> None:
    assert health.ailment() is None
    with db.engine.connect().execution_options(as_owner=True) as connection:
        connection.execute(text("ALTER TABLE domain_record NO FORCE ROW LEVEL SECURITY"))
        connection.execute(text("DROP POLICY bianban_add ON survey_sheet"))
        connection.execute(text("DROP POLICY bianban_all ON second_factor"))
        connection.execute(text("DROP TRIGGER bianban_kept ON contact"))
        connection.execute(text("ALTER TABLE office DISABLE TRIGGER bianban_kept"))
        connection.execute(text("ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY"))
        connection.commit()
    named = "audit_entry、contact、domain_record、office、second_factor、survey_sheet"
    assert named in str(health.ailment())


def test_a_superuser_is_refused_at_the_start(postgres: PostgresServer, tmp_path: Any) -> None:
    name = postgres.create()
    url = postgres.url(name).replace("bianban_test:", "postgres:")
    try:
        with pytest.raises(UnsafeRole, match="postgres"):
            create_app(settings_for(tmp_path, url))
    finally:
        postgres.drop(name)


def test_a_role_above_row_security_is_refused_on_connect(app: Flask, postgres: PostgresServer) -> None:
    """Raised after the start, it is noticed with the next connection."""
    with postgres._connect() as connection:
        connection.execute("ALTER ROLE bianban_app BYPASSRLS")
        try:
            db.session.remove()
            db.engine.dispose()
            with pytest.raises(UnsafeRole, match="bianban_app"):
                db.session.execute(text("SELECT 1"))
        finally:
            connection.execute("ALTER ROLE bianban_app NOBYPASSRLS")
    db.session.remove()
