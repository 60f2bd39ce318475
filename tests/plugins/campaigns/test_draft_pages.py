"""Drafting, issuing, reading, urging and extending with a real client."""

from __future__ import annotations

import re

import pytest

from tests.plugins.surveys.ground import SignIn, counted

HEADING = {
    "document": "武编办发〔2014〕3号", "title": "关于做好全区网站资格复核工作的通知", "short_title": "全区网站资格复核",
    "issued_on": "2014-11-18", "text": "区直各单位：\n\n请按期报送。", "carries_out": "常编办发〔2014〕9号",
}  # fmt: skip
STEP = {
    "kind": "survey", "label": "报送摸底表", "track": "any", "groups": ["own"], "mode": "fixed", "due": "2014-11-21",
    "source": "第二条", "deliver_to": "", "copy_to": "", "reason": "",
}  # fmt: skip
BEGUN = "/campaign-drafts/1"


def begun(sign_in: SignIn) -> None:
    clerk = sign_in("wuling.clerk")
    assert clerk.post("/campaign-drafts/").headers["Location"].endswith(f"{BEGUN}/heading")
    assert clerk.post(f"{BEGUN}/heading", data=HEADING).status_code == 302
    assert clerk.post(f"{BEGUN}/groups", data={"group": "own"}).status_code == 302


def test_from_the_first_line_to_the_unit_that_reads_it(sign_in: SignIn) -> None:
    clerk, head = sign_in("wuling.clerk"), sign_in("wuling.head")
    assert "还没有起草过文件" in clerk.get("/campaign-drafts/").get_data(as_text=True)
    begun(sign_in)
    assert "还有 1 处需要更正" in clerk.get(f"{BEGUN}/").get_data(as_text=True)
    assert clerk.post(f"{BEGUN}/step/new", data=STEP).status_code == 302
    assert clerk.post(f"{BEGUN}/annex/0", data={"title": "名单", "text": "甲、乙"}).status_code == 302
    ready = clerk.get(f"{BEGUN}/").get_data(as_text=True)
    assert "请负责人登录后在本页印发" in ready and "确认印发" not in ready and "附件1" in ready
    assert clerk.post(f"{BEGUN}/issue", headers={"Accept": "application/json"}).status_code == 403
    assert "确认印发" in head.get(f"{BEGUN}/").get_data(as_text=True)
    issued = head.post(f"{BEGUN}/issue").headers["Location"]
    unit = sign_in("unit.wljy")
    page = unit.get(issued).get_data(as_text=True)
    assert all(
        said in page
        for said in ("请按期报送", "2014年11月21日（周五）", "武编办发〔2014〕3号 第二条", "确认已阅", "未阅")
    )
    assert "甲、乙" in unit.get(f"{issued}annex/1").get_data(as_text=True)
    assert unit.post(f"{issued}confirm").status_code == 302
    assert "确认已阅" not in unit.get(issued).get_data(as_text=True)
    assert "下级贯彻文件" in sign_in("changde.clerk").get("/campaigns/1/").get_data(as_text=True)


def test_what_was_typed_stays_when_it_is_refused(sign_in: SignIn) -> None:
    begun(sign_in)
    clerk = sign_in("wuling.clerk")
    refused = clerk.post(f"{BEGUN}/step/new", data={**STEP, "due": "明天", "label": "甲乙丙"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and 'value="甲乙丙"' in page and 'value="明天"' in page
    refused = clerk.post(f"{BEGUN}/step/new", data={**STEP, "track": "organ", "due": "2014-12-05"})
    page = refused.get_data(as_text=True)
    assert (
        refused.status_code == 422
        and "晚于完成期限（2014年11月30日）" in page
        and "常编办发〔2014〕9号 第三条" in page
    )
    refused = clerk.post(f"{BEGUN}/heading", data={**HEADING, "issued_on": "2014-13-01", "title": "丁戊己"})
    assert refused.status_code == 422 and 'value="丁戊己"' in refused.get_data(as_text=True)
    refused = clerk.post(f"{BEGUN}/annex/0", data={"title": "庚辛壬", "text": ""})
    assert refused.status_code == 422 and 'value="庚辛壬"' in refused.get_data(as_text=True)
    refused = sign_in("wuling.head").post(f"{BEGUN}/issue")
    assert refused.status_code == 422 and "请至少列出一个事项" in refused.get_data(as_text=True)


@pytest.mark.parametrize("wrong", [{"kind": "别的"}, {"mode": "x"}, {"track": ""}])
def test_a_word_no_form_sends_is_refused(sign_in: SignIn, wrong: dict[str, str]) -> None:
    begun(sign_in)
    assert sign_in("wuling.clerk").post(f"{BEGUN}/step/new", data={**STEP, **wrong}).status_code == 400


def test_a_step_is_changed_and_dropped_and_a_draft_given_up(sign_in: SignIn) -> None:
    begun(sign_in)
    clerk = sign_in("wuling.clerk")
    clerk.post(f"{BEGUN}/step/new", data=STEP)
    assert 'value="报送摸底表"' in clerk.get(f"{BEGUN}/step/step-1").get_data(as_text=True)
    assert clerk.get(f"{BEGUN}/step/step-7").status_code == 404
    assert clerk.post(f"{BEGUN}/drop/step-1").status_code == 302
    assert clerk.post(f"{BEGUN}/withdraw").status_code == 302
    assert (
        clerk.post(f"{BEGUN}/step/new", data=STEP, headers={"Accept": "application/json"}).status_code == 409
    )
    assert "已撤回" in clerk.get("/campaign-drafts/").get_data(as_text=True)


@pytest.mark.parametrize("who", ["changde.head", "dingcheng.clerk", "hunan.clerk"])
def test_another_offices_draft_is_not_there(sign_in: SignIn, who: str) -> None:
    begun(sign_in)
    stranger = sign_in(who)
    for url in ("/", "/heading", "/groups", "/step/new", "/annex/0"):
        assert stranger.get(BEGUN + url).status_code == 404, url
    for url in ("/heading", "/groups", "/step/new", "/drop/step-1", "/withdraw", "/annex/0", "/annex/1/drop"):
        assert stranger.post(BEGUN + url, data={**HEADING, **STEP}).status_code in (403, 404), url


@pytest.mark.parametrize("who", ["unit.czj", "changde.egov", "changde.auditor"])
def test_who_drafts_nothing_has_no_such_page(sign_in: SignIn, who: str) -> None:
    other = sign_in(who)
    for url in ("/campaign-drafts/", "/campaign-receipts/1"):
        assert other.get(url, headers={"Accept": "application/json"}).status_code == 403


def test_an_office_may_choose_some_of_the_offices_below(sign_in: SignIn) -> None:
    clerk = sign_in("changde.clerk")
    clerk.post("/campaign-drafts/")
    page = clerk.get(f"{BEGUN}/groups").get_data(as_text=True)
    assert "桃花源组织人事组" in page and "武陵区编委办" in page and "武陵区电子政务办" not in page
    refused = clerk.post(f"{BEGUN}/groups", data={"group": "county"})
    assert refused.status_code == 422 and "请选择“各县（市、区）机构编制部门”中的机构" in refused.get_data(
        as_text=True
    )
    clerk.post(
        f"{BEGUN}/groups", data={"group": ["county"], "office": ["0.43.07.02.", "0.43.01.02.", "坏的"]}
    )
    shown = clerk.get(f"{BEGUN}/").get_data(as_text=True)
    assert "武陵区编委办" in shown and "芙蓉区" not in shown


# -- receipts, urging, extending ------------------------------------------------------------------------------


def test_the_office_sees_who_has_read_and_urges_the_others(sign_in: SignIn) -> None:
    clerk, head = sign_in("changde.clerk"), sign_in("wuling.head")
    page = clerk.get("/campaign-receipts/1").get_data(as_text=True)
    (key,) = re.findall(r'value="(o[0-9]+)" aria-label="催办武陵区编委办"', page)
    refused = clerk.post("/campaign-receipts/1", data={"step": "2", "message": "甲乙丙"})
    assert refused.status_code == 422 and "甲乙丙" in refused.get_data(as_text=True)
    sent = clerk.post("/campaign-receipts/1", data={"step": "2", "to": [key], "message": "请于周五前报送。"})
    assert sent.status_code == 302
    again = clerk.post("/campaign-receipts/1", data={"step": "2", "to": [key], "message": "请于周五前报送。"})
    assert again.status_code == 409 and "今天已经催办过" in again.get_data(as_text=True)
    urged = head.get("/campaigns/1/").get_data(as_text=True)
    assert "请于周五前报送。" in urged and "确认收到" in urged
    assert head.post("/campaigns/1/received").status_code == 302
    assert "请于周五前报送。" not in head.get("/campaigns/1/").get_data(as_text=True)
    assert "已确认收到 1 家" in clerk.get("/campaign-receipts/1").get_data(as_text=True)


def test_the_head_extends_and_both_dates_are_shown(sign_in: SignIn) -> None:
    head, unit = sign_in("changde.head"), sign_in("unit.czj")
    assert "延期" in head.get("/campaigns/1/").get_data(as_text=True)
    refused = head.post("/campaigns/1/extend/1", data={"due": "2014-11-20", "reason": "甲乙丙"})
    assert refused.status_code == 422 and "甲乙丙" in refused.get_data(as_text=True)
    assert (
        head.post("/campaigns/1/extend/1", data={"due": "2014-11-24", "reason": "系统检修"}).status_code
        == 302
    )
    page = unit.get("/campaigns/1/").get_data(as_text=True)
    assert "原定" in page and "2014年11月21日（周五）" in page and "2014年11月24日（周一）" in page
    assert "延期理由：系统检修" in page and "第1次变更" in page
    assert head.get("/campaigns/1/extend/4").status_code == 422  # left to counties and zones
    for who in ("changde.clerk", "wuling.head", "unit.czj"):
        answer = sign_in(who).get("/campaigns/1/extend/1", headers={"Accept": "application/json"})
        assert answer.status_code == 403, who


def test_a_change_is_drafted_from_the_page(sign_in: SignIn) -> None:
    clerk = sign_in("changde.clerk")
    assert clerk.post("/campaign-drafts/", data={"campaign": "1"}).headers["Location"].endswith(f"{BEGUN}/")
    page = clerk.get(f"{BEGUN}/").get_data(as_text=True)
    assert "请写明变更了什么" in page and "完成网站调查摸底并报送摸底表" in page
    other = sign_in("wuling.head").post(
        "/campaign-drafts/", data={"campaign": "1"}, headers={"Accept": "application/json"}
    )
    assert other.status_code == 403
    assert sign_in("changsha.clerk").post("/campaign-drafts/", data={"campaign": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("changde.head", "/campaigns/1/"),
        ("unit.czj", "/campaigns/1/"),
        ("changde.clerk", "/campaign-receipts/1"),
    ],
)
def test_statements(sign_in: SignIn, who: str, url: str) -> None:
    reader = sign_in(who)
    reader.get(url)
    with counted() as statements:
        assert reader.get(url).status_code == 200
    assert len(statements) <= 15, "\n".join(statements)


def test_only_ones_own_office_urges_and_only_about_the_campaigns_own_steps(sign_in: SignIn) -> None:
    urged = {"to": ["o1"], "message": "请于周五前报送。"}
    for step in ("999", "2"):
        below = sign_in("wuling.head").post("/campaign-receipts/1", data={**urged, "step": step})
        assert below.status_code == 403, step
    assert (
        sign_in("changde.clerk").post("/campaign-receipts/1", data={**urged, "step": "999"}).status_code
        == 404
    )
