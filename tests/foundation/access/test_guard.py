"""The row guard and the flush guard, with views and forms out of the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import column, delete, exists, func, insert, select, table, union_all, update
from sqlalchemy.orm import aliased, joinedload

from app import create_app
from app.foundation import access
from app.foundation.access import ForeignWrite
from app.foundation.access.guard import PastTheGuard, guarded
from app.foundation.database import db, transaction
from app.foundation.signing.models import FormerPassword, RecoveryCode, SecondFactor
from app.foundation.tenancy.models import Contact, Office, Person, Post, Site, Unit
from tests.policies.world import World, build


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(
        {
            "INSTANCE_DIR": str(tmp_path),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'test.sqlite3'}",
            "RATELIMIT_ENABLED": False,
            "PLUGINS": (),
        }
    )
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def world(app: Flask) -> World:
    return build()


def names(model: type[Unit] | type[Site]) -> set[str]:
    return set(db.session.scalars(select(model.name)))


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (("reviewer", "0.43.07.02."), {"wuling", "wuling2"}),
        (("auditor", "0.43.07.z2."), {"liuyehu"}),
        (("coordinator", "0.43.07.thy."), {"taohuayuan"}),
        (("coordinator", "0.43.07.rsj."), {"sub"}),
        (("filer", "wuling"), {"wuling"}),
        (
            ("egov", "0.43.07.02.egov."),
            {"wuling", "wuling2", "liuyehu"},
        ),  # the county it stands beside, and by exception
        (("auditor", "0.42."), {"yichang", "qianjiang"}),
        (("auditor", "0.42.05."), {"yichang"}),
    ],
)
def test_every_select_is_narrowed(world: World, post: tuple[str, str], expected: set[str]) -> None:
    with access.acting_as(world.actor(post)):
        assert names(Unit) == expected
        assert {
            unit.name for unit in db.session.scalars(select(Unit).options(joinedload(Unit.home)))
        } == expected
        other = next(unit for name, unit in world.units.items() if name not in expected)
        db.session.expunge_all()
        assert db.session.get(Unit, other.id) is None
        assert db.session.scalar(select(Unit.name).where(Unit.id == other.id)) is None
        assert db.session.scalar(select(db.func.count()).select_from(Unit)) == len(expected)


def test_an_aliased_or_joined_unit_is_narrowed_too(world: World) -> None:
    twin = db.aliased(Unit)
    with access.acting_as(world.actor(("reviewer", "0.43.07.02."))):
        assert set(db.session.scalars(select(twin.name))) == {"wuling", "wuling2"}
        joined = select(Office.path, Unit.name).join(Unit, Unit.home_id == Office.id)
        assert {name for _path, name in db.session.execute(joined)} == {"wuling", "wuling2"}


def test_a_new_row_abroad_is_refused(world: World) -> None:
    with access.acting_as(world.actor(("clerk", "0.43.07.02."))):
        with pytest.raises(ForeignWrite), transaction() as session:
            session.add(Site(name="越界", unit_id=world.units["dingcheng"].id))
        with transaction() as session:
            session.add(Site(name="本级", unit_id=world.units["wuling"].id))
        assert names(Site) == {"本级"}


def test_forged_facts_are_overwritten_by_the_server(world: World) -> None:
    with access.acting_as(world.actor(("clerk", "0.43.07.02."))), transaction() as session:
        site = Site(name="伪造", unit_id=world.units["wuling"].id, review_path="0.43.07.03.", county_id=1)
        session.add(site)
        session.flush()
        assert site.review_path == "0.43.07.02."
        assert site.county_id == world.offices["0.43.07.02."].id
        site.review_path = "0.43.07."
        session.flush()
        assert site.review_path == "0.43.07.02."


def test_a_row_cannot_be_moved_abroad_nor_taken_from_abroad(world: World) -> None:
    clerk = world.actor(("clerk", "0.43.07.02."))
    with access.acting_as(clerk):
        with transaction() as session:
            session.add(Site(name="本级", unit_id=world.units["wuling"].id))
        with pytest.raises(ForeignWrite), transaction() as session:
            own = session.scalars(select(Site)).one()
            own.unit_id = world.units["dingcheng"].id
        assert names(Site) == {"本级"}
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        foreign = Site(name="他处", unit_id=world.units["dingcheng"].id)
        session.add(foreign)
    with access.acting_as(clerk), pytest.raises(ForeignWrite), transaction() as session:
        session.add(foreign)
        foreign.unit_id = world.units["wuling"].id


def test_a_relationship_set_by_a_form_counts_like_its_key(world: World) -> None:
    """A form sets ``site.unit`` and leaves ``site.unit_id`` stale: the new owner decides."""
    clerk = world.actor(("clerk", "0.43.07.02."))
    with access.acting_as(access.system("tests", over="0.")):
        abroad = db.session.scalars(select(Unit).where(Unit.name == "dingcheng")).one()
        db.session.expunge(abroad)
    with access.acting_as(clerk):
        with transaction() as session:
            session.add(Site(name="本级", unit_id=world.units["wuling"].id))
        with pytest.raises(ForeignWrite), transaction() as session:
            own = session.scalars(select(Site)).one()
            own.unit = session.merge(abroad, load=False)
        with pytest.raises(ForeignWrite), transaction() as session:
            session.add(Site(name="新", unit=session.merge(abroad, load=False)))
        assert names(Site) == {"本级"}


def test_an_auditor_only_reads(world: World) -> None:
    with access.acting_as(world.actor(("auditor", "0.43.07.02."))):
        with pytest.raises(ForeignWrite), transaction() as session:
            session.scalars(select(Unit).where(Unit.name == "wuling")).one().address = "改"
        with pytest.raises(ForeignWrite), transaction() as session:
            session.delete(session.scalars(select(Unit).where(Unit.name == "wuling2")).one())


def test_a_bulk_update_reaches_only_what_is_seen(world: World) -> None:
    with access.acting_as(world.actor(("clerk", "0.43.07.02."))), transaction() as session:
        touched = session.execute(update(Unit).values(address="统一修改"))
        assert touched.rowcount == 2  # type: ignore[attr-defined]
    with access.acting_as(access.system("tests", over="0.")):
        changed = set(db.session.scalars(select(Unit.name).where(Unit.address == "统一修改")))
    assert changed == {"wuling", "wuling2"}


def test_a_sites_own_desk_overrides_its_units(world: World) -> None:
    with access.acting_as(world.actor(("coordinator", "0.43.07.zfwz."))):
        assert names(Site) == {"门户"}
        assert names(Unit) == set()


def test_the_guard_does_not_reach_into_another_thread_of_work(world: World) -> None:
    with access.acting_as(world.actor(("filer", "wuling"))):
        with access.acting_as(world.actor(("filer", "dingcheng"))):
            assert names(Unit) == {"dingcheng"}
        assert names(Unit) == {"wuling"}


def test_a_unit_is_settled_by_the_guard_itself(world: World) -> None:
    """Nobody need call ``assign``: who reviews a unit follows from its home at every flush."""
    home, abroad = world.offices["0.43.07.02."], world.offices["0.43.07.03."]
    with access.acting_as(world.actor(("clerk", "0.43.07.02."))):
        with transaction() as session:
            unit = Unit(
                account="00009001", name="新单位", nature="organ", rank="division", home_id=home.id,
                review_path="0.43.07.03.", filing_path="0.43.07.zfwz.", county_id=abroad.id,
            )  # fmt: skip
            session.add(unit)
            session.flush()
            assert (unit.review_path, unit.filing_path, unit.county_id) == ("0.43.07.02.", None, home.id)
            unit.review_path = "0.43.07.03."
            session.flush()
            assert unit.review_path == "0.43.07.02."
        with pytest.raises(ForeignWrite), transaction() as session:
            session.add(
                Unit(
                    account="00009002",
                    name="越界",
                    nature="organ",
                    rank="division",
                    home_id=abroad.id,
                    review_path="0.43.07.02.",
                    county_id=home.id,
                )
            )
        with pytest.raises(ForeignWrite), transaction() as session:
            session.scalars(select(Unit).where(Unit.name == "新单位")).one().home_id = abroad.id


def test_a_key_points_only_to_rows_that_are_seen(world: World) -> None:
    clerk = world.actor(("clerk", "0.43.07.02."))
    foreign = world.units["dingcheng"].id
    with access.acting_as(clerk):
        with pytest.raises(ForeignWrite, match="supervisor_id"), transaction() as session:
            session.scalars(select(Unit).where(Unit.name == "wuling")).one().supervisor_id = foreign
        with pytest.raises(ForeignWrite, match="supervisor_id"), transaction() as session:
            session.scalars(select(Unit).where(Unit.name == "wuling")).one().supervisor_id = 999_999
        with transaction() as session:
            session.scalars(select(Unit).where(Unit.name == "wuling")).one().supervisor_id = world.units[
                "wuling2"
            ].id
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        session.scalars(select(Unit).where(Unit.name == "wuling2")).one().supervisor_id = foreign
    with access.acting_as(clerk), transaction() as session:  # a key nobody touches may stay what it is
        session.scalars(select(Unit).where(Unit.name == "wuling2")).one().address = "改"
    with access.acting_as(clerk), pytest.raises(ForeignWrite), transaction() as session:
        abroad = Unit(
            account="00009003",
            name="别处",
            nature="organ",
            rank="division",
            home_id=world.offices["0.43.07.03."].id,
        )
        session.scalars(select(Unit).where(Unit.name == "wuling")).one().supervisor = abroad


def test_a_task_reaches_only_its_stated_scope(world: World) -> None:
    with access.acting_as(access.system("tests", over="0.43.07.02.")):
        assert names(Unit) == {"wuling", "wuling2"}
        with transaction() as session:
            session.add(Site(name="本级", unit_id=world.units["wuling"].id))
        with pytest.raises(ForeignWrite), transaction() as session:
            session.add(Site(name="越界", unit_id=world.units["dingcheng"].id))
    with access.acting_as(access.system("tests")):
        assert names(Unit) == set()
        with pytest.raises(ForeignWrite), transaction() as session:
            session.add(Site(name="无", unit_id=world.units["wuling"].id))


def test_a_bulk_write_needs_the_right_to_write(world: World) -> None:
    with access.acting_as(world.actor(("auditor", "0.43.07.02."))), transaction() as session:
        assert names(Unit) == {"wuling", "wuling2"}
        assert session.execute(update(Unit).values(address="改")).rowcount == 0  # type: ignore[attr-defined]
        assert session.execute(delete(Unit)).rowcount == 0  # type: ignore[attr-defined]
    with access.acting_as(world.actor(("clerk", "0.43.07."))), transaction() as session:
        reached = session.execute(update(Unit).values(address="改")).rowcount  # type: ignore[attr-defined]
    with access.acting_as(access.system("tests", over="0.")):
        at = set(db.session.scalars(select(Unit.review_path).where(Unit.address == "改")))
    assert reached
    assert at == {"0.43.07."}


def test_a_bulk_write_that_moves_rows_or_skips_the_guard_is_refused(world: World) -> None:
    clerk = world.actor(("clerk", "0.43.07.02."))
    own, abroad = world.units["wuling"].id, world.offices["0.43.07.03."]
    statements: list[tuple[Any, Any]] = [
        (update(Unit).values(review_path="0.43.07.03."), None),
        (update(Unit).values({Unit.home_id: abroad.id}), None),
        (update(Unit).values(supervisor_id=own), None),
        (update(Site).values(unit_id=own), None),
        (update(Unit), [{"id": own, "address": "改"}]),
        (insert(Site), [{"name": "越", "unit_id": own, "review_path": "0.43.07.03."}]),
        (insert(Site).values(name="越", unit_id=own, review_path="0.43.07.03."), None),
    ]
    with access.acting_as(clerk):
        for statement, rows in statements:
            with pytest.raises(ForeignWrite), transaction() as session:
                session.execute(statement, rows) if rows else session.execute(statement)
    with access.acting_as(access.system("tests", over="0.")):
        assert names(Site) == {"门户", "另一网站"}
        assert db.session.scalar(select(Unit.review_path).where(Unit.id == own)) == "0.43.07.02."


def test_an_outer_join_to_an_alias_is_narrowed_in_its_condition(world: World) -> None:
    twin = aliased(Unit)
    query = select(Office.path, twin.name).outerjoin(twin, twin.home_id == Office.id)
    for post, seen in (
        (("reviewer", "0.43.07.02."), {"wuling", "wuling2", "customs"}),
        (("filer", "wuling"), {"wuling"}),
        (("reviewer", "0.43.07.02."), {"wuling", "wuling2"}),
    ):
        with access.acting_as(world.actor(post)):
            rows = db.session.execute(query).all()
            mine = names(Unit)
            assert {name for _path, name in rows if name} == mine <= seen
            assert {path for path, _name in rows} == set(db.session.scalars(select(Office.path)))


def test_a_guarded_statement_kept_for_one_gives_another_no_more(world: World) -> None:
    reviewer, filer = world.actor(("reviewer", "0.43.07.02.")), world.actor(("filer", "dingcheng"))
    kept = guarded(select(Unit.name), reviewer)
    for _turn in range(2):
        with access.acting_as(reviewer):
            assert set(db.session.scalars(kept)) == {"wuling", "wuling2"}
        with access.acting_as(filer):
            assert set(db.session.scalars(kept)) == set()


def test_a_sub_select_below_a_public_table_is_narrowed_too(world: World) -> None:
    some = select(Unit.id, Unit.name, Unit.home_id).subquery()
    common = select(Unit.name).cte("units")
    asked: list[Any] = [
        select(Office.id).where(Office.id.in_(select(Unit.home_id))),
        select(Office.id).where(exists().where(Unit.home_id == Office.id)),
        select(Office.id).where(select(func.count(Unit.id)).scalar_subquery() > 0),
        select(Office.id).join(some, some.c.home_id == Office.id),
        select(Office.id).where(Office.path == select(func.min(Unit.review_path)).scalar_subquery()),
        select(some),
        select(common),
        union_all(select(Unit.id), select(Site.id)),
    ]
    with access.acting_as(access.system("tests", over="0.")):
        assert all(db.session.execute(query).all() for query in asked)
    with access.acting_as(access.NOBODY):
        assert [db.session.execute(query).all() for query in asked] == [[]] * len(asked)


EVERYTHING = access.system("tests", over="0.")
CLERK = ("clerk", "0.43.07.02.")


def test_ending_a_pause_or_forgetting_an_authenticator_opens_no_account_and_no_post(world: World) -> None:
    security, office = world.actor(("security", "0.43.07.")), world.offices["0.43.07."]
    for role in ("head", "security"):
        with access.acting_as(security), pytest.raises(ForeignWrite), transaction() as session:
            session.add(
                Post(person_id=security.person_id, role=role, office_id=office.id, since=date(2014, 1, 1))
            )
    with access.acting_as(security), pytest.raises(ForeignWrite), transaction() as session:
        session.scalars(select(Person).where(Person.office_id == office.id)).one().last_name = "改"
    with access.acting_as(security), transaction() as session:
        assert session.execute(update(Person).values(last_name="改")).rowcount == 0  # type: ignore[attr-defined]
    assert access.policy().writing_acts("user") == ("manage",)


@pytest.mark.parametrize("post", [CLERK, ("admin", "0."), ("head", "0.43.07.")])
def test_offices_and_contacts_are_changed_by_the_platform_only(world: World, post: tuple[str, str]) -> None:
    actors = (world.actor(post), access.NOBODY, access.ANONYMOUS, access.system("tests", over="0.43."))
    with access.acting_as(EVERYTHING), transaction() as session:
        session.add(
            Contact(office_id=world.offices["0.43.07."].id, topic="materials", section="科", phone="1")
        )
    city = select(Office).where(Office.path == "0.43.07.")

    def another() -> Office:
        return Office(code="x", path="0.43.07.x.", name="x", short_name="x", kind="office", level="county")

    changes: list[Any] = [
        lambda session: setattr(session.scalars(city).one(), "settings", {}),
        lambda session: session.delete(
            session.scalars(select(Office).where(Office.path == "0.43.01.02.")).one()
        ),
        lambda session: session.add(another()),
        lambda session: setattr(session.scalars(select(Contact)).one(), "phone", "2"),
        lambda session: session.delete(session.scalars(select(Contact)).one()),
        lambda session: session.execute(update(Office).values(settings={})),
        lambda session: session.execute(delete(Contact)),
        lambda session: session.execute(insert(Contact), [{"office_id": 1, "topic": "hanging"}]),
    ]
    for actor in actors:
        for change in changes:
            with (
                access.acting_as(actor),
                pytest.raises(ForeignWrite, match="platform"),
                transaction() as session,
            ):
                change(session)
                session.flush()
        with access.acting_as(actor), transaction() as session:  # reading, and an office nobody changed
            assert session.scalars(city).one().settings
            session.scalars(city).one().name = "0.43.07."
    with access.acting_as(EVERYTHING), transaction() as session:
        session.scalars(city).one().settings = {}


def test_secrets_are_read_and_changed_by_the_platform_only(world: World) -> None:
    clerk, moment = world.actor(CLERK), datetime(2014, 11, 18, tzinfo=UTC)
    mine = clerk.person_id
    with access.acting_as(EVERYTHING), transaction() as session:
        session.add(FormerPassword(person_id=mine, hashed="x", replaced_at=moment))
        session.add(RecoveryCode(person_id=mine, digest="x"))
        session.add(SecondFactor(person_id=mine, secret="x", offered_in=0))
    asked: list[Any] = [
        *(select(model) for model in (FormerPassword, RecoveryCode, SecondFactor)),
        select(FormerPassword.hashed),
        select(aliased(FormerPassword).hashed),
        select(func.count(SecondFactor.id)).having(func.count(SecondFactor.id) > 0),
        select(Office.id).where(exists().where(RecoveryCode.person_id == mine)),
        select(Person.id).join(FormerPassword, FormerPassword.person_id == Person.id),
    ]
    for actor in (clerk, world.actor(("admin", "0.")), access.NOBODY, access.system("tests", over="0.43.")):
        with access.acting_as(actor):
            assert [db.session.execute(query).all() for query in asked] == [[]] * len(asked)
            with pytest.raises(ForeignWrite), transaction() as session:
                session.add(RecoveryCode(person_id=mine, digest="mine"))
            for statement in (delete(SecondFactor), update(FormerPassword).values(hashed="y")):
                with pytest.raises(ForeignWrite), transaction() as session:
                    session.execute(statement)
    with access.acting_as(EVERYTHING):
        assert all(db.session.execute(query).all() for query in asked)


def test_a_table_named_without_its_class_is_refused(world: World) -> None:
    unit: Any = Unit.__table__
    asked: list[Any] = [
        select(column("name")).select_from(table("unit")),
        select(func.count()).select_from(table("unit")),
        select(unit.c.name),
        select(unit),
        select(Office.id).join(unit, unit.c.home_id == Office.id),
        select(Office.id).where(Office.id.in_(select(unit.c.home_id))),
        select(table("second_factor", column("secret")).c.secret),
        union_all(select(Site.name), select(unit.c.name)),
        update(unit).values(address="改"),
        delete(unit),
        insert(unit).values(name="越"),
        update(table("office", column("settings"))).values(settings="{}"),
    ]
    for actor in (world.actor(CLERK), access.NOBODY, access.system("tests", over="0.43.")):
        with access.acting_as(actor):
            for query in asked:
                with pytest.raises(PastTheGuard), transaction() as session:
                    session.execute(query)
    with access.acting_as(EVERYTHING):
        assert all(db.session.execute(query).all() for query in asked[:6])
    with access.acting_as(world.actor(CLERK)):  # what has no jurisdiction is everybody's
        assert db.session.execute(select(column("name")).select_from(table("office"))).all()
