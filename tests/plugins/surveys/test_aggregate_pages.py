"""The pages of the collated survey: whose they are, what they show, what they cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import database_url
from app.foundation.database import db
from tests.plugins.surveys.collated import build, make
from tests.services.instance import signed_in

Browse = Callable[[str], FlaskClient]


def _page(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    return answer.get_data(as_text=True)


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_the_city_page_shows_progress_missing_and_the_table(browse: Browse) -> None:
    text = _text(_page(browse("changde.clerk"), "/aggregate/"))
    for words in (
        "43 / 59 份",
        "市直各单位（不含四区） 31 18 6 3 4 4",
        "武陵区编委办自定",
        "与市电子政务办共享",
    ):
        assert words in text
    assert "常德市财政局 41840005 未开始 超期 1 个工作日" in text
    assert (
        "单位名称 主管部门 单位性质 单位规格 单位负责人 单位开办网站个数 单位地址 网站联系人 联系电话 电子邮箱 网站序号 网站名称"
        in text
    )
    assert "常德教育督导网" in text
    assert "共 45 条" in text


def test_further_pages_hold_the_table_alone(browse: Browse) -> None:
    client = browse("changde.clerk")
    text = _text(_page(client, "/aggregate/?page=2"))
    assert "报送进度" not in text
    assert "澧县人民政府门户网站" in text
    assert "常德财政网" not in text
    assert "常德人大网" in _text(_page(client, "/aggregate/?page=9999")), "past the end is the first page"


def test_the_table_holds_what_was_handed_in_only(browse: Browse) -> None:
    client = browse("changde.clerk")
    whole = _text(_page(client, "/aggregate/")) + _text(_page(client, "/aggregate/?page=2"))
    assert "常德民政网" not in whole, "returned"
    assert "常德司法行政网" not in whole, "a draft"
    waiting = _text(_page(client, "/aggregate/?state=submitted"))
    assert "共 12 条" in waiting
    assert "常德政协网" in waiting
    assert "常德人大网" not in waiting


def test_lower_offices_open_to_pages_of_their_own(browse: Browse) -> None:
    client = browse("changde.clerk")
    assert 'href="/aggregate/?office=430702"' in _page(client, "/aggregate/")
    text = _text(_page(client, "/aggregate/?office=430702"))
    assert "武陵区编委办摸底汇总" in text
    assert "武陵教育网" in text
    assert "鼎城卫生网" not in text


@pytest.mark.parametrize(
    ("username", "office", "status"),
    [
        ("changde.clerk", "430702", 200),
        ("changde.clerk", "4307Z2", 200),
        ("changde.clerk", "430000", 404),
        ("changde.clerk", "430100", 404),
        ("changde.clerk", "430700-ZFWZ", 404),
        ("changde.clerk", "nowhere", 404),
        ("wuling.clerk", "430702", 200),
        ("wuling.clerk", "430703", 404),
        ("wuling.clerk", "430700", 404),
        ("hunan.auditor", "430700", 200),
        ("hunan.auditor", "430100", 200),
        ("hunan.auditor", "420000", 404),
        ("central.reviewer", "430702", 200),
        ("changde.egov", "430700", 200),
        ("changde.egov", "430702", 200),
        ("changde.egov", "430000", 404),
        ("wuling.egov", "430702", 403),
        ("unit.changde", "430700", 403),
        ("conac.registrar", "430700", 403),
        ("taohuayuan.coordinator", "430700", 403),
    ],
)
def test_whose_page_it_is(browse: Browse, username: str, office: str, status: int) -> None:
    client = browse(username)
    assert client.get(f"/aggregate/?office={office}").status_code == status
    assert client.get(f"/aggregate/export.xlsx?office={office}").status_code == (
        404 if (status, office) == (200, "430100") else status
    )


def test_strangers_sign_in_first(hall: Flask) -> None:
    for url in ("/aggregate/", "/aggregate/export.xlsx", "/aggregate/units"):
        answer = hall.test_client().get(url)
        assert answer.status_code == 302
        assert "/login/" in answer.location


def test_an_office_that_no_survey_reaches_is_told_so(browse: Browse) -> None:
    assert "还没有部署网站调查摸底" in _text(_page(browse("hunan.auditor"), "/aggregate/?office=430100"))


def test_the_shared_page_names_nobody(browse: Browse) -> None:
    client = browse("changde.egov")
    text = _text(_page(client, "/aggregate/"))
    assert "市直各单位（不含四区） 31 18 6 3 4 4" in text
    assert "常德教育督导网" in text
    for name in ("单位负责人", "网站联系人", "联系电话", "电子邮箱", "负责人乙", "0736-70000", "@example.cn"):
        assert name not in text
    assert "本级还没有报送的单位" not in text


def test_a_number_opens_the_units_behind_it(browse: Browse) -> None:
    client = browse("changde.clerk")
    page = _page(client, "/aggregate/")
    link = re.search(
        r'href="(/aggregate/units\?[^"]*track=organ[^"]*)"[^>]*aria-label="党政机关，未报送 3 份', page
    )
    assert link is not None
    text = _text(_page(client, link[1].replace("&amp;", "&")))
    assert "未报送单位" in text
    assert [name in text for name in ("常德市财政局", "常德市司法局", "常德市商务局", "常德市人才服务中心")] == [
        True, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("username", "query", "status"),
    [
        ("changde.clerk", "office=430702&state=missing", 200),
        ("changde.egov", "office=430700&group=guided", 200),
        ("changde.egov", "office=430702", 404),
        ("wuling.clerk", "office=430703", 404),
        ("changde.clerk", "office=430000", 404),
        ("changde.clerk", "group=nowhere", 404),
        ("changde.clerk", "campaign=99999999999999999999", 404),
        ("changde.clerk", "state=draft", 400),
        ("changde.clerk", "track=nobody", 400),
        ("changde.clerk", "page=0", 400),
        ("changde.clerk", "page=x", 400),
    ],
)
def test_the_units_page_keeps_to_the_sheets_one_sees(
    browse: Browse, username: str, query: str, status: int
) -> None:
    answer = browse(username).get(f"/aggregate/units?{query}")
    assert answer.status_code == status
    if username == "changde.egov" and status == 200:
        assert "桃花源旅游管理区（筹）旅游开发局" in answer.get_data(as_text=True)


def test_egov_sees_no_unit_of_the_city_behind_the_numbers(browse: Browse) -> None:
    text = _text(_page(browse("changde.egov"), "/aggregate/units"))
    assert "桃花源旅游管理区（筹）办公室" in text
    assert "常德市财政局" not in text


@pytest.mark.parametrize(
    "query", ["page=x", "page=-1", "page=0", "state=draft", "state=%00", "campaign=x", "office=%ff"]
)
def test_unusable_arguments_are_refused_by_name(browse: Browse, query: str) -> None:
    assert browse("changde.clerk").get(f"/aggregate/?{query}").status_code in (400, 404)


@pytest.mark.parametrize(
    ("username", "url", "most"),
    [
        ("changde.clerk", "/aggregate/", 10),
        ("changde.clerk", "/aggregate/?office=430702", 10),
        ("changde.clerk", "/aggregate/?page=2", 8),
        ("changde.clerk", "/aggregate/units?state=missing", 8),
        ("changde.egov", "/aggregate/", 10),
        ("hunan.auditor", "/aggregate/", 10),
        ("central.reviewer", "/aggregate/", 10),
    ],
)
def test_a_page_costs_few_statements(
    browse: Browse, statements: Any, username: str, url: str, most: int
) -> None:
    client = browse(username)
    with statements() as counted:
        _page(client, url)
    assert len(counted) <= most, counted


def test_the_menu_leads_there(browse: Browse) -> None:
    assert 'href="/aggregate/"' in _page(browse("changde.clerk"), "/surveys/list/")
    assert 'href="/aggregate/"' not in _page(browse("unit.changde"), "/surveys/list/")


def test_postgresql_counts_and_exports_the_same(tmp_path: Path, postgres_url: str) -> None:
    app = make(tmp_path, database_url({"DATABASE_URL": postgres_url}, tmp_path))
    build(app)
    try:
        for username in ("changde.clerk", "changde.egov"):
            client = signed_in(app, username)
            text = _text(_page(client, "/aggregate/"))
            assert "43 / 59 份" in text
            assert "市直各单位（不含四区） 31 18 6 3 4 4" in text
            assert client.get("/aggregate/export.xlsx").status_code == 200
        assert "常德市财政局" in _text(
            _page(signed_in(app, "changde.clerk"), "/aggregate/units?state=missing")
        )
        assert "共 1 条" in _text(_page(signed_in(app, "wuling.clerk"), "/aggregate/?state=accepted"))
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
