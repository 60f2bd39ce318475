"""The macros: every input has its label, hint and error; everything works without a script."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app.foundation.admin import labels
from app.kernel.errors import Finding

FINDINGS = [
    Finding("name", "名称不得超过 %(n)s 个字。", "办法第六条", params={"n": 31}),
    Finding("hosting", "请选择建设方式。"),
    Finding("", "表单已过期。"),
]
WRONG_FIELDS = {
    "field": "ui.field('name', '网站名称', '某网', hint='与首页一致。', required=true, findings=findings)",
    "textarea": "ui.textarea('name', '网站名称', '某网', hint='与首页一致。', required=true, findings=findings)",
    "select": "ui.select('name', '网站名称', [('a', '甲')], 'a', hint='与首页一致。', required=true, findings=findings)",
    "upload": "ui.upload('name', '网站名称', hint='与首页一致。', required=true, findings=findings)",
}


def drawn(app: Flask, call: str, path: str = "/here?q=1&q=2&page=3", **values: Any) -> str:
    with app.test_request_context(path):
        return app.jinja_env.from_string('{% import "bianban/ui.html" as ui %}' + call).render(**values)


def out(app: Flask, call: str, **values: Any) -> str:
    return drawn(app, "{{ " + call + " }}", **values)


@pytest.mark.parametrize("macro", WRONG_FIELDS)
def test_an_input_is_tied_to_its_label_hint_and_error(app: Flask, macro: str) -> None:
    html = out(app, WRONG_FIELDS[macro], findings=FINDINGS)
    assert '<label for="f-name">网站名称' in html
    assert 'id="f-name" name="name"' in html
    assert 'aria-describedby="f-name-hint f-name-err"' in html
    assert 'aria-invalid="true"' in html
    assert re.search(r'id="f-name-hint">与首页一致。<', html)
    assert re.search(r'id="f-name-err">.*名称不得超过 31 个字（办法第六条）<', html)
    assert "必填" in html


def test_an_input_without_fault_says_nothing_about_one(app: Flask) -> None:
    html = out(app, "ui.field('ip', 'IP 地址', none, findings=findings)", findings=FINDINGS)
    assert 'value=""' in html
    assert "aria-" not in html
    assert "bad" not in html


def test_what_was_typed_is_kept_and_escaped(app: Flask) -> None:
    typed = '"><script>alert(1)</script>'
    for call in (
        "ui.field('a', '甲', v)",
        "ui.textarea('a', '甲', v)",
        "ui.hidden('a', v)",
        "ui.dl([('甲', v)])",
    ):
        html = out(app, call, v=typed)
        assert "<script>" not in html
        assert "&lt;script&gt;" in html


def test_a_first_line_that_is_empty_survives_a_textarea(app: Flask) -> None:
    # HTML drops one newline after the opening tag: ours must be the one it drops.
    assert "<textarea" in out(app, "ui.textarea('a', '甲', v)", v="\n正文")
    assert ">\n\n正文</textarea>" in out(app, "ui.textarea('a', '甲', v)", v="\n正文")


def test_choices_are_a_group_with_one_answer(app: Flask) -> None:
    html = out(
        app, "ui.radios('hosting', '建设方式', [('own', '自建'), ('hosted', '托管', '依托平台')], 'hosted', findings=f)",
        f=FINDINGS,
    )  # fmt: skip
    assert re.search(r'<fieldset[^>]*id="f-hosting"[^>]*aria-describedby="f-hosting-err"', html)
    assert "<legend>建设方式" in html
    assert html.count("checked") == 1
    assert re.search(
        r'value="hosted" checked aria-describedby="f-hosting-2-hint"><label for="f-hosting-2">托管', html
    )


def test_no_choice_is_made_for_somebody(app: Flask) -> None:
    assert "checked" not in out(app, "ui.radios('a', '甲', {'': '无', 'x': '有'}, none)")
    assert "selected" not in out(app, "ui.select('a', '甲', {'x': '有'}, none, blank='请选择')")


def test_numbers_choose_as_their_text_does(app: Flask) -> None:
    assert '<option value="2" selected>' in out(app, "ui.select('a', '甲', [(1, '一'), (2, '二')], '2')")
    assert out(app, "ui.checks('a', '甲', [(1, '一'), (2, '二'), (3, '三')], ['1', 3])").count("checked") == 2


def test_the_summary_leads_to_each_field(app: Flask) -> None:
    html = out(app, "ui.errors(f)", f=FINDINGS)
    assert "有 3 处需要更正" in html
    assert re.search(r'href="#f-name">名称不得超过 31 个字。</a>\s*<span class="source">（办法第六条）', html)
    assert "<li>表单已过期。</li>" in html
    assert out(app, "ui.errors([])") == ""


def test_a_danger_is_confirmed_without_a_script(app: Flask) -> None:
    html = drawn(
        app,
        "{% call ui.confirm_button('撤销标识', '/badges/1/revoke', text='撤销后公开可见。', reason_label='理由',"
        " affected=['某网'], hidden={'version': 3}) %}<b>附加</b>{% endcall %}",
    )
    assert html.index("<summary") < html.index('<form method="post" action="/badges/1/revoke"')
    assert html.index("<b>附加</b>") < html.index('<textarea id="f-reason" name="reason"')
    assert '<input type="hidden" name="version" value="3">' in html
    assert 'name="csrf_token"' in html
    assert "<li>某网</li>" in html
    assert "<details" in html and " open" not in html


def test_a_confirmation_that_was_refused_stands_open(app: Flask) -> None:
    call = "ui.confirm_button('退回', '/x', reason_label='理由', reason_value='短', findings=f)"
    html = out(app, call, f=[Finding("reason", "请写明理由。")])
    assert re.search(r"<details[^>]* open", html)
    assert ">\n短</textarea>" in html
    assert "请写明理由" in html


def test_a_button_that_cannot_be_pressed_says_why(app: Flask) -> None:
    html = out(app, "ui.button('初审通过', 'p', disabled=true, why='还有 2 项未判定。')")
    assert "disabled" in html
    assert "还有 2 项未判定。" in html
    assert "未判定" not in out(app, "ui.button('初审通过', 'p', why='还有 2 项未判定。')")
    refused = out(app, "ui.confirm_button('撤销', '/x', disabled=true, why='无权。')")
    assert "<form" not in refused and "无权。" in refused


def test_every_post_carries_the_token(app: Flask) -> None:
    html = out(app, "ui.post('接收', '/surveys/1/accept', hidden={'version': 2})")
    assert 'method="post"' in html
    assert 'name="csrf_token"' in html
    assert 'name="version" value="2"' in html


def test_a_state_has_its_name_and_tone(app: Flask) -> None:
    labels.add("probe-sheet", {"accepted": ("已接收", "ok")})
    assert out(app, "ui.state('probe-sheet', 'accepted')") == '<span class="chip ok">已接收</span>'
    assert out(app, "ui.state('probe-sheet', none)") == "—"
    with pytest.raises(LookupError):
        out(app, "ui.state('probe-sheet', 'lost')")


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("11月24日起算。\n依据：办法第十二条。", ["<p>11月24日起算。</p>", "<p>依据：办法第十二条。</p>"]),
        (["11月24日起算。"], ["<p>11月24日起算。</p>"]),
        ([("依据", "办法第十二条")], ['<p><span class="soft">依据</span> 办法第十二条</p>']),
    ],
)
def test_a_clock_opens_its_reasons_by_tap_and_by_key(app: Flask, detail: Any, shown: list[str]) -> None:
    html = out(app, "ui.clock(v)", v=SimpleNamespace(text="剩 3 个工作日", tone="g", detail=detail))
    assert '<summary class="chip g">剩 3 个工作日</summary>' in html
    assert all(one in html for one in shown)


def test_no_clock_is_a_dash_and_a_bare_one_a_chip(app: Flask) -> None:
    assert out(app, "ui.clock(none)") == "—"
    assert "details" not in out(app, "ui.clock(v)", v=SimpleNamespace(text="已停止", tone="g", detail=""))


def test_a_stage_is_said_and_not_only_coloured(app: Flask) -> None:
    html = out(app, "ui.steps([('提交', 'd'), ('初审', 'n'), ('核发', '')])")
    assert html.count('aria-current="step"') == 1
    assert [html.index(word) for word in ("已完成", "正在办理", "未开始")] == sorted(
        html.index(word) for word in ("已完成", "正在办理", "未开始")
    )


def test_a_timeline_says_who_what_when_and_why(app: Flask) -> None:
    labels.add("verb", {"probe.returned": "退回补正"})
    entry = SimpleNamespace(
        at=datetime(2014, 11, 18, 2, 31, tzinfo=UTC), person="承办人甲", post="审核岗", verb="probe.returned",
        reason="名称应为全称", after={},
    )  # fmt: skip
    html = out(app, "ui.timeline(v)", v=[entry])
    assert "退回补正：名称应为全称" in html
    assert "审核岗 承办人甲" in html
    assert '<time datetime="2014-11-18T10:31+08:00">2014年11月18日（周二）10:31</time>' in html
    assert "还没有办理记录" in out(app, "ui.timeline([])")


def test_progress_is_drawn_to_scale_and_said_in_words(app: Flask) -> None:
    html = out(app, "ui.progress([('通过', 1, 'ok'), ('待审', 3, 'b'), ('退回', 0, 'r')])")
    assert '<rect class="t-ok" x="0%" width="25.0%"' in html
    assert '<rect class="t-b" x="25.0%" width="75.0%"' in html
    assert '<rect class="t-r"' not in html
    assert "退回 0" in html
    assert "<rect class=" in out(app, "ui.progress([('通过', 0, 'ok')])")


def test_pages_keep_the_rest_of_the_address(app: Flask) -> None:
    app.add_url_rule("/here", "here", lambda: "")
    html = out(app, "ui.pager(3, 40, 10001)")
    assert "共 10000+ 条" in html
    assert 'href="/here?q=1&amp;q=2&amp;page=2"' in html
    assert 'aria-current="page">3<' in html
    assert re.findall(r">(\d+|…)<", html) == ["1", "2", "3", "4", "5", "…", "40"]
    assert "<ul>" not in out(app, "ui.pager(1, 1, 3)")


def test_a_cell_names_its_column_for_narrow_screens(app: Flask) -> None:
    html = drawn(
        app,
        "{% call ui.table(['单位', ('数量', 'num'), '']) %}<tr>{{ ui.td('单位', none) }}</tr>{% endcall %}",
    )
    assert '<td data-label="单位"><div>—</div></td>' in html
    assert '<th scope="col" class="num">数量</th>' in html
    assert '<th scope="col"></th>' not in html


def test_a_wide_table_can_be_scrolled_by_key(app: Flask) -> None:
    html = drawn(app, "{% call ui.table(['单位'], caption='汇总', scroll=true) %}{% endcall %}")
    assert 'tabindex="0" role="region" aria-label="汇总"' in html


def test_an_empty_list_says_what_to_do(app: Flask) -> None:
    html = out(app, "ui.empty('还没有申请', '先登记网站。', '/sites/add', '登记网站')")
    assert 'href="/sites/add">登记网站</a>' in html
    assert "<a" not in out(app, "ui.empty('还没有申请')")
