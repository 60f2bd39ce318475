"""The pages of grants: both sides see them, forged ids meet one answer, a grant works on the next request."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import clock
from app.foundation.clock import service as drill
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Grant, Unit
from tests.architecture.test_statements import statements
from tests.plugins.permits.conftest import CITY, COUNTY, EGOV, SIBLING, Give, office, stored, system
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

GRANTS = "/permits/grants/"
ABROAD = 99_999_999


def form(holder: object, where: object, **more: object) -> dict[str, object]:
    today = clock.today()
    return {
        "holder": holder, "where": where, "relation": "guides", "how": "at", "since": today.isoformat(),
        "until": (today + timedelta(days=5)).isoformat(), "document": "常编办发〔2014〕9号 第二条", **more,
    }  # fmt: skip


def unit_of(path: str) -> int:
    with system():
        return (
            db.session.scalars(select(Unit.id).where(Unit.review_path == path).order_by(Unit.id)).first() or 0
        )


def test_a_grant_is_looked_through_made_and_felt_on_the_next_request(app: Flask, sign_in: SignIn) -> None:
    holder, security = sign_in("wuling.egov"), sign_in("changde.security")
    page = f"/units/show/{unit_of(SIBLING)}"
    assert holder.get(page).status_code == 404
    asked = form(office(EGOV).id, office(SIBLING).id)
    looked = security.post("/permits/grants/preview", data=asked)
    assert looked.status_code == 200
    text = looked.get_data(as_text=True)
    assert "将使" in text and re.search(r"[1-9]\d* 个单位", text) and "摸底调查表" in text
    before = len(stored())
    made = security.post("/permits/grants/create", data=asked)
    assert made.status_code == 302
    read_afresh()
    assert len(stored()) == before + 1
    assert holder.get(page).status_code == 200
    with system(), transaction():
        drill.move(clock.now() + timedelta(days=6))
    read_afresh()
    assert holder.get(page).status_code == 404


def test_stopping_it_is_felt_on_the_next_request(app: Flask, sign_in: SignIn, give: Give) -> None:
    pk = give("changde.security", EGOV, SIBLING)
    holder, security = sign_in("wuling.egov"), sign_in("changde.security")
    page = f"/units/show/{unit_of(SIBLING)}"
    assert holder.get(page).status_code == 200
    refused = security.post(f"{GRANTS}{pk}/end", data={"mode": "now", "reason": ""})
    assert refused.status_code == 422 and "请填写提前终止的理由" in refused.get_data(as_text=True)
    assert holder.get(page).status_code == 200
    assert security.post(f"{GRANTS}{pk}/end", data={"mode": "now", "reason": "文件废止"}).status_code == 302
    assert holder.get(page).status_code == 404
    shown = security.get(f"{GRANTS}{pk}").get_data(as_text=True)
    assert "已提前终止" in shown and "文件废止" in shown
    assert security.post(f"{GRANTS}{pk}/end", data={"mode": "now", "reason": "再来"}).status_code == 422


def test_both_sides_see_it_and_a_stranger_does_not(app: Flask, sign_in: SignIn, give: Give) -> None:
    pk = give("changde.security", EGOV, SIBLING)
    for username in (
        "changde.security",
        "changde.admin",
        "changde.inspector",
        "wuling.egov",
        "dingcheng.head",
    ):
        client = sign_in(username)
        assert client.get(f"{GRANTS}{pk}").status_code == 200, username
        assert "武陵" in client.get(GRANTS).get_data(as_text=True), username
    for username in ("liuyehu.head", "renshe.coordinator"):
        client = sign_in(username)
        assert client.get(GRANTS).status_code == 200
        assert client.get(f"{GRANTS}{pk}").status_code == 404, username
    assert sign_in("unit.wuling").get(GRANTS).status_code == 403


def test_only_the_security_post_finds_the_form(app: Flask, sign_in: SignIn, give: Give) -> None:
    pk = give("changde.security", EGOV, SIBLING)
    for username in ("changde.admin", "changde.inspector", "changde.head", "wuling.egov", "changde.reviewer"):
        client = sign_in(username)
        assert client.get("/permits/grants/new").status_code == 403
        assert client.post("/permits/grants/create", data=form(1, 1)).status_code == 403
        assert client.post(f"{GRANTS}{pk}/end", data={"mode": "now", "reason": "理由"}).status_code in {
            403,
            404,
        }
        assert client.get("/permits/grants/lookup/holder?term=武").status_code == 403
    read_afresh()
    assert all(row.stopped_on is None for row in stored())


def test_a_county_cannot_open_the_citys_rows_or_name_a_foreign_office(admins: None, sign_in: SignIn) -> None:
    client = sign_in("wuling.security")
    own, desk = office(COUNTY).id, office(EGOV).id
    foreign = {office(CITY).id, office(SIBLING).id, office("0.43.07.egov.").id, office("0.").id}
    before = len(stored())
    pages = set()
    for route in ("preview", "create"):
        for one in (*foreign, ABROAD):
            for data in (form(one, own), form(desk, one)):
                answer = client.post(f"/permits/grants/{route}", data=data)
                assert answer.status_code == 422
                text = answer.get_data(as_text=True)
                assert "所选的对象不存在，或者不在您的管辖范围内" in text
                pages.add(_masked(text, one, data))
    assert len(pages) <= 2, "a foreign office reads like none at all"
    read_afresh()
    assert len(stored()) == before
    found = client.get("/permits/grants/lookup/holder?term=").get_json()["results"]
    paths = {one["text"] for one in found}
    assert paths and office(CITY).short_name not in paths and office(SIBLING).short_name not in paths
    assert client.post("/permits/grants/preview", data=form(desk, own)).status_code == 200


def _masked(text: str, key: int, data: dict[str, object]) -> tuple[bool, str]:
    """A page without what was typed and what is new each time; and which field was forged."""
    text = text.split("<main", 1)[1].split("</main>", 1)[0]
    text = re.sub(r'name="(csrf_token|once)"[^>]*', "", text)
    return data["holder"] == key, text.replace(f'value="{key}"', "")


def test_faults_stay_on_the_form_with_what_was_typed(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("changde.security")
    asked = form(office(EGOV).id, office(SIBLING).id, since="2014-13-40", document="")
    answer = client.post("/permits/grants/preview", data=asked)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请按“2014-11-24”的样式填写日期" in text and "Not a valid" not in text
    assert 'value="2014-13-40"' in text
    empty = client.post("/permits/grants/preview", data={})
    assert empty.status_code == 422 and "This field" not in empty.get_data(as_text=True)
    past = client.post(
        "/permits/grants/preview", data=form(office(EGOV).id, office(SIBLING).id, since="2014-01-01")
    )
    assert past.status_code == 422 and "起始日期不得早于今天" in past.get_data(as_text=True)


def test_the_search_works_without_a_script(app: Flask, sign_in: SignIn) -> None:
    asked = form("", "", _find="holder", **{"holder-term": "武陵"})
    answer = sign_in("changde.security").post("/permits/grants/preview", data=asked)
    assert answer.status_code == 200 and "武陵区编办" in answer.get_data(as_text=True).replace(
        "编委办", "编办"
    )


def test_a_declared_grant_is_marked_and_offers_no_end(app: Flask, sign_in: SignIn) -> None:
    declared = next(row for row in stored() if row.where_path == CITY)
    client = sign_in("changde.security")
    text = client.get(f"{GRANTS}{declared.id}").get_data(as_text=True)
    assert "由租户数据维护" in text and "终止理由" not in text
    answer = client.post(f"{GRANTS}{declared.id}/end", data={"mode": "now", "reason": "不要"})
    assert answer.status_code == 422 and "grants.csv" in answer.get_data(as_text=True)


@pytest.mark.parametrize("query", ["state=x", "side=x", "page=x", "page=-1"])
def test_a_filter_that_is_not_offered_is_refused(app: Flask, sign_in: SignIn, query: str) -> None:
    assert sign_in("changde.security").get(f"{GRANTS}?{query}").status_code == 400


def test_filters_narrow(app: Flask, sign_in: SignIn, give: Give) -> None:
    give("changde.security", EGOV, SIBLING, since=clock.today() + timedelta(days=2))
    client = sign_in("changde.security")
    assert "未开始" in client.get(f"{GRANTS}?state=future").get_data(as_text=True)
    assert "没有符合条件的授权" in client.get(f"{GRANTS}?state=past").get_data(as_text=True)
    assert "武陵" in client.get(f"{GRANTS}?side=given").get_data(as_text=True)


def test_pages_cost_few_statements(app: Flask, sign_in: SignIn, give: Give) -> None:
    pk = give("changde.security", EGOV, SIBLING)
    client = sign_in("changde.security")
    for page, most in (
        (GRANTS, 8), (f"{GRANTS}{pk}", 15), ("/permits/grants/new", 8), ("/permits/matrix/", 8),
        ("/permits/posts/", 10), ("/permits/why/?what=/units/show/1", 12),
    ):  # fmt: skip
        with statements() as asked:
            assert client.get(page).status_code == 200
        assert len(asked) <= most, f"{page}: {len(asked)}\n" + "\n".join(asked)


def test_a_grant_has_no_way_to_be_deleted(app: Flask) -> None:
    routes = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("GrantView.")]
    assert not [route for route in routes if "delete" in route]
    assert db.session.get_bind() is not None
    assert Grant.__tablename__ == "jurisdiction_grant"
