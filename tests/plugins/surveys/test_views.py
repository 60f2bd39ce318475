"""The pages of a sheet with a real client: unit, clerk, desk, e-government office, strangers."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.foundation import access
from app.foundation.database import db, transaction
from app.plugins.surveys import queries, service
from app.plugins.surveys.models import SurveySheet
from tests.plugins.surveys.ground import As, Browser, SignIn, at, counted, desk, named
from tests.plugins.surveys.test_service import PDF

FORM = {
    "unit_name": "常德市武陵区教育局", "supervisor_name": "武陵区人民政府", "nature": "organ", "rank": "section",
    "leader": "负责人甲", "site_count": "1", "address": "人民路1号", "contact": "经办人甲", "phone": "7786510",
    "email": "a@example.cn", "sites-0-name": "武陵教育网", "sites-0-chinese_domain": "武陵教育.政务",
    "sites-0-english_domain": "jyj.example.gov.cn", "sites-0-ip": "203.0.113.47",
}  # fmt: skip


def start(browser: Browser, unit: str, code: str = "") -> int:
    """Start a sheet as a person does and return its number."""
    data = {"unit": named(unit).id, "desk": desk(code).id if code else ""}
    answer = browser.post("/surveys/new", data=data)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return int(answer.headers["Location"].split("/")[2])


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def kept(pk: int) -> SurveySheet:
    db.session.expunge_all()
    with access.acting_as(access.system("tests", over="0.")):
        return queries.get(pk)


def version(pk: int) -> str:
    return str(kept(pk).version)


def fill(browser: Browser, pk: int, do: str = "save", **changes: str) -> Any:
    fields = {
        **FORM,
        "version": version(pk),
        **{name.replace("__", "-"): value for name, value in changes.items()},
    }
    return browser.post(f"/surveys/{pk}/edit", data={**fields, "do": do})


@pytest.fixture
def unit(sign_in: SignIn) -> Browser:
    return sign_in("unit.wljy")


@pytest.fixture
def pk(unit: Browser) -> int:
    return start(unit, "武陵教育局")


@pytest.fixture
def handed_in(unit: Browser, pk: int) -> int:
    fill(unit, pk)
    assert unit.post(f"/surveys/{pk}/submit", data={"version": version(pk)}).status_code == 302
    return pk


# -- filling in ---------------------------------------------------------------------------------------------


def test_from_the_list_to_an_accepted_sheet(sign_in: SignIn, unit: Browser) -> None:
    assert "/surveys/todo" in text_of(unit.get("/surveys/list/"))
    todo = text_of(unit.get("/surveys/todo"))
    link = re.search(r'href="(/surveys/new\?unit=\d+)"', todo)
    assert link and "常德市武陵教育局" in todo and "未开始" in todo
    assert "附件5" in text_of(unit.get(link[1]))
    pk = start(unit, "武陵教育局")
    assert unit.get(link[1]).headers["Location"] == f"/surveys/{pk}/edit"
    answer = fill(unit, pk, "check")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/surveys/{pk}/check")
    page = text_of(unit.get(f"/surveys/{pk}/check"))
    assert "0736-7786510" in page and "武陵教育.政务" in page
    assert unit.post(f"/surveys/{pk}/submit", data={"version": version(pk)}).status_code == 302
    assert "等待武陵区编委办接收" in text_of(unit.get(f"/surveys/{pk}/"))
    clerk = sign_in("wuling.clerk")
    page = text_of(clerk.get(f"/surveys/{pk}/"))
    assert "与登记核对" in page and "未登记，接收后登记" in page
    assert clerk.post(f"/surveys/{pk}/accept", data={"version": version(pk)}).status_code == 302
    assert kept(pk).state == "accepted"
    assert "已接收" in text_of(unit.get("/surveys/list/"))
    assert "没有待填写" in text_of(unit.get("/surveys/todo"))


def test_a_draft_may_be_saved_half_filled(unit: Browser, pk: int) -> None:
    answer = fill(unit, pk, leader="", phone="写了一半", sites__0__ip="")
    assert answer.status_code == 302
    sheet = kept(pk)
    assert (sheet.leader, sheet.phone, sheet.sites[0].ip, sheet.state) == ("", "写了一半", "", "draft")


def test_errors_keep_every_typed_word_and_stand_beside_their_fields(unit: Browser, pk: int) -> None:
    answer = fill(
        unit, pk, "check", phone="13900000000", sites__0__english_domain="常德.政务", site_count="7"
    )
    text = text_of(answer)
    assert answer.status_code == 422
    for typed in ("13900000000", "常德.政务", 'value="7"', "负责人甲", "武陵教育网"):
        assert typed in text
    for field in ("phone", "sites-0-english_domain", "site_count"):
        assert f'href="#f-{field}"' in text and f'id="f-{field}-err"' in text
    assert "有 3 处需要更正" in text and "草稿已保存" in text


def test_what_no_draft_can_hold_is_refused_and_kept_on_the_page(unit: Browser, pk: int) -> None:
    answer = fill(unit, pk, unit_name="长" * 130, site_count="两个")
    assert answer.status_code == 422 and "两个" in text_of(answer)
    answer = fill(unit, pk, unit_name="长" * 130)
    assert answer.status_code == 422 and "长" * 130 in text_of(answer) and "还没有保存" in text_of(answer)
    assert kept(pk).unit_name == "常德市武陵教育局"


def test_a_row_more_and_a_row_less_without_a_script(unit: Browser, pk: int) -> None:
    answer = fill(unit, pk, "add", leader="还没保存的人", phone="不完整")
    text = text_of(answer)
    assert answer.status_code == 200 and 'name="sites-1-name"' in text
    for typed in ("还没保存的人", "不完整", "武陵教育网"):
        assert typed in text
    assert kept(pk).leader == ""
    answer = fill(unit, pk, "remove-0", sites__1__name="第二个网站", leader="还没保存的人")
    text = text_of(answer).partition("<template")[0]
    assert 'name="sites-1-name"' not in text and "第二个网站" in text and "武陵教育网" not in text
    for odd in ("remove-99", "remove-", "remove-x", "remove-٣"):
        assert fill(unit, pk, odd).status_code == 200


def test_a_stale_form_is_409_shows_both_and_lets_a_second_save_decide(unit: Browser, pk: int) -> None:
    old = version(pk)
    fill(unit, pk, leader="同事填的")
    answer = unit.post(f"/surveys/{pk}/edit", data={**FORM, "leader": "我填的", "version": old, "do": "save"})
    text = text_of(answer)
    assert answer.status_code == 409 and "我填的" in text and "现在的内容是：同事填的" in text
    assert kept(pk).leader == "同事填的"
    again = re.search(r'name="version" value="(\d+)"', text)
    assert again is not None
    answer = unit.post(
        f"/surveys/{pk}/edit", data={**FORM, "leader": "我填的", "version": again[1], "do": "save"}
    )
    assert answer.status_code == 302 and kept(pk).leader == "我填的"


def test_forged_state_unit_and_facts_are_ignored(unit: Browser, pk: int) -> None:
    other = named("鼎城卫生局")
    forged = {
        "state": "accepted", "unit_id": str(other.id), "review_path": "0.43.07.03.", "filing_path": "0.43.07.thy.",
        "account": other.account, "campaign_id": "99", "accepted_at": "2014-11-18", "filing_desk_id": "1",
    }  # fmt: skip
    assert fill(unit, pk, **forged).status_code == 302
    sheet = kept(pk)
    assert (sheet.state, sheet.unit_id, sheet.review_path, sheet.filing_path, sheet.filing_desk_id) == (
        "draft", named("武陵教育局").id, "0.43.07.02.", None, None,
    )  # fmt: skip


def test_an_incomplete_sheet_posted_straight_to_submit_stays(unit: Browser, pk: int) -> None:
    answer = unit.post(f"/surveys/{pk}/submit", data={"version": version(pk)})
    assert answer.status_code == 422 and 'href="#f-leader"' in text_of(answer)
    assert kept(pk).state == "draft"


def test_a_submitted_sheet_opens_for_reading_and_takes_no_more_words(unit: Browser, handed_in: int) -> None:
    assert unit.get(f"/surveys/{handed_in}/edit").headers["Location"] == f"/surveys/{handed_in}/"
    assert unit.get(f"/surveys/{handed_in}/check").headers["Location"] == f"/surveys/{handed_in}/"
    assert fill(unit, handed_in, leader="改").status_code == 409
    assert unit.post(f"/surveys/{handed_in}/submit").status_code == 409
    assert unit.post(f"/surveys/{handed_in}/withdraw").status_code == 302
    assert kept(handed_in).state == "draft"


# -- the scan -----------------------------------------------------------------------------------------------


@pytest.fixture
def siteless(sign_in: SignIn) -> tuple[Browser, int]:
    browser = sign_in("unit.jgj")
    return browser, start(browser, "机关事务局")


def upload(browser: Browser, pk: int, content: bytes, name: str = "盖章.pdf", do: str = "upload") -> Any:
    fields = {name_: value for name_, value in FORM.items() if not name_.startswith("sites")}
    data = {**fields, "site_count": "", "no_website": "1", "version": version(pk), "do": do}
    return browser.post(f"/surveys/{pk}/edit", data={**data, "scan": (io.BytesIO(content), name)})


def test_a_municipal_unit_without_a_website(siteless: tuple[Browser, int], sign_in: SignIn) -> None:
    browser, pk = siteless
    answer = upload(browser, pk, b"", do="check")
    assert answer.status_code == 422 and "f-scan-err" in text_of(answer) and "第二条" in text_of(answer)
    answer = upload(browser, pk, PDF, do="upload")
    assert answer.headers["Location"] == f"/surveys/{pk}/edit#f-scan"
    assert "盖章.pdf" in text_of(browser.get(f"/surveys/{pk}/edit"))
    assert browser.post(f"/surveys/{pk}/submit", data={"version": version(pk)}).status_code == 302
    file = re.search(r'href="(/files/\d+)"', text_of(sign_in("changde.clerk").get(f"/surveys/{pk}/")))
    assert file is not None
    served = sign_in("changde.clerk").get(file[1])
    assert (
        served.status_code == 200
        and served.data == PDF
        and served.headers["Content-Type"] == "application/pdf"
    )
    for stranger in ("wuling.clerk", "unit.czj", "changde.egov"):
        assert sign_in(stranger).get(file[1]).status_code == 404


@pytest.mark.parametrize("content", [b"MZ\x90\x00 a program", b"<html>", b"GIF89a"])
def test_a_file_is_told_by_its_bytes_not_by_its_name(siteless: tuple[Browser, int], content: bytes) -> None:
    browser, pk = siteless
    answer = upload(browser, pk, content)
    assert answer.status_code == 422 and "f-scan-err" in text_of(answer) and "经办人甲" in text_of(answer)
    assert not queries_scans(pk)


def test_a_file_too_large_is_refused_and_words_stay(siteless: tuple[Browser, int], app: Flask) -> None:
    browser, pk = siteless
    answer = upload(browser, pk, PDF + b"0" * app.config["UPLOAD_LIMIT"])
    assert answer.status_code == 422 and "经办人甲" in text_of(answer)
    assert not queries_scans(pk)


def test_upload_without_a_file_and_removing_one(siteless: tuple[Browser, int]) -> None:
    browser, pk = siteless
    data = {**FORM, "version": version(pk), "do": "upload"}
    assert browser.post(f"/surveys/{pk}/edit", data=data).status_code == 422
    upload(browser, pk, PDF)
    assert len(queries_scans(pk)) == 1
    data = {**FORM, "version": version(pk), "do": "drop"}
    assert browser.post(f"/surveys/{pk}/edit", data=data).status_code == 302
    assert not queries_scans(pk)


def queries_scans(pk: int) -> list[Any]:
    with access.acting_as(access.system("tests", over="0.")):
        return queries.scans(kept(pk))


# -- the office ---------------------------------------------------------------------------------------------


def test_returning_asks_for_a_reason_and_keeps_what_was_typed(
    sign_in: SignIn, unit: Browser, handed_in: int
) -> None:
    clerk = sign_in("wuling.clerk")
    answer = clerk.post(
        f"/surveys/{handed_in}/return", data={"reason": "长" * 501, "version": version(handed_in)}
    )
    assert answer.status_code == 422 and "长" * 501 in text_of(answer) and "f-reason-err" in text_of(answer)
    assert kept(handed_in).state == "submitted"
    answer = clerk.post(
        f"/surveys/{handed_in}/return", data={"reason": "名称应为全称", "version": version(handed_in)}
    )
    assert answer.status_code == 302
    for page in (f"/surveys/{handed_in}/", f"/surveys/{handed_in}/edit", "/surveys/todo"):
        assert "名称应为全称" in text_of(unit.get(page)), page
    fill(unit, handed_in)
    unit.post(f"/surveys/{handed_in}/submit", data={"version": version(handed_in)})
    assert "上次退回的理由" in text_of(clerk.get(f"/surveys/{handed_in}/"))


@pytest.mark.parametrize("act", ["accept", "return", "withdraw", "submit", "edit"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("dingcheng.clerk", 404),
        ("unit.dcws", 404),
        ("changde.clerk", 403),
        ("hunan.clerk", 403),
        ("changde.egov", 403),
    ],
)
def test_a_step_by_somebody_else_is_refused_and_does_nothing(
    sign_in: SignIn, handed_in: int, act: str, who: str, status: int
) -> None:
    answer = sign_in(who).post(
        f"/surveys/{handed_in}/{act}", data={"reason": "理由", "version": version(handed_in)}
    )
    # Without any post for the act at all the door itself refuses.
    assert answer.status_code in {status, 403}
    assert kept(handed_in).state == "submitted"


def test_an_old_page_cannot_accept_what_was_changed_since(
    sign_in: SignIn, unit: Browser, handed_in: int
) -> None:
    clerk, read = sign_in("wuling.clerk"), version(handed_in)
    unit.post(f"/surveys/{handed_in}/withdraw")
    fill(unit, handed_in, leader="换了人")
    unit.post(f"/surveys/{handed_in}/submit", data={"version": version(handed_in)})
    assert clerk.post(f"/surveys/{handed_in}/accept", data={"version": read}).status_code == 409
    assert kept(handed_in).state == "submitted"


def test_the_page_says_who_fills_it_in_by_which_rule(sign_in: SignIn) -> None:
    sub = start(sign_in("renshe.coordinator"), "人才中心")
    page = text_of(sign_in("renshe.coordinator").get(f"/surveys/{sub}/"))
    assert "常德市人力资源和社会保障局人事科协调落实" in page and "通知第二条" in page
    assert "协调落实" in text_of(sign_in("unit.rcfw").get(f"/surveys/{sub}/"))
    portal = start(sign_in("zfwz.coordinator"), "政府办", "430700-ZFWZ")
    assert "由常德政府网站负责填报" in text_of(sign_in("zfwz.coordinator").get(f"/surveys/{portal}/edit"))


def test_the_deadline_and_being_late_are_shown(sign_in: SignIn) -> None:
    browser = sign_in("unit.czj")
    pk = start(browser, "财政局")
    assert "剩 3 个工作日" in text_of(browser.get("/surveys/list/"))
    with at(24):
        assert "超期 1 个工作日" in text_of(browser.get("/surveys/list/"))
        assert "已过报送期限" in text_of(browser.get(f"/surveys/{pk}/"))
        fill(browser, pk)
        browser.post(f"/surveys/{pk}/submit", data={"version": version(pk)})
    assert "11-24 报送（逾期）" in text_of(sign_in("changde.clerk").get("/surveys/list/"))


# -- who sees -----------------------------------------------------------------------------------------------


@pytest.fixture
def several(acting: As) -> dict[str, int]:
    """One draft each, by its own filler."""
    made = {}
    for who, name in (("unit.czj", "财政局"), ("unit.wljy", "武陵教育局"), ("unit.dcws", "鼎城卫生局"), ("unit.lyh", "柳叶湖旅游局"),
                      ("unit.thy", "桃花源管理区办"), ("renshe.coordinator", "人才中心")):  # fmt: skip
        with acting(who) as actor, transaction():
            made[name] = service.open_(named(name).id, actor=actor).id
    with acting("zfwz.coordinator") as actor, transaction():
        made["门户"] = service.open_(named("政府办").id, desk("430700-ZFWZ").id, actor=actor).id
    return made


SEEN = {
    "changde.clerk": {
        "财政局",
        "武陵教育局",
        "鼎城卫生局",
        "柳叶湖旅游局",
        "桃花源管理区办",
        "人才中心",
        "门户",
    },
    "changde.egov": {"桃花源管理区办"},
    "thy.coordinator": {"桃花源管理区办"},
    "zfwz.coordinator": {"门户"},
    "renshe.coordinator": {"人才中心"},
    "wuling.clerk": {"武陵教育局"},
    "dingcheng.clerk": {"鼎城卫生局"},
    "unit.czj": {"财政局"},
    "unit.zfb": {"门户"},
    "changsha.clerk": set(),
}


@pytest.mark.parametrize("who", SEEN)
def test_lists_api_and_typed_addresses_show_exactly_ones_own(
    sign_in: SignIn, several: dict[str, int], who: str
) -> None:
    browser = sign_in(who)
    listed = set(re.findall(r'class="row" href="/surveys/(\d+)/"', text_of(browser.get("/surveys/list/"))))
    api = browser.get("/api/v1/surveys/").get_json()
    assert listed == {str(several[name]) for name in SEEN[who]} == {str(one) for one in api["ids"]}
    for name, number in several.items():
        expected = 200 if name in SEEN[who] else 404
        for url in (f"/surveys/{number}/", f"/surveys/{number}/sheet.pdf", f"/api/v1/surveys/{number}"):
            assert browser.get(url).status_code == expected, (name, url)


def test_the_api_names_no_person(sign_in: SignIn, handed_in: int) -> None:
    row = sign_in("wuling.clerk").get("/api/v1/surveys/").get_json()["result"][0]
    assert (row["id"], row["name"], row["state"], row["review_path"], row["site_count"]) == (
        handed_in, "常德市武陵区教育局", "submitted", "0.43.07.02.", 1,
    )  # fmt: skip
    assert row["submitted_at"].startswith("2014-11-18T")
    assert not {"leader", "contact", "phone", "email"} & set(row)


def test_filters_by_state_nature_and_office(sign_in: SignIn, several: dict[str, int]) -> None:
    clerk = sign_in("changde.clerk")
    page = text_of(clerk.get("/surveys/list/"))
    assert "武陵区编委办" in page and "桃源县编委办" in page
    for query, names in (
        ("_flt_0_review_path=0.43.07.02.", {"武陵教育局"}),
        ("_flt_0_nature=institution", {"人才中心"}),
        ("_flt_0_state=accepted", set()),
        ("_flt_0_unit_name=柳叶湖", {"柳叶湖旅游局"}),
    ):
        found = set(
            re.findall(r'class="row" href="/surveys/(\d+)/"', text_of(clerk.get(f"/surveys/list/?{query}")))
        )
        assert found == {str(several[name]) for name in names}, query


@pytest.mark.parametrize(
    "url", ["/surveys/list/", "/surveys/todo", "/surveys/1/", "/surveys/1/edit", "/surveys/1/sheet.pdf"]
)
def test_a_stranger_is_asked_to_sign_in(app: Flask, url: str) -> None:
    answer = Browser(app, app.response_class).get(url)
    assert answer.status_code == 302 and "/login/" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/surveys/999/", 404), ("/surveys/99999999999999999999/", 404), ("/surveys/0/", 404), ("/surveys/-1/", 404),
        ("/surveys/new?unit=abc", 404), ("/surveys/new?unit=%00", 400), ("/surveys/new", 404), ("/surveys/new?unit=9999999999999999", 404),
        ("/surveys/list/?page_SheetListView=abc", 400), ("/surveys/list/?_flt_0_leader=x", 400),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_name(unit: Browser, url: str, status: int) -> None:
    assert unit.get(url).status_code == status


@pytest.mark.parametrize(
    "data", [{}, {"unit": "abc"}, {"unit": "1", "desk": "abc"}, {"unit": "999999"}, {"unit": "9" * 30}]
)
def test_nonsense_starts_nothing(unit: Browser, data: dict[str, str]) -> None:
    assert unit.post("/surveys/new", data=data).status_code in {404, 400}
    with access.acting_as(access.system("tests", over="0.")):
        assert db.session.scalar(select(func.count()).select_from(SurveySheet)) == 0


@pytest.mark.parametrize(
    "data",
    [
        {"sites-0-name": "\x00"},
        {"sites-99999999-name": "甲"},
        {"version": "9" * 50},
        {"site_count": "9" * 400},
        {"nature": "organ", "rank": "division", "email": "甲" * 5000},
        {f"sites-{n}-name": "甲" for n in range(400)},
    ],
)
def test_nothing_a_person_can_send_is_a_fault_of_ours(unit: Browser, pk: int, data: dict[str, str]) -> None:
    for do in ("save", "check", "add", "remove-0"):
        answer = unit.post(f"/surveys/{pk}/edit", data={**data, "do": do})
        assert answer.status_code < 500
    assert kept(pk).unit_name == "常德市武陵教育局"


# -- how much it costs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "url", "most"),
    [
        ("changde.clerk", "/surveys/list/", 8),
        ("changde.clerk", "/surveys/list/?_flt_0_state=draft", 8),
        ("unit.wljy", "/surveys/list/", 8),
        ("renshe.coordinator", "/surveys/todo", 10),
        ("unit.wljy", "/surveys/{pk}/", 15),
        ("wuling.clerk", "/surveys/{pk}/", 15),
        ("unit.wljy", "/surveys/{pk}/sheet.pdf", 15),
        ("unit.rcfw", "/surveys/{sub}/edit", 15),
        ("unit.rcfw", "/surveys/{sub}/check", 15),
        ("renshe.coordinator", "/surveys/{sub}/", 15),
    ],
)
def test_statements(
    sign_in: SignIn, several: dict[str, int], unit: Browser, who: str, url: str, most: int
) -> None:
    pk = several["武陵教育局"]
    fill(unit, pk)
    unit.post(f"/surveys/{pk}/submit", data={"version": version(pk)})
    browser, address = sign_in(who), url.format(pk=pk, sub=several["人才中心"])
    browser.get(address)
    with counted() as statements:
        assert browser.get(address).status_code == 200
    assert len(statements) <= most, "\n".join(f"{n}. {one[:300]}" for n, one in enumerate(statements, 1))
