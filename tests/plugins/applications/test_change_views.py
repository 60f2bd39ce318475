"""The pages of a change, of a new handler, of a replaced file and of a withdrawal; who reviews, and what is pointed to."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import transaction
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Unit
from app.plugins.applications import dossier, service
from tests.plugins.applications.country import ID_NUMBER, OTHER_MOBILE, PDF, Country
from tests.plugins.applications.test_handing import OTHER, REASON

Browse = Callable[[str], FlaskClient]
NEW_INTRO = "发布教育政务信息，提供网上报名。"


def text(answer: Any) -> str:
    return unescape(answer.get_data(as_text=True))


# -- a change -----------------------------------------------------------------------------------------------


def test_a_change_by_hand_from_the_list_of_badged_websites(country: Country, browse: Browse) -> None:
    former = country.badged()
    client = browse("filer")
    page = text(client.get("/applications/new"))
    assert "已有网站标识的网站" in page
    assert f'name="former_id" value="{former}"' in page
    assert f'name="site_id" value="{country.sites["edu"]}"' not in page, "a badged website is only changed"
    answer = client.post("/applications/start", data={"former_id": former, "kind": "change"})
    at = answer.headers["Location"].rsplit("/edit", 1)[0]
    pk = int(at.rsplit("/", 1)[1])
    subject = text(client.get(f"{at}/edit/subject"))
    assert "已按现行登记预填" in subject
    assert 'name="kind"' not in subject, "a change stays a change"
    assert "没有需要变更的事项" in text(client.get(f"{at}/confirm"))
    client.post(f"{at}/edit/site", data={"site_intro": NEW_INTRO, "then": "stay"})
    assert "现行登记：发布教育政务信息，办理教育服务事项。" in text(client.get(f"{at}/edit/site"))
    client.post(f"{at}/attach", data={"material": "identity", "identity": (io.BytesIO(PDF), "证件.pdf")})
    page = text(client.get(f"{at}/confirm"))
    assert "申请变更的事项" in page and NEW_INTRO in page
    assert '<span class="before">发布教育政务信息，办理教育服务事项。</span>' in page
    assert client.post(f"{at}/submit", data={"declared": "1"}).status_code == 302
    assert country.read(pk).state == "submitted"
    assert "已有变更申请" in text(client.get("/applications/new"))
    assert "原网站标识和登记信息继续有效" in text(client.get(at))


def test_the_badged_cases_own_page_offers_the_change_to_its_applicant_alone(
    country: Country, browse: Browse
) -> None:
    former = country.badged()
    assert "申请变更" in text(browse("filer").get(f"/applications/{former}"))
    assert "申请变更" not in text(browse("reviewer").get(f"/applications/{former}"))


def test_the_reviewer_sees_old_and_new_and_no_personal_data(country: Country, browse: Browse) -> None:
    pk = country.change(country.badged(), site_intro=NEW_INTRO, handler_mobile="13700137000")
    country.do("filer", pk, lambda row, by: service.submit(row, declared=True, actor=by))
    page = text(browse("reviewer").get(f"/applications/{pk}"))
    assert "申请变更的事项" in page and NEW_INTRO in page
    assert "网站申请经办人信息有修改" in page
    assert not {OTHER_MOBILE, "13700137000", ID_NUMBER} & set(page.split('"'))
    assert "13700137000" not in page and OTHER_MOBILE not in page


@pytest.mark.parametrize("who", ["neighbour", "librarian", "portal_desk", "city_filer"])
def test_another_units_badged_case_cannot_be_named(country: Country, browse: Browse, who: str) -> None:
    former = country.badged()
    answer = browse(who).post("/applications/start", data={"former_id": former, "kind": "change"})
    assert answer.status_code == 404


def test_a_change_without_a_badge_is_refused_on_the_page(country: Country, browse: Browse) -> None:
    pk = country.approved()
    answer = browse("filer").post("/applications/start", data={"former_id": pk, "kind": "change"})
    assert answer.status_code == 409
    assert "没有有效的网站标识" in text(answer)


def test_a_requalification_of_a_badged_website_is_refused_on_the_page(
    country: Country, browse: Browse
) -> None:
    country.badged()
    answer = browse("filer").post(
        "/applications/start", data={"site_id": country.sites["edu"], "kind": "requalification"}
    )
    assert answer.status_code == 409
    assert "请从该网站申请变更" in text(answer)


# -- another handler ----------------------------------------------------------------------------------------


def sent(**other: Any) -> dict[str, Any]:
    return {**OTHER, "reason": REASON, "identity": (io.BytesIO(PDF), "新经办人.pdf"), **other}


def test_another_handler_by_hand(country: Country, browse: Browse) -> None:
    pk = country.awaiting_paper()
    client = browse("filer")
    assert f"/applications/{pk}/handler" in text(client.get(f"/applications/{pk}"))
    page = text(client.get(f"/applications/{pk}/handler"))
    assert ID_NUMBER not in page and OTHER_MOBILE not in page
    assert "此前打印的申请表作废" in page
    answer = client.post(f"/applications/{pk}/handler", data=sent())
    assert answer.status_code == 302
    assert country.read(pk).handler_name == "经办人戊"
    assert "更换了经办人" in text(browse("reviewer").get(f"/applications/{pk}"))


def test_a_refused_handler_form_returns_everything_typed(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    answer = browse("filer").post(
        f"/applications/{pk}/handler", data=sent(handler_id_number="123", reason="")
    )
    page = text(answer)
    assert answer.status_code == 422
    assert 'value="经办人戊"' in page and 'value="123"' in page
    assert "请写明更换原因" in page
    assert country.read(pk).handler_name == "经办人丙"


def test_a_stale_handler_form_writes_nothing(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    answer = browse("filer").post(f"/applications/{pk}/handler", data=sent(version="0"))
    assert answer.status_code == 409
    assert country.read(pk).handler_name == "经办人丙"


@pytest.mark.parametrize(
    ("who", "status"),
    [("neighbour", 404), ("reviewer", 403), ("head", 403), ("sibling", 404), ("auditor", 403)],
)
@pytest.mark.parametrize("page", ["handler", "withdraw"])
def test_nobody_elses_pages(country: Country, browse: Browse, who: str, status: int, page: str) -> None:
    pk = country.submitted()
    client = browse(who)
    found = {client.get(f"/applications/{pk}/{page}").status_code}
    found.add(client.post(f"/applications/{pk}/{page}", data=sent()).status_code)
    assert found <= {status, 403}
    row = country.read(pk)
    assert (row.handler_name, row.state) == ("经办人丙", "submitted")


def test_the_pages_say_when_it_is_too_late(country: Country, browse: Browse) -> None:
    pk = country.approved()
    client = browse("filer")
    for page in ("handler", "withdraw"):
        assert client.get(f"/applications/{pk}/{page}").status_code == 409


# -- taking back --------------------------------------------------------------------------------------------


def test_taking_back_asks_once_more_and_says_what_follows(country: Country, browse: Browse) -> None:
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        office = session.scalars(select(Office).where(Office.path == "0.43.07.")).one()
        office.settings = {**office.settings, "lapse": {"words": "视为未通过。", "source": "通知第四条"}}
    pk = country.submitted()
    client = browse("filer")
    page = text(client.get(f"/applications/{pk}/withdraw"))
    assert "视为未通过。" in page and "通知第四条" in page, "S26"
    answer = client.post(f"/applications/{pk}/withdraw", data={"reason": ""})
    assert answer.status_code == 422
    assert "请写明撤回原因" in text(answer)
    assert country.read(pk).state == "submitted"
    assert client.post(f"/applications/{pk}/withdraw", data={"reason": "网站合并"}).status_code == 302
    assert country.read(pk).state == "withdrawn"


def test_taking_a_change_back_leaves_the_badge(country: Country, browse: Browse) -> None:
    pk = country.change(country.badged(), site_intro=NEW_INTRO)
    page = text(browse("filer").get(f"/applications/{pk}/withdraw"))
    assert "现有网站标识和登记信息不受影响" in page
    assert "视同没有提交资格复核申请" not in page


# -- materials ----------------------------------------------------------------------------------------------


def file_of(country: Country, pk: int) -> int:
    return dossier.materials(country.read(pk))[0].id


def test_a_file_is_replaced_by_hand(country: Country, browse: Browse) -> None:
    pk = country.draft()
    old = file_of(country, pk)
    client = browse("filer")
    page = text(client.get(f"/applications/{pk}/edit/materials"))
    assert f"/applications/{pk}/replace/{old}" in page and "预览" in page
    answer = client.post(
        f"/applications/{pk}/replace/{old}", data={f"file-{old}": (io.BytesIO(PDF + b"2"), "新证件.pdf")}
    )
    assert answer.status_code == 302
    page = text(client.get(f"/applications/{pk}/edit/materials"))
    assert "新证件.pdf" in page and "经办人证件.pdf" not in page


@pytest.mark.parametrize("content", [b"MZ no picture", None])
def test_a_refused_replacement_says_why_beside_the_file(
    country: Country, browse: Browse, content: bytes | None
) -> None:
    pk = country.draft()
    old = file_of(country, pk)
    data = {f"file-{old}": (io.BytesIO(content), "a.pdf")} if content else {}
    answer = browse("filer").post(f"/applications/{pk}/replace/{old}", data=data)
    assert answer.status_code == 422
    assert f'id="f-file-{old}-err"' in text(answer)
    assert file_of(country, pk) == old


def test_another_units_file_is_not_replaced(country: Country, browse: Browse) -> None:
    pk = country.draft()
    old = file_of(country, pk)
    answer = browse("neighbour").post(
        f"/applications/{pk}/replace/{old}", data={f"file-{old}": (io.BytesIO(PDF), "a.pdf")}
    )
    assert answer.status_code == 404
    assert file_of(country, pk) == old


def test_what_the_office_asks_for_besides_is_asked_by_its_own_words(country: Country, browse: Browse) -> None:
    extra = [{"key": "x_safety", "label": "网站安全防护方案"}]
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        office = session.scalars(select(Office).where(Office.path == "0.43.07.02.")).one()
        office.settings = {**office.settings, "materials": {"extra": extra, "source": "本级细则第二条"}}
    pk = country.draft()
    client = browse("filer")
    page = text(client.get(f"/applications/{pk}/edit/materials"))
    assert "网站安全防护方案" in page and "本级细则第二条" in page
    assert "请上传“网站安全防护方案”" in text(client.get(f"/applications/{pk}/confirm"))
    answer = client.post(
        f"/applications/{pk}/attach", data={"material": "x_safety", "x_safety": (io.BytesIO(PDF), "方案.pdf")}
    )
    assert answer.status_code == 302
    assert "请上传" not in text(client.get(f"/applications/{pk}/confirm"))
    assert "网站安全防护方案" in text(client.get(f"/applications/{pk}/confirm"))


# -- who reviews, and what is pointed to --------------------------------------------------------------------


def be(country: Country, **facts: Any) -> None:
    """Let the district's education bureau be otherwise, and be reviewed accordingly."""
    platform = access.system("tests", over="0.")
    with access.acting_as(platform), transaction() as session:
        unit = session.get(Unit, country.units["wuling"])
        assert unit is not None
        for name, value in facts.items():
            setattr(unit, name, value)
        tenancy.reassign(unit, actor=platform)


def test_a_vertical_organ_is_told_who_reviews_and_why(country: Country, browse: Browse) -> None:
    """C-art.5."""
    be(country, management="provincial_vertical")
    client = browse("filer")
    page = text(client.get("/applications/new"))
    assert "省以下垂直管理系统的地方机构，由省级审核。" in page and "办法第五条" in page
    pk = country.draft()
    assert country.read(pk).review_path == "0.43."
    for at in (f"/applications/{pk}", f"/applications/{pk}/edit/subject", f"/applications/{pk}/confirm"):
        assert "省以下垂直管理系统的地方机构，由省级审核。" in text(client.get(at)), at
    assert "所在地机构编制部门不审核本单位的申请" in text(client.get(f"/applications/{pk}"))


def test_a_county_department_is_pointed_to_the_upper_platform(country: Country, browse: Browse) -> None:
    """C-art.3, C-art.15: pointed, not refused."""
    client = browse("filer")
    for at in ("/applications/new", f"/applications/{country.draft()}/edit/subject"):
        page = text(client.get(at))
        assert "可以利用上级党政机关网站平台" in page and "办法第三条" in page
    assert country.read(country.submitted("exam")).state == "submitted"


def test_an_institution_without_administration_is_told_which_names_are_open_to_it(
    country: Country, browse: Browse
) -> None:
    assert "请使用“.公益”“.公益.cn”中文域名" in text(browse("librarian").get("/applications/new"))


def test_a_city_organ_is_pointed_nowhere(country: Country, browse: Browse) -> None:
    page = text(browse("city_filer").get("/applications/new"))
    assert "由同级机构编制部门审核" in page
    assert "原则上" not in page


def test_names_are_examined_as_they_are_typed_and_on_submission(country: Country, browse: Browse) -> None:
    pk = country.draft(values={"site_name": "政务服务网"})
    client = browse("filer")
    assert "网站名称怎么写" in text(client.get(f"/applications/{pk}/edit/site"))
    assert "看不出开办主体" in text(client.get(f"/applications/{pk}/confirm"))
