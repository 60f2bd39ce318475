"""Adding, changing, deleting: whole or not at all, only within reach, and remembered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation import access
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.lookup import Lookup
from app.foundation.admin.views import ScopedModelView
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Site, Unit
from tests.foundation.admin.conftest import signed_in
from tests.foundation.admin.probes import UnitProbe
from tests.foundation.admin.world import CITY, WULING

Stored = Callable[[type[Any], int], Any]


def count(app: Flask, model: type[Any]) -> int:
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        return len(db.session.scalars(db.select(model)).all())


def entries(app: Flask) -> int:
    return count(app, AuditEntry)


def last_entry(app: Flask) -> AuditEntry:
    with app.app_context():
        found = db.session.scalar(db.select(AuditEntry).order_by(AuditEntry.seq.desc()))
        assert found is not None
        return found


def good(ids: dict[str, int], **changed: Any) -> dict[str, Any]:
    return {"name": "新网站", "unit": ids["武陵第1单位"], "hosting": "own", "active": "y", **changed}


def version_of(client: FlaskClient, key: int) -> str:
    text = client.get(f"/probe-sites/edit/{key}").text
    found = re.search(r'name="version"[^>]*value="(\d+)"', text)
    assert found is not None
    return found[1]


# -- adding ------------------------------------------------------------------------------------------------


def test_adding_writes_and_remembers(
    app: Flask, wuling: FlaskClient, ids: dict[str, int], stored: Stored
) -> None:
    answer = wuling.post("/probe-sites/add", data=good(ids, english_domain=" a.example "))
    assert answer.status_code == 302
    key = int(answer.location.rsplit("/", 1)[1])
    row = stored(Site, key)
    assert (row.name, row.unit_id, row.review_path) == ("新网站", ids["武陵第1单位"], WULING)
    assert row.english_domain == "a.example"
    entry = last_entry(app)
    assert (entry.verb, entry.obj, entry.object_id, entry.person) == (
        "unit.added",
        "site",
        key,
        "wuling.clerk",
    )
    assert entry.after is not None
    assert entry.after["name"] == "新网站"


def test_an_unticked_box_is_no(wuling: FlaskClient, ids: dict[str, int], stored: Stored) -> None:
    data = good(ids)
    del data["active"]
    answer = wuling.post("/probe-sites/add", data=data)
    assert stored(Site, int(answer.location.rsplit("/", 1)[1])).active is False


def test_a_foreign_key_out_of_reach_is_an_error_of_its_field(
    app: Flask, wuling: FlaskClient, ids: dict[str, int]
) -> None:
    before, recorded = count(app, Site), entries(app)
    answer = wuling.post("/probe-sites/add", data=good(ids, unit=ids["鼎城第1单位"]))
    assert answer.status_code == 422
    assert 'class="field bad" id="f-unit"' in answer.text
    assert "不在您的管辖范围内" in answer.text
    assert 'value="新网站"' in answer.text
    assert "鼎城第1单位" not in answer.text
    assert count(app, Site) == before
    assert entries(app) == recorded


def test_a_seen_row_that_is_not_ones_own_cannot_be_chosen(
    app: Flask, browse: Any, ids: dict[str, int]
) -> None:
    """The city sees its counties' units, and edits only its own."""
    before, city = count(app, Site), browse("changde.clerk")
    assert city.get(f"/probe-units/show/{ids['武陵第1单位']}").status_code == 200
    assert city.post("/probe-sites/add", data=good(ids)).status_code == 422
    assert count(app, Site) == before
    assert city.post("/probe-sites/add", data=good(ids, unit=ids["市第1单位"])).status_code == 302


def test_a_reference_outside_its_limit_is_an_error(
    app: Flask, wuling: FlaskClient, ids: dict[str, int]
) -> None:
    with app.app_context():
        city = db.session.scalar(db.select(Office.id).where(Office.path == CITY))
        own = db.session.scalar(db.select(Office.id).where(Office.path == WULING))
    answer = wuling.post("/probe-sites/add", data=good(ids, host_desk=city))
    assert answer.status_code == 422
    assert "市编办" not in answer.text
    assert wuling.post("/probe-sites/add", data=good(ids, host_desk=own)).status_code == 302


def test_forged_jurisdiction_is_not_even_read(
    app: Flask, wuling: FlaskClient, ids: dict[str, int], stored: Stored
) -> None:
    forged = {"review_path": "0.", "filing_path": "0.", "county_id": "1", "unit_id": ids["鼎城第1单位"], "version": "9",
              "state": "approved", "id": "77"}  # fmt: skip
    answer = wuling.post("/probe-sites/add", data=good(ids, **forged))
    row = stored(Site, int(answer.location.rsplit("/", 1)[1]))
    assert row.unit_id == ids["武陵第1单位"]
    assert (row.review_path, row.version) == (WULING, 1)
    assert row.id != 77


def test_a_rule_of_the_plugin_stands_beside_its_field(
    app: Flask, wuling: FlaskClient, ids: dict[str, int]
) -> None:
    before = count(app, Site)
    answer = wuling.post("/probe-sites/add", data=good(ids, name="被拒"))
    assert answer.status_code == 422
    assert 'class="field bad" id="f-name"' in answer.text
    assert "名称“被拒”不可用。" in answer.text
    assert "办法第九条" in answer.text
    assert count(app, Site) == before


def test_a_form_needs_its_token(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    client = signed_in(app, "wuling.clerk")
    before = count(app, Site)
    assert (
        client.post("/probe-sites/add", data={"name": "x", "unit": "1", "hosting": "own"}).status_code == 400
    )
    assert count(app, Site) == before
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/probe-sites/add").text)
    assert token is not None
    data = {"name": "x", "unit": "1", "hosting": "own", "csrf_token": token[1]}
    assert client.post("/probe-sites/add", data=data).status_code == 302


def test_whoever_only_sees_gets_no_form(browse: Any, ids: dict[str, int]) -> None:
    auditor = browse("wuling.auditor")
    assert auditor.get("/probe-sites/list/").status_code == 200
    assert "/probe-sites/add" not in auditor.get("/probe-sites/list/").text
    assert auditor.get("/probe-sites/add").status_code == 403
    assert auditor.post("/probe-sites/add", data=good(ids)).status_code == 403
    key = ids["武陵第1单位网"]
    assert "/probe-sites/edit/" not in auditor.get(f"/probe-sites/show/{key}").text
    assert auditor.get(f"/probe-sites/edit/{key}").status_code == 403
    assert auditor.post(f"/probe-sites/edit/{key}", data={}).status_code == 403
    assert auditor.post(f"/probe-sites/delete/{key}").status_code == 403


def test_nobody_is_sent_to_sign_in(app: Flask, browse: Any, ids: dict[str, int]) -> None:
    before, stranger = count(app, Site), browse(None)
    for path in ("add", "edit/1", "delete/1"):
        answer = stranger.post(f"/probe-sites/{path}", data=good(ids))
        assert answer.status_code == 302
        assert "/login/" in answer.location
    assert count(app, Site) == before


# -- changing ----------------------------------------------------------------------------------------------


def test_changing_writes_only_what_changed(
    app: Flask, wuling: FlaskClient, ids: dict[str, int], stored: Stored
) -> None:
    key = ids["武陵第1单位网"]
    data = good(ids, name="改名网", version=version_of(wuling, key))
    assert wuling.post(f"/probe-sites/edit/{key}", data=data).status_code == 302
    assert stored(Site, key).name == "改名网"
    entry = last_entry(app)
    assert entry.verb == "unit.edited"
    assert entry.before == {"name": "武陵第1单位网"}
    assert entry.after == {"name": "改名网"}


def test_saving_the_same_leaves_no_record(app: Flask, wuling: FlaskClient, ids: dict[str, int]) -> None:
    key, recorded = ids["武陵第1单位网"], entries(app)
    data = good(ids, name="武陵第1单位网", version=version_of(wuling, key))
    assert wuling.post(f"/probe-sites/edit/{key}", data=data).status_code == 302
    assert entries(app) == recorded


def test_the_form_shows_what_is_stored(wuling: FlaskClient, ids: dict[str, int]) -> None:
    text = wuling.get(f"/probe-sites/edit/{ids['武陵第2单位网']}").text
    assert 'value="武陵第2单位网"' in text
    assert f'<option value="{ids["武陵第2单位"]}" selected>武陵第2单位</option>' in text
    assert "武陵第1单位<" not in text


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unseen_row_is_not_found(browse: Any, ids: dict[str, int], stored: Stored, method: str) -> None:
    key = ids["武陵第1单位网"]
    answer = getattr(browse("dingcheng.clerk"), method)(
        f"/probe-sites/edit/{key}", data=good(ids, version="1")
    )
    assert answer.status_code == 404
    assert "武陵" not in answer.text
    assert stored(Site, key).name == "武陵第1单位网"


def test_a_seen_row_of_a_lower_office_is_refused_with_a_reason(
    browse: Any, ids: dict[str, int], stored: Stored
) -> None:
    key, city = ids["武陵第1单位网"], browse("changde.clerk")
    assert city.get(f"/probe-sites/show/{key}").status_code == 200
    for method in (city.get, city.post):
        answer = method(f"/probe-sites/edit/{key}", data=good(ids, version="1"))
        assert answer.status_code == 403
        assert "登记和修改" in answer.text
    assert stored(Site, key).name == "武陵第1单位网"


def test_a_row_cannot_be_moved_abroad(
    app: Flask, wuling: FlaskClient, ids: dict[str, int], stored: Stored
) -> None:
    key = ids["武陵第1单位网"]
    data = good(ids, unit=ids["鼎城第1单位"], version=version_of(wuling, key))
    assert wuling.post(f"/probe-sites/edit/{key}", data=data).status_code == 422
    row = stored(Site, key)
    assert (row.unit_id, row.review_path) == (ids["武陵第1单位"], WULING)


def test_moving_within_reach_carries_the_facts(
    wuling: FlaskClient, ids: dict[str, int], stored: Stored
) -> None:
    key = ids["武陵第1单位网"]
    data = good(ids, unit=ids["武陵第3单位"], version=version_of(wuling, key))
    assert wuling.post(f"/probe-sites/edit/{key}", data=data).status_code == 302
    assert stored(Site, key).unit_id == ids["武陵第3单位"]


def test_a_stale_save_is_refused_and_shows_both(
    app: Flask, browse: Any, wuling: FlaskClient, ids: dict[str, int], stored: Stored
) -> None:
    key = ids["武陵第1单位网"]
    mine = version_of(wuling, key)
    other = browse("wuling.clerk")
    assert (
        other.post(f"/probe-sites/edit/{key}", data=good(ids, name="他人所改", version=mine)).status_code
        == 302
    )
    answer = wuling.post(f"/probe-sites/edit/{key}", data=good(ids, name="我所改", version=mine))
    assert answer.status_code == 409
    assert "他人修改了这条记录" in answer.text
    assert "现在的内容是：他人所改" in answer.text
    assert 'value="我所改"' in answer.text
    assert stored(Site, key).name == "他人所改"
    fresh = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)
    assert fresh is not None
    again = wuling.post(f"/probe-sites/edit/{key}", data=good(ids, name="我所改", version=fresh[1]))
    assert again.status_code == 302
    assert stored(Site, key).name == "我所改"


@pytest.mark.parametrize("version", [None, "", "x", "-1", "9" * 30])
def test_a_save_without_a_version_is_refused(
    wuling: FlaskClient, ids: dict[str, int], stored: Stored, version: str | None
) -> None:
    key = ids["武陵第1单位网"]
    data = good(ids, name="无版本") | ({} if version is None else {"version": version})
    assert wuling.post(f"/probe-sites/edit/{key}", data=data).status_code in {409, 422}
    assert stored(Site, key).name == "武陵第1单位网"


def test_a_parent_out_of_sight_is_kept(
    app: Flask, wuling: FlaskClient, ids: dict[str, int], stored: Stored
) -> None:
    """FAB would show None and then write NULL over the key."""

    class SupervisedProbe(ScopedModelView):
        datamodel = ScopedInterface(Unit)
        obj = "unit"
        route_base = "/supervised"
        list_columns = show_columns = add_columns = ["name"]
        edit_columns = ["name", "supervisor"]
        label_columns = {"name": "名称", "supervisor": "主管单位"}
        lookups = {"supervisor": Lookup(Unit, search=("name",))}

        def pre_update(self, item: Unit) -> None:
            tenancy.assign(item)

    key, above = ids["武陵第1单位"], ids["市第1单位"]
    with app.app_context():
        app.extensions["appbuilder"].add_view_no_menu(SupervisedProbe)
        with access.acting_as(access.system("tests", over="0.")), transaction() as session:
            session.get_one(Unit, key).supervisor_id = above
    address = f"/supervised/edit/{key}"
    text = wuling.get(address).text
    assert "（不在您的管辖范围内，保持不变）" in text
    assert "市第1单位" not in text

    def save(**data: Any) -> int:
        version = re.search(r'name="version"[^>]*value="(\d+)"', wuling.get(address).text)
        assert version is not None
        return wuling.post(address, data={**data, "version": version[1]}).status_code

    assert save(name="改名", supervisor=above) == 302
    row = stored(Unit, key)
    assert (row.name, row.supervisor_id) == ("改名", above)
    assert save(name="再改") == 302
    assert stored(Unit, key).supervisor_id == above
    assert save(name="又改", supervisor=ids["市第2单位"]) == 422
    assert save(name="又改", supervisor="") == 302
    assert stored(Unit, key).supervisor_id is None


# -- deleting ----------------------------------------------------------------------------------------------


def test_deleting_needs_a_post_and_is_remembered(
    app: Flask, wuling: FlaskClient, ids: dict[str, int], stored: Stored
) -> None:
    key = ids["武陵第1单位网"]
    assert wuling.get(f"/probe-sites/delete/{key}").status_code == 405
    assert stored(Site, key) is not None
    assert wuling.post(f"/probe-sites/delete/{key}").status_code == 302
    assert stored(Site, key) is None
    entry = last_entry(app)
    assert (entry.verb, entry.object_id) == ("unit.deleted", key)
    assert entry.before is not None
    assert entry.before["name"] == "武陵第1单位网"


def test_deleting_beyond_reach_changes_nothing(browse: Any, ids: dict[str, int], stored: Stored) -> None:
    key = ids["武陵第1单位网"]
    assert browse("dingcheng.clerk").post(f"/probe-sites/delete/{key}").status_code == 404
    assert browse("changde.clerk").post(f"/probe-sites/delete/{key}").status_code == 403
    assert stored(Site, key) is not None


def test_what_is_still_needed_is_not_deleted(app: Flask, wuling: FlaskClient, ids: dict[str, int]) -> None:
    class UnitRemoval(UnitProbe):
        datamodel = ScopedInterface(Unit)
        route_base = "/unit-removal"
        acts = {"delete": "edit", "rename": "edit", "peek": "see"}
        base_permissions = ["can_list", "can_delete"]
        related_views: list[Any] = []

    with app.app_context():
        app.extensions["appbuilder"].add_view_no_menu(UnitRemoval)
    answer = wuling.post(f"/unit-removal/delete/{ids['武陵第1单位']}")
    assert answer.status_code == 422
    assert "不能删除" in answer.text
    assert wuling.get(f"/probe-units/show/{ids['武陵第1单位']}").status_code == 200
