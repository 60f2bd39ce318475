"""The pages: filling in without losing anything, handing in, both receipts, urging, and what is told (S17)."""

from __future__ import annotations

import html
import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db
from app.foundation.notices.models import Message
from app.foundation.tenancy.models import Person
from app.plugins.returns import queries
from app.plugins.returns.models import OfficeReturn
from tests.plugins.returns.conftest import EVERYWHERE, PDF, WHOLE, As, Told, office, the_step
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

FORM = {
    "leader": "周明", "leader_post": "副主任", "leader_phone": "13900139002", "section": "综合科",
    "section_phone": "7256000", "staff-0-name": "彭丽", "staff-0-post": "科长", "staff-0-phone": "13800138001",
}  # fmt: skip


def text_of(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


def told(username: str, event: str) -> list[Message]:
    read_afresh()
    with access.acting_as(EVERYWHERE):
        query = select(Message).join(Person, Person.id == Message.person_id)
        found = query.where(Person.username == username, Message.event == event).order_by(Message.id)
        return list(db.session.scalars(found))


def newest() -> OfficeReturn:
    read_afresh()
    with access.acting_as(EVERYWHERE):
        return db.session.scalars(select(OfficeReturn).order_by(OfficeReturn.id.desc())).first()  # type: ignore[return-value]


def test_from_the_desk_to_both_receipts(clean: None, sign_in: SignIn) -> None:
    clerk, head = sign_in("wuling.clerk"), sign_in("wuling.head")
    assert "填报机构人员方案" in text_of(clerk.get("/desk/"))
    begun = clerk.post(f"/returns/new/{the_step().id}")
    key = newest().id
    assert begun.headers["Location"].endswith(f"/returns/{key}/edit")
    saved = clerk.post(
        f"/returns/{key}/edit", data={**FORM, "do": "check", "plan": (BytesIO(PDF), "方案.pdf")}
    )
    assert saved.headers["Location"].endswith(f"/returns/{key}")
    assert "请本机构负责人核对后报送" in text_of(clerk.get(f"/returns/{key}"))
    assert clerk.post(f"/returns/{key}/submit").status_code == 403
    head.post(f"/returns/{key}/submit", data={"version": str(newest().version)})
    assert newest().state == "submitted"
    assert len(told("changde.clerk", "return.submitted")) >= 1

    desk = sign_in("changde.egov")
    assert "签收抄报件" in text_of(desk.get("/desk/"))
    page = text_of(desk.get("/return-copies/"))
    (copy,) = set(re.findall(r"/return-copies/(\d+)", page))
    shown = text_of(desk.get(f"/return-copies/{copy}"))
    assert "138****8001" in shown
    assert "13800138001" not in shown
    assert "13800138001" in text_of(desk.post(f"/return-copies/{copy}/reveal"))
    desk.post(f"/return-copies/{copy}/sign")
    assert "签收抄报件" not in text_of(desk.get("/desk/"))

    upper = sign_in("changde.clerk")
    assert "签收机构人员方案" in text_of(upper.get("/desk/"))
    upper.post(f"/returns/{key}/receive", data={"version": str(newest().version)})
    listed = text_of(upper.get("/returns/"))
    assert "承办人甲" in listed
    assert listed.count("已签收") >= 2
    assert [one.text for one in told("wuling.clerk", "return.received")][-1].startswith("本机构报送的")


def test_wrong_input_keeps_everything_typed(wuling: Told, sign_in: SignIn) -> None:
    key = wuling.begun()
    answer = sign_in("wuling.clerk").post(f"/returns/{key}/edit", data={**FORM, "section": "科" * 90})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "不超过 80 个字" in page
    assert all(f'value="{value}"' in page for name, value in FORM.items() if name != "section")


def test_a_refused_file_keeps_everything_typed(wuling: Told, sign_in: SignIn) -> None:
    key = wuling.begun(planned=False)
    answer = sign_in("wuling.clerk").post(
        f"/returns/{key}/edit", data={**FORM, "leader": "改名", "plan": (BytesIO(b"MZ"), "a.exe")}
    )
    assert answer.status_code == 422
    assert 'value="改名"' in text_of(answer)
    assert wuling.row().leader == "周明"


def test_rows_of_people_are_added_and_removed_without_saving(wuling: Told, sign_in: SignIn) -> None:
    key = wuling.begun()
    clerk = sign_in("wuling.clerk")
    more = text_of(clerk.post(f"/returns/{key}/edit", data={**FORM, "leader": "未存", "do": "add"}))
    assert 'name="staff-1-name"' in more
    assert 'value="未存"' in more
    less = text_of(clerk.post(f"/returns/{key}/edit", data={**FORM, "do": "remove-0"}))
    assert 'name="staff-0-name"' not in less
    assert wuling.people() == ["彭丽", "易刚"]


def test_two_people_at_one_form_choose_field_by_field(wuling: Told, sign_in: SignIn) -> None:
    key = wuling.begun()
    stale = str(wuling.row().version)
    one, other = sign_in("wuling.clerk"), sign_in("wuling.head")
    one.post(f"/returns/{key}/edit", data={**FORM, "section": "办公室", "version": stale})
    answer = other.post(f"/returns/{key}/edit", data={**FORM, "section": "人事科", "version": stale})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "办公室" in page
    assert "人事科" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    settled = {"settle": "section", "take-section": "theirs", "version": version[1]}
    other.post(f"/returns/{key}/edit", data={**FORM, "section": "人事科", "leader": "新任", **settled})
    assert (wuling.row().section, wuling.row().leader) == ("办公室", "新任")


def test_the_head_is_told_what_is_missing_and_cannot_hand_in(wuling: Told, sign_in: SignIn) -> None:
    key = wuling.begun(planned=False)
    head = sign_in("wuling.head")
    assert "请上传工作方案" in text_of(head.get(f"/returns/{key}"))
    assert head.post(f"/returns/{key}/submit").status_code == 422
    assert wuling.row().state == "draft"


def test_sent_back_needs_a_reason_and_tells_the_office(wuling: Told, sign_in: SignIn) -> None:
    key = wuling.submitted()
    upper = sign_in("changde.clerk")
    assert upper.post(f"/returns/{key}/send-back", data={"reason": ""}).status_code == 422
    upper.post(f"/returns/{key}/send-back", data={"reason": "方案缺少时间安排。"})
    page = text_of(sign_in("wuling.clerk").get(f"/returns/{key}"))
    assert "方案缺少时间安排。" in page
    assert "方案缺少时间安排。" in told("wuling.clerk", "return.sent_back")[-1].text
    assert "补正机构人员方案" in text_of(sign_in("wuling.clerk").get("/desk/"))


def test_the_upper_office_sees_numbers_masked_until_it_asks(wuling: Told, sign_in: SignIn) -> None:
    key = wuling.submitted()
    upper = sign_in("changde.clerk")
    page = text_of(upper.get(f"/returns/{key}"))
    assert "139****9002" in page
    assert "13900139002" not in page + text_of(upper.get(f"/returns/{key}/paper"))
    full = upper.post(f"/returns/{key}/reveal")
    assert "13900139002" in text_of(full)
    assert full.headers["Cache-Control"] == "no-store"


def test_the_offices_own_paper_is_in_full(wuling: Told, sign_in: SignIn) -> None:
    key = wuling.submitted()
    page = text_of(sign_in("wuling.clerk").get(f"/returns/{key}/paper"))
    assert "13900139002" in page
    assert "2014年11月24日" in page


def test_urging_all_that_are_missing(wuling: Told, sign_in: SignIn) -> None:
    wuling.submitted()
    upper = sign_in("changde.clerk")
    page = text_of(upper.get("/returns/"))
    assert "催报全部未报送机构（12 家）" in page
    keys = [str(office(code).id) for code in ("430703", "4307Z2", "430702")]
    upper.post(f"/return-urge/{the_step().id}", data={"office": keys})
    said = text_of(upper.get("/returns/"))
    assert "已催报 2 家机构。" in said
    assert "武陵区编委办：该机构已经报送，不需要催报。" in said
    assert "催报全部未报送机构（10 家）" in said
    assert "2014年11月21日" in told("dingcheng.head", "return.urged")[0].text


@pytest.mark.parametrize("other", ["unit.wuling", "changde.egov", "renshe.coordinator", "changde.admin"])
def test_who_has_nothing_to_do_with_it(wuling: Told, sign_in: SignIn, other: str) -> None:
    key = wuling.submitted()
    client = sign_in(other)
    assert client.get(f"/returns/{key}").status_code in {403, 404}
    assert client.get("/returns/").status_code == 403


def test_the_plan_is_served_to_those_who_see_the_return(
    app: Flask, wuling: Told, sign_in: SignIn, acting: As
) -> None:
    key = wuling.submitted()
    page = text_of(sign_in("changde.clerk").get(f"/returns/{key}"))
    found = re.search(r"/files/office/(\d+)", page)
    assert found is not None
    assert sign_in("changde.clerk").get(found[0]).data == PDF
    assert sign_in("wuling.clerk").get(found[0]).status_code == 200
    for other in ("dingcheng.head", "changde.egov", "unit.wuling"):
        assert sign_in(other).get(found[0]).status_code in {403, 404}


def test_an_empty_list_says_why(clean: None, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "mine", lambda _actor: [])
    monkeypatch.setattr(queries, "steps_above", lambda _actor: ())
    assert "没有需要报送或者签收的材料" in text_of(sign_in("hunan.head").get("/returns/"))


def test_the_corrected_edition_starts_from_the_received_one(wuling: Told, sign_in: SignIn) -> None:
    key = wuling.received()
    clerk = sign_in("wuling.clerk")
    clerk.post(f"/returns/{key}/correct")
    row = newest()
    assert (row.edition, row.section) == (2, WHOLE.section)
    assert "第 2 次报送" in text_of(clerk.get(f"/returns/{row.id}"))
