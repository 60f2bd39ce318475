"""``flask tenants sync``: all or nothing, repeatable, nothing deleted, and what rests on an office follows it."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.config import ROOT
from app.foundation import access, clock
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.signing.models import SignInRecord
from app.foundation.tenancy import service, sync
from app.foundation.tenancy.declared.sources import TenantsInvalid
from app.foundation.tenancy.differences import Changes
from app.foundation.tenancy.models import Contact, Grant, Office, Person, Post, Site, Unit
from tests.foundation.tenancy.conftest import Edit

OFFICES, SETTINGS = "430700/offices.csv", "430700/settings.yaml"
SYSTEM = access.system("tests", over="0.")


def run(app: Flask) -> Changes:
    db.session.remove()
    with transaction():
        return sync.run(Path(app.config["TENANTS_DIR"]))


def office(code: str) -> Office:
    found: Office = db.session.scalars(select(Office).where(Office.code == code)).one()
    return found


def snapshot() -> list[tuple[object, ...]]:
    rows = select(Office.code, Office.path, Office.name, Office.parent_id, Office.active, Office.settings)
    return [tuple(row) for row in db.session.execute(rows.order_by(Office.code))]


def command(app: Flask, *args: str) -> tuple[int, str]:
    db.session.remove()
    result = app.test_cli_runner().invoke(args=["tenants", "sync", *args])
    return result.exit_code, result.output


def add_unit(account: str, home: str, **columns: object) -> int:
    with access.acting_as(SYSTEM), transaction() as session:
        unit = Unit(account=account, name=f"单位{account}", nature="organ", **{"rank": "division", **columns})
        unit.home_id = office(home).id
        service.assign(unit)
        session.add(unit)
        session.flush()
        return unit.id


def every_grant() -> list[Grant]:
    with access.acting_as(SYSTEM):
        return list(db.session.scalars(select(Grant)))


def facts(unit_id: int) -> tuple[object, ...]:
    with access.acting_as(SYSTEM):
        db.session.expire_all()
        unit = db.session.get_one(Unit, unit_id)
        return unit.review_path, unit.filing_path, unit.city_id, unit.county_id


def test_a_first_run_writes_everything_and_a_second_nothing(app: Flask) -> None:
    first = run(app)
    assert (len(first.created), len(first.contacts_created), len(first.grants_created)) == (14, 1, 1)
    before = snapshot()
    assert {row[0] for row in before} == {plan.code for plan in first.created}
    assert office("430702").parent is office("430700")
    assert office("4307Z2").settings["badge_segment"] == "9102"
    second = run(app)
    assert not second.any
    assert snapshot() == before


def test_the_real_data_loads_quickly_and_is_stable(app: Flask) -> None:
    app.config["TENANTS_DIR"] = str(ROOT / "tenants")
    started = time.monotonic()
    assert len(run(app).created) == 3242
    assert time.monotonic() - started < 20
    assert not run(app).any
    assert db.session.scalar(select(func.count()).select_from(Office)) == 3242


def test_it_is_the_same_on_postgresql(postgres_app: Flask, edit: Edit) -> None:
    assert len(run(postgres_app).created) == 14
    unit = add_unit("00000001", "4307Z5")
    edit(OFFICES, "4307Z5,430700,thy", "4307Z5,430700,swap")
    edit(OFFICES, "430700,zfwz", "430700,thy")
    edit(OFFICES, "430700,swap", "430700,zfwz")
    assert run(postgres_app).reassigned == 1
    assert facts(unit)[:2] == ("0.43.07.", "0.43.07.zfwz.")
    assert not run(postgres_app).any
    postgres_app.config["TENANTS_DIR"] = str(ROOT / "tenants")
    assert len(run(postgres_app).created) == 3242 - 14
    assert not run(postgres_app).any


def test_a_fault_changes_nothing_and_exits_1(app: Flask, edit: Edit) -> None:
    run(app)
    before = snapshot()
    edit("430700/names.csv", "武陵区编办", "改名")
    edit(OFFICES, "office,zone", "office,town")
    code, output = command(app)
    assert code == 1
    assert "机构数据有 1 处错误，未作任何更改。" in output
    assert "430700/offices.csv:2：不认识的 level：town。" in output
    assert snapshot() == before


def test_check_reports_and_writes_nothing(app: Flask, edit: Edit) -> None:
    code, output = command(app, "--check")
    assert code == 0
    assert "仅核对，未写入。" in output
    assert "机构：新增 14 个，变更 0 个，停用 0 个。" in output
    assert snapshot() == []
    code, output = command(app)
    assert (code, "已同步。" in output) == (0, True)
    edit("430700/names.csv", "武陵区编办", "武陵编办")
    code, output = command(app, "--check")
    assert "变更：430702 武陵区机构编制办公室（short_name）" in output
    assert office("430702").short_name == "武陵区编办"
    edit(OFFICES, "office,zone", "office,town")
    assert command(app, "--check")[0] == 1


def test_a_changed_office_is_updated_in_place(app: Flask, edit: Edit) -> None:
    run(app)
    kept = office("430702").id
    edit("430700/names.csv", "武陵区编办", "武陵编办")
    edit(SETTINGS, '"0736"', '"0737"')
    changes = run(app)
    assert {c.plan.code: sorted(c.after) for c in changes.changed} == {
        "430702": ["short_name"], "430700": ["settings"]}  # fmt: skip
    assert (office("430702").id, office("430702").short_name) == (kept, "武陵编办")
    assert office("430700").settings["area_code"] == "0737"
    with access.acting_as(SYSTEM):
        verbs = list(db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.seq)))
    assert verbs == ["tenants.synced", "office.changed", "office.changed", "tenants.synced"]


def test_a_vanished_office_is_closed_not_deleted_and_may_return(app: Flask, edit: Edit) -> None:
    run(app)
    line = "430700-EGOV,430700,egov,市电子政务办,市电子政务办,desk,desk,egov,通知第一条\n"
    grant = "430700-EGOV,guides,filed,4307Z5,2014-11-10,,常编办发〔2014〕9号 第一条\n"
    edit(OFFICES, line, "")
    edit("430700/grants.csv", grant, "")
    kept = office("430700-EGOV").id
    changes = run(app)
    assert [gone.code for gone in changes.vanished] == ["430700-EGOV"]
    assert office("430700-EGOV").active is False
    assert len(every_grant()) == 1
    assert not run(app).any
    assert "停用 0 个" in command(app)[1]
    edit(OFFICES, "4307Z5,", line + "4307Z5,")
    assert [c.plan.code for c in run(app).changed] == ["430700-EGOV"]
    assert (office("430700-EGOV").id, office("430700-EGOV").active) == (kept, True)


def test_a_path_still_held_by_a_vanished_office_is_not_given_away(app: Flask, edit: Edit) -> None:
    run(app)
    before = snapshot()
    edit(OFFICES, "4307Z2,430700,z2", "4307Z9,430700,z2")
    edit(SETTINGS, '"4307Z2"', '"4307Z9"')
    with pytest.raises(TenantsInvalid) as refused:
        run(app)
    assert "430700/offices.csv:2：路径 0.43.07.z2. 已由" in str(refused.value)
    assert snapshot() == before


def test_contacts_follow_the_file(app: Flask, edit: Edit) -> None:
    run(app)
    edit("430700/contacts.csv", "materials,综合科,7786510", "materials,综合科,7786511")
    assert len(run(app).contacts_changed) == 1
    edit("430700/contacts.csv", "430700,materials,综合科,7786511", "430700,technical,用编管理科,7786252")
    changes = run(app)
    assert (len(changes.contacts_created), len(changes.contacts_removed)) == (1, 1)
    assert [(c.topic, c.phone) for c in db.session.scalars(select(Contact))] == [("technical", "7786252")]


def test_a_grant_ends_by_its_date_and_stays(app: Flask, edit: Edit) -> None:
    run(app)
    edit("430700/grants.csv", "2014-11-10,,", "2014-11-10,2014-12-31,")
    assert len(run(app).grants_changed) == 1
    assert [grant.until for grant in every_grant()] == [date(2014, 12, 31)]


def test_a_new_path_carries_children_units_sites_and_grants_along(app: Flask, edit: Edit) -> None:
    run(app)
    zone = add_unit("00000001", "4307Z2")
    guided = add_unit("00000002", "4307Z5")
    county = add_unit("00000003", "430702")
    with access.acting_as(SYSTEM), transaction() as session:
        session.add(Site(name="区网站", unit_id=zone))
    edit(OFFICES, "430700,z2", "430700,z8")
    edit(OFFICES, "430700,thy", "430700,taohua")
    changes = run(app)
    assert changes.reassigned == 2
    assert facts(zone)[0] == "0.43.07.z8."
    assert facts(guided)[:2] == ("0.43.07.", "0.43.07.taohua.")
    assert facts(county)[0] == "0.43.07.02."
    with access.acting_as(SYSTEM):
        assert db.session.scalars(select(Site.review_path)).all() == ["0.43.07.z8."]
        verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.obj == "unit")).all()
    assert verbs == ["unit.reassigned"] * 2
    assert [grant.where_path for grant in every_grant()] == ["0.43.07.taohua."]
    assert not run(app).any


def test_accounts_posts_and_sessions_go_where_their_office_or_unit_goes(app: Flask, edit: Edit) -> None:
    run(app)
    zone = add_unit("00000001", "4307Z2")
    with access.acting_as(SYSTEM), transaction() as session:
        people = [
            Person(
                username=name,
                last_name=name,
                first_name="",
                email=f"{name}@bianban.invalid",
                password="",
                active=True,
                office_id=office("4307Z2").id,
            )
            for name in ("head", "filer")
        ]
        session.add_all(people)
        session.flush()
        session.add(
            Post(person_id=people[0].id, role="head", office_id=office("4307Z2").id, since=date(2014, 1, 1))
        )
        session.add(Post(person_id=people[1].id, role="filer", unit_id=zone, since=date(2014, 1, 1)))
        session.add(SignInRecord(at=clock.wall(), outcome="success", kind="browser", person_id=people[0].id))
    edit(OFFICES, "430700,z2", "430700,z8")
    run(app)
    with access.acting_as(SYSTEM):
        db.session.expire_all()
        for model, count in ((Person, 2), (Post, 2), (SignInRecord, 1)):
            assert db.session.scalars(select(model.review_path)).all() == ["0.43.07.z8."] * count, model


def test_two_offices_may_exchange_paths(app: Flask, edit: Edit) -> None:
    run(app)
    guided = add_unit("00000001", "4307Z5")
    edit(OFFICES, "4307Z5,430700,thy", "4307Z5,430700,swap")
    edit(OFFICES, "430700,zfwz", "430700,thy")
    edit(OFFICES, "430700,swap", "430700,zfwz")
    run(app)
    assert (office("4307Z5").path, office("430700-ZFWZ").path) == ("0.43.07.zfwz.", "0.43.07.thy.")
    assert facts(guided)[1] == "0.43.07.zfwz."
    assert [grant.where_path for grant in every_grant()] == ["0.43.07.zfwz."]


def test_an_office_moved_under_another_parent_takes_its_units_along(app: Flask, edit: Edit) -> None:
    run(app)
    unit = add_unit("00000001", "4307Z2")
    changshalike = "420500,宜昌市,city,420000\n"
    edit("national/divisions.csv", changshalike, changshalike + "430100,长沙市,city,430000\n")
    edit("430700/offices.csv", "4307Z2,430700,z2,柳叶湖政工人事部门,柳叶湖,office,zone,,通知第一条\n", "")
    edit(SETTINGS, '"4307Z2": {badge_segment: "9102"}\n', "")
    edit("national/offices.csv", "registry,registry,,\n",
         "registry,registry,,\n4307Z2,430100,z2,柳叶湖政工人事部门,柳叶湖,office,zone,,\n")  # fmt: skip
    run(app)
    moved = office("4307Z2")
    assert (moved.path, moved.parent.code if moved.parent else None) == ("0.43.01.z2.", "430100")
    assert facts(unit) == ("0.43.01.z2.", None, office("430100").id, moved.id)


def test_a_changed_filing_rule_reaches_the_units_it_concerns(app: Flask, edit: Edit) -> None:
    run(app)
    bureau = add_unit("00000001", "430700", personnel_desk_id=office("430700-RENSHE").id)
    carried = add_unit("00000002", "430700", rank="section", supervisor_id=bureau)
    own = add_unit("00000003", "430700", rank="deputy_division", supervisor_id=bureau)
    assert (facts(carried)[1], facts(own)[1]) == ("0.43.07.renshe.", None)
    edit(SETTINGS, "own_from: deputy_division", "own_from: division")
    assert run(app).reassigned == 1
    assert (facts(carried)[1], facts(own)[1]) == ("0.43.07.renshe.", "0.43.07.renshe.")
    edit(
        OFFICES, "430700-RENSHE,430700,renshe,市人社局人事科,市人社局人事科,desk,desk,filing,通知第二条\n", ""
    )
    assert run(app).reassigned == 2
    assert (facts(carried)[1], facts(own)[1]) == (None, None)


def test_units_of_a_closed_office_keep_their_facts_and_are_named(app: Flask, edit: Edit) -> None:
    run(app)
    unit = add_unit("00000001", "430703")
    edit("national/divisions.csv", "430703,鼎城区,county,430700\n", "")
    code, output = command(app)
    assert code == 0
    assert "停用：430703" in output
    assert "需处理：00000001 单位00000001" in output
    assert facts(unit)[0] == "0.43.07.03."


LATER = "430700-EGOV,guides,filed,4307Z5,2016-01-01,,常编办发〔2016〕1号\n"
FIRST = "430700-EGOV,guides,filed,4307Z5,2014-11-10,"


def granted() -> list[tuple[date, date | None, bool]]:
    with access.acting_as(SYSTEM):
        db.session.expire_all()
        rows = db.session.scalars(select(Grant).order_by(Grant.since))
        return [(row.since, row.until, row.declared) for row in rows]


def test_one_kind_of_grant_may_have_several_rows_one_after_another(app: Flask, edit: Edit) -> None:
    run(app)
    edit(
        "430700/grants.csv",
        f"{FIRST},常编办发〔2014〕9号 第一条\n",
        f"{FIRST}2015-12-31,常编办发〔2014〕9号 第一条\n{LATER}",
    )
    changes = run(app)
    assert (len(changes.grants_created), len(changes.grants_changed)) == (1, 1)
    assert granted() == [(date(2014, 11, 10), date(2015, 12, 31), True), (date(2016, 1, 1), None, True)]
    assert not run(app).any
    edit("430700/grants.csv", "2016-01-01", "2016-02-01")
    changes = run(app)
    assert (len(changes.grants_created), len(changes.grants_changed)) == (0, 1)
    assert [row[0] for row in granted()] == [date(2014, 11, 10), date(2016, 2, 1)]


def test_rows_of_a_kind_may_not_overlap_in_the_files(app: Flask, edit: Edit) -> None:
    edit("430700/grants.csv", f"{FIRST},", f"{LATER}{FIRST},")
    with pytest.raises(TenantsInvalid) as refused:
        run(app)
    assert "430700/grants.csv:3：该授权重复，已见于 430700/grants.csv:2。" in str(refused.value)


def test_a_grant_of_the_application_is_left_alone(app: Flask, edit: Edit) -> None:
    run(app)
    with access.acting_as(SYSTEM), transaction() as session:
        session.add(
            Grant(
                holder_path="0.43.07.egov.",
                relation="guides",
                how="filed",
                where_path="0.43.07.thy.",
                since=date(2017, 1, 1),
                until=date(2017, 6, 30),
                document="另一文件",
            )
        )
    assert not run(app).any
    assert granted()[-1] == (date(2017, 1, 1), date(2017, 6, 30), False)


def test_a_line_taken_out_of_the_files_is_the_applications_to_end(app: Flask, edit: Edit) -> None:
    run(app)
    edit("430700/grants.csv", f"{FIRST},常编办发〔2014〕9号 第一条\n", "")
    assert len(run(app).grants_released) == 1
    assert granted() == [(date(2014, 11, 10), None, False)]
    assert not run(app).any
