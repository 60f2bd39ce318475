"""A county goes to another city: everything of it goes along, nothing stays behind, nobody keeps a look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, String, Text, cast, event, func, select, text

from app.foundation import access, audit
from app.foundation.access import guard, settling
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.tenancy import moves, routing, service, vertical
from app.foundation.tenancy.models import Grant, Office, Person, Post, Site, Unit
from app.kernel import paths
from app.kernel.errors import AccessDenied, Refusal
from app.plugins.campaigns.models import Campaign
from tests.services.afresh import read_afresh

TASK = access.system("tests", over="0.")
BOTH = pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
OLD, NEW = "0.43.07.02.", "0.43.01.92."
DOCUMENT = "民函〔2015〕3号"
# What says how it was on its day: the audit record, and the snapshot the registry was sent, with its hash.
OF_ITS_DAY = {("audit_entry", "*"), ("batch_item", "snapshot")}
PEOPLE = (
    "central.head", "hunan.auditor", "changde.reviewer", "changde.egov", "changde.admin", "changde.security",
    "changde.inspector", "wuling.reviewer", "wuling.egov", "dingcheng.reviewer", "unit.wuling", "unit.customs",
    "conac.registrar", "changsha.head",
)  # fmt: skip


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.fixture
def country(app: Flask) -> Flask:
    """The demo, with a head in the city that gains, and exceptions between the county and everybody."""
    with access.acting_as(TASK), transaction() as session:
        person = Person(username="changsha.head", last_name="负责人", first_name="", email="c@bianban.invalid",
                        password="", active=True, office_id=office("430100").id)  # fmt: skip
        session.add(person)
        session.flush()
        session.add(
            Post(person_id=person.id, role="head", office_id=office("430100").id, since=date(2000, 1, 1))
        )
        for holder, how, where in (
            ("0.43.07.egov.", "under", OLD),  # the old city's desk looks into the county
            (OLD, "at", "0.43.07.03."),  # the county looks into its former neighbour
            ("0.43.01.", "under", OLD),  # the new city had been granted it already
            ("0.43.", "under", OLD),  # the province stays above
            (f"{OLD}egov.", "at", OLD),  # within the county
        ):
            session.add(Grant(holder_path=holder, relation="guides", how=how, where_path=where,
                              since=date(2000, 1, 1), document="测试文件"))  # fmt: skip
    return app


def office(code: str) -> Office:
    found: Office = db.session.scalars(select(Office).where(Office.code == code)).one()
    return found


def move(code: str = "430702", parent: str = "430100", division_code: str | None = "430192") -> moves.Moved:
    with access.acting_as(TASK), transaction():
        return moves.move(office(code), office(parent), actor=TASK, reason="区划调整", document=DOCUMENT,
                          division_code=division_code)  # fmt: skip


def seen(username: str) -> dict[str, set[int]]:
    """Every row the guard lets a person read, by table."""
    read_afresh()
    db.session.expire_all()
    with access.acting_as(access.actor_for(username)):
        return {
            model.__tablename__: set(db.session.scalars(select(model.id)))  # type: ignore[attr-defined]
            for model in guard.scoped_models()
        }


def inside(path: str) -> dict[str, set[int]]:
    """Every row decided at a path or below it, by table."""
    with access.acting_as(TASK):
        return {
            model.__tablename__: set(  # type: ignore[attr-defined]
                db.session.scalars(
                    select(model.id).where(  # type: ignore[attr-defined]
                        model.review_path >= path, model.review_path < paths.upper_bound(path)
                    )
                )
            )
            for model in guard.scoped_models()
        }


def naming(path: str) -> dict[tuple[str, str], int]:
    """Where a path stands as text, anywhere in the database."""
    found = {}
    with access.acting_as(TASK):
        for table in db.metadata.tables.values():
            for column in table.columns:
                if isinstance(column.type, (String, Text, JSON)):
                    like = cast(column, String).like(f"%{path}%")
                    count = db.session.scalar(select(func.count()).select_from(table).where(like))
                    if count:
                        found[table.name, column.name] = count
    return found


def checksums() -> dict[str, str]:
    """Every table as it stands."""
    read_afresh()
    with access.acting_as(TASK):
        return {
            table.name: repr(db.session.execute(select(table).order_by(*table.primary_key.columns)).all())
            for table in db.metadata.tables.values()
        }


def underived() -> list[str]:
    """Rows whose facts are not what row-by-row derivation gives: units by ``reassign``, the rest by the guard."""
    db.session.expire_all()
    wrong = []
    with access.acting_as(TASK), db.session.no_autoflush:
        tree = service.tree_of(db.session.scalars(select(Office)))
        for unit in db.session.scalars(select(Unit)):
            derived = service.route(unit, tree=tree).facts
            wrong += [f"{unit} {name}" for name, value in derived.items() if getattr(unit, name) != value]
        for model in guard.scoped_models():
            for row in () if model is Unit else db.session.scalars(select(model)):
                settling.settle(db.session(), row, set())
                if db.session.is_modified(row):
                    wrong.append(f"{model.__name__} {row.id}")  # type: ignore[attr-defined]
    read_afresh()
    return wrong


@BOTH
def test_everything_of_the_county_goes_along(country: Flask) -> None:
    assert underived() == []
    before = inside(OLD)
    assert all(
        before[name]
        for name in ("unit", "site", "survey_sheet", "application", "ab_user", "post", "jurisdiction_grant")
    )
    moved = move()
    assert (moved.plan.old, moved.plan.new) == (OLD, NEW)
    after = inside(NEW)
    assert {name: rows for name, rows in before.items() if rows != after[name]} == {}
    assert all(not rows for rows in inside(OLD).values())
    left = {place for place in naming(OLD) if place not in OF_ITS_DAY and (place[0], "*") not in OF_ITS_DAY}
    assert left == set()
    assert underived() == []
    county, city = office("430702"), office("430100")
    assert (county.parent_id, county.division_code, county.path) == (city.id, "430192", NEW)
    assert office("430702-EGOV").path == f"{NEW}egov."
    with access.acting_as(TASK):
        unit = db.session.scalars(select(Unit).where(Unit.review_path == NEW)).first()
        assert unit is not None
        assert (unit.city_id, unit.county_id) == (city.id, county.id)
        groups = db.session.scalars(select(Campaign.groups)).all()
    assert OLD not in str(groups)
    assert NEW in str(groups)


@BOTH
def test_who_sees_what_before_and_after(country: Flask) -> None:
    county = inside(OLD)
    with access.acting_as(TASK):
        of_the_old_city = set(
            db.session.scalars(select(Campaign.id).where(Campaign.review_path == "0.43.07."))
        )
    assert of_the_old_city
    before = {name: seen(name) for name in PEOPLE}
    move()
    after = {name: seen(name) for name in PEOPLE}
    same = ("central.head", "hunan.auditor", "dingcheng.reviewer", "unit.customs", "conac.registrar")
    for name in same:
        assert after[name] == before[name], name
    for name in (
        "changde.reviewer",
        "changde.egov",
        "changde.admin",
        "changde.security",
        "changde.inspector",
    ):
        for table, rows in after[name].items():
            kept = {"campaign", "campaign_step"} & {table}
            assert kept or not rows & county[table] - granted(table), (name, table)
            assert rows <= before[name][table], (name, table)
    for name in ("wuling.reviewer", "wuling.egov", "unit.wuling"):
        for table, rows in before[name].items():
            if not table.startswith("campaign") and table != "jurisdiction_grant":
                assert after[name][table] & county[table] == rows & county[table], (name, table)
        assert not after[name]["campaign"] & of_the_old_city, name
    gained = {table: rows - before["changsha.head"][table] for table, rows in after["changsha.head"].items()}
    assert gained["badge"] == county["badge"]
    assert gained["stored_file"] == set()  # an upper office reads the case and not the identity card
    assert gained["survey_sheet"] == set() != county["survey_sheet"]  # it had been granted those before
    assert after["changsha.head"]["application"] >= county["application"] != set()
    assert before["changde.reviewer"]["application"] >= county["application"]


def granted(table: str) -> set[int]:
    """Exceptions stay readable to the side that held them, stopped."""
    with access.acting_as(TASK):
        return set(db.session.scalars(select(Grant.id))) if table == "jurisdiction_grant" else set()


def test_exceptions_between_the_county_and_its_old_city_stop(country: Flask) -> None:
    assert move().stopped == 2
    with access.acting_as(TASK):
        rows = db.session.scalars(select(Grant).where(Grant.document == "测试文件").order_by(Grant.id)).all()
        assert [(one.holder_path, one.where_path, one.stopped_on is None) for one in rows] == [
            ("0.43.07.egov.", NEW, False),
            (NEW, "0.43.07.03.", False),
            ("0.43.01.", NEW, True),
            ("0.43.", NEW, True),
            (f"{NEW}egov.", NEW, True),
        ]
    egov = access.actor_for("changde.egov")
    assert NEW not in [grant.where_path for post in egov.posts for grant in post.grants]


def test_it_is_one_act_in_the_record(country: Flask) -> None:
    rows = move().rows
    with access.acting_as(TASK):
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "office.moved")).one()
        assert entry.before == {"path": OLD, "parent": "0.43.07."}
        assert entry.after == {"path": NEW, "parent": "0.43.01.", "document": DOCUMENT, "rows": rows,
                               "grants_stopped": 2}  # fmt: skip
        assert entry.reason == "区划调整"
        assert audit.verify() == []


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that reach the database."""
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@BOTH
def test_one_update_a_table_however_many_rows(country: Flask) -> None:
    with counted() as said:
        move()
    updates = [one.split()[1].strip('"') for one in said if one.lstrip().upper().startswith("UPDATE")]
    scoped = {model.__tablename__ for model in guard.scoped_models()}  # type: ignore[attr-defined]
    per_table = {name: updates.count(name) for name in set(updates)}
    assert set(per_table) >= scoped
    assert (
        max(
            number
            for name, number in per_table.items()
            if name in scoped - {"jurisdiction_grant", "campaign"}
        )
        == 1
    )


@BOTH
def test_a_move_that_fails_half_way_changes_nothing(country: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = checksums()

    def broken(*_args: object) -> None:
        assert naming(OLD).keys() <= {("audit_entry", "review_path"), *naming(OLD)}
        raise RuntimeError("half way")

    monkeypatch.setattr(vertical.Crossing, "carry", broken)
    with pytest.raises(RuntimeError, match="half way"):
        move()
    assert checksums() == before
    monkeypatch.undo()
    move()
    assert checksums() != before


NONSENSE = (
    ("430700", "430700", None, "move-into-itself"),
    ("430700", "430702", None, "move-into-itself"),
    ("430702", "430700", None, "move-nowhere"),
    ("430702", "430100", None, "move-taken"),  # 02 is 芙蓉区 there
    ("430702", "430703", None, "move-level"),
    ("430702", "430100-EGOV", None, "move-level"),
    ("4307Z1", "430000", None, "move-level"),
    ("430700", "430100", None, "move-level"),
    ("430700", "000000", None, "move-level"),
    ("430000", "420000", None, "move-level"),
    ("430700-EGOV", "430100", None, "move-level"),
    ("CONAC", "430000", None, "move-level"),
    ("430702", "430100", "43019", "division-code"),
    ("430702", "430100", "430100", "division-level"),
)


def test_nonsense_is_refused_and_changes_nothing(country: Flask) -> None:
    with access.acting_as(TASK), transaction() as session:
        session.add(Office(code="430100-EGOV", path="0.43.01.egov.", name="长沙市电政办", short_name="长沙市电政办",
                           kind="desk", level="desk", desk_kind="egov", parent_id=office("430100").id))  # fmt: skip
    before = checksums()
    for code, parent, division_code, refusal in NONSENSE:
        with pytest.raises(Refusal) as refused:
            move(code, parent, division_code)
        assert refused.value.code == refusal, (code, parent)
    assert checksums() == before


def test_only_the_platform_moves_offices_and_only_by_document(country: Flask) -> None:
    head = access.actor_for("central.head")
    for actor in (head, access.system("tests", over="0.43."), access.NOBODY):
        with pytest.raises(AccessDenied), transaction():
            moves.move(office("430702"), office("430100"), actor=actor, reason="", document=DOCUMENT)
    with pytest.raises(Refusal) as refused, transaction():
        moves.move(office("430702"), office("430100"), actor=TASK, reason="", document=" ")
    assert refused.value.code == "move-undocumented"


def test_directly_under_a_province_a_county_takes_four_digits(country: Flask) -> None:
    move("430702", "430000", None)
    county = office("430702")
    assert county.path == "0.43.0702."
    with access.acting_as(TASK):
        unit = db.session.scalars(select(Unit).where(Unit.review_path == county.path)).first()
        assert unit is not None
        assert (unit.city_id, unit.county_id) == (None, county.id)
    assert underived() == []
    move("430702", "430700", None)
    assert office("430702").path == OLD
    assert underived() == []


def test_a_whole_city_goes_to_another_province(country: Flask) -> None:
    move("430700", "420000", "429100")
    assert office("430702").path == "0.42.91.02."
    assert office("4307Z2").path == "0.42.91.z2."
    assert naming("0.43.07.").keys() <= {("audit_entry", c) for c in ("review_path", "before", "after")} | {
        ("batch_item", "snapshot"),
        ("approved_facts", "snapshot"),
    }
    assert underived() == []


@BOTH
def test_units_reviewed_by_the_province_change_hands_when_the_county_leaves_it(country: Flask) -> None:
    with access.acting_as(TASK), transaction() as session:
        unit = Unit(account="99999999", name="武陵区国土分局", nature="organ", rank="division",
                    management="provincial_vertical", home_id=office("430702").id)  # fmt: skip
        service.assign(unit)
        session.add(unit)
        session.flush()
        session.add(Site(name="国土分局网", unit_id=unit.id))
        person = Person(username="land", last_name="经办人", first_name="", email="l@bianban.invalid", password="",
                        active=True, office_id=office("430000").id)  # fmt: skip
        session.add(person)
        session.flush()
        session.add(Post(person_id=person.id, role="filer", unit_id=unit.id, since=date(2000, 1, 1)))
        key, kept = unit.id, person.id
    move()
    assert facts(Unit, key) == "0.43."
    move("430702", "420500", "420592")
    assert (facts(Unit, key), facts(Person, kept)) == ("0.42.", "0.42.")
    with access.acting_as(TASK):
        assert db.session.scalars(select(Site.review_path).where(Site.unit_id == key)).one() == "0.42."
        assert db.session.scalars(select(Post.review_path).where(Post.unit_id == key)).one() == "0.42."
        assert db.session.get_one(Person, kept).office_id == office("420000").id
    assert underived() == []


def facts(model: type[Any], key: int) -> str:
    with access.acting_as(TASK):
        db.session.expire_all()
        return str(db.session.get_one(model, key).review_path)


def test_the_command_counts_asks_and_moves(country: Flask) -> None:
    before = checksums()
    runner = country.test_cli_runner()
    base = ["tenants", "move", "430702", "430100", "--document", DOCUMENT, "--division-code", "430192"]
    db.session.remove()
    checked = runner.invoke(args=[*base, "--check"])
    assert (checked.exit_code, "仅核对，未写入。" in checked.output) == (0, True)
    assert f"由 {OLD} 调整到" in checked.output
    refused = runner.invoke(args=base, input="n\n")
    assert refused.exit_code == 1
    assert checksums() == before
    db.session.remove()
    wrong = runner.invoke(args=[*base[:3], "430703", *base[4:]])
    assert (wrong.exit_code, "不能直接列在" in wrong.output) == (1, True)
    foreseen = int(checked.output.split("共改写 ")[1].split(" ")[0])
    done = runner.invoke(args=[*base, "--yes"])
    assert done.exit_code == 0, done.output
    assert f"已调整，改写 {foreseen} 行，停止授权 2 条。" in done.output
    assert office("430702").path == NEW
    assert routing.levels(NEW, service.tree_of(db.session.scalars(select(Office))))[1] == office("430100").id
    with access.acting_as(TASK):
        assert not db.session.scalars(text("SELECT id FROM unit WHERE review_path LIKE '0.43.07.02.%'")).all()
