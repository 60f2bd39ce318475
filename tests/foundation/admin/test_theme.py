"""The frame of pages, and Flask-AppBuilder's generated ones inside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation import clock
from app.foundation.admin import theme
from app.foundation.database import transaction

TEMPLATES = Path(theme.__file__).parent / "templates"
STATIC = Path(theme.__file__).parent / "static" / "bianban"
PAGES = [
    "/probe-units/list/",
    "/probe-units/show/1",
    "/probe-sites/add",
    "/probe-sites/edit/1",
    "/login/",
    "/nowhere",
]


def text(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_carries_inline_code_or_anything_from_elsewhere(
    browse: Callable[..., FlaskClient], path: str
) -> None:
    page = text(browse(None if path == "/login/" else "wuling.clerk"), path)
    assert 'lang="zh-CN"' in page
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"\son\w+=", page) == []
    assert re.findall(r"\sstyle=", page) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", page) == []
    assert "jquery" not in page and "bootstrap" not in page


@pytest.mark.parametrize("path", PAGES)
def test_scripts_carry_the_nonce_of_their_answer(browse: Callable[..., FlaskClient], path: str) -> None:
    answer = browse(None if path == "/login/" else "wuling.clerk").get(path)
    found = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert found is not None
    scripts = re.findall(r"<script[^>]*>", answer.get_data(as_text=True))
    assert scripts
    assert all(f'nonce="{found[1]}"' in script for script in scripts)


@pytest.mark.parametrize("path", PAGES)
def test_every_file_a_page_asks_for_is_there(browse: Callable[..., FlaskClient], path: str) -> None:
    client = browse(None if path == "/login/" else "wuling.clerk")
    wanted = re.findall(r'(?:src|href)="(/static/[^"]+)"', text(client, path))
    assert len(wanted) > 5
    assert {client.get(one).status_code for one in wanted} == {200}


@pytest.mark.parametrize("path", PAGES)
def test_every_input_has_a_label(browse: Callable[..., FlaskClient], path: str) -> None:
    page = text(browse(None if path == "/login/" else "wuling.clerk"), path)
    named = set(re.findall(r'<label[^>]*\bfor="([^"]+)"', page))
    for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page):
        if 'type="hidden"' in tag or "aria-label=" in tag:
            continue
        found = re.search(r'\bid="([^"]+)"', tag)
        assert found and found[1] in named, tag


def test_a_list_names_each_cell_opens_by_a_link_and_counts(wuling: FlaskClient) -> None:
    page = text(wuling, "/probe-units/list/")
    assert re.search(
        r'<td data-label="单位名称"><div><a class="row" href="/probe-units/show/\d+">武陵第1单位</a>', page
    )
    assert "共 3 条" in page
    assert '<span class="chip b">机关</span>' in page
    assert 'aria-current="true">全部</a>' in page


def test_an_empty_list_says_why(wuling: FlaskClient) -> None:
    page = text(wuling, "/probe-units/list/?_flt_0_name=没有这个单位")
    assert "共 0 条" in page
    assert "移除此条件" in page
    assert 'class="empty-title"' in page


def test_the_entry_of_the_page_is_marked_in_the_menu(wuling: FlaskClient) -> None:
    for path in ("/probe-units/list/", "/probe-units/show/1"):
        marked = re.findall(r'<a href="([^"]+)" class="on" aria-current="page">', text(wuling, path))
        assert marked == ["/probe-units/list/"]


def test_a_wrong_form_keeps_what_was_typed_and_points_at_it(wuling: FlaskClient) -> None:
    answer = wuling.post("/probe-sites/add", data={"name": "", "english_domain": "kept.gov.cn"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="kept.gov.cn"' in page
    target = re.search(r'<li><a href="#(f-name)">', page)
    assert target and f'id="{target[1]}"' in page
    assert re.search(r'<input[^>]*aria-invalid="true"[^>]*name="name"', page)


def test_signing_out_is_a_form(wuling: FlaskClient) -> None:
    assert re.search(
        r'<form method="post" action="/logout/">.*?退出</button>', text(wuling, "/probe-units/list/"), re.S
    )


def test_the_drill_clock_is_on_every_page(app: Flask, browse: Callable[..., FlaskClient]) -> None:
    assert "演练时钟" not in text(browse(None), "/login/")
    with app.app_context(), transaction():
        clock.move(datetime(2014, 11, 24, 1, 0, tzinfo=UTC))
    for who, path in (
        (None, "/login/"),
        (None, "/nowhere"),
        ("wuling.clerk", "/nowhere"),
        ("wuling.clerk", "/probe-units/list/"),
    ):
        assert "演练时钟：2014年11月24日（周一）09:00 · 演示数据，不对外生效" in text(browse(who), path)


def test_our_templates_stand_before_those_of_flask_appbuilder(app: Flask) -> None:
    for path in TEMPLATES.rglob("*.html"):
        name = path.relative_to(TEMPLATES).as_posix()
        assert Path(app.jinja_env.get_template(name).filename or "") == path


def test_style_sheets_fetch_nothing_and_draw_no_gradients() -> None:
    for path in STATIC.glob("*.css"):
        sheet = path.read_text("utf-8")
        assert "url(" not in sheet, path.name
        assert "gradient(" not in sheet, path.name
        assert "@import" not in sheet, path.name
