"""The sheets: every kind drawn, nothing lost, nothing over the edge, the same bytes again."""

from __future__ import annotations

from typing import Any

import pytest

from app.foundation.documents import pdf, words
from app.plugins.letters import kinds, typesetting
from tests.plugins.letters.paper import bare, ink_outside, pages_of, words_of

MARK = {
    "token": "abc",
    "number": "CD-WS-2014-0001",
    "url": "https://shenhe.example/letters/abcdefghijklmnopqrst",
}
SIGNED = {
    "office": "中共常德市委机构编制委员会办公室", "reference": "常编办函〔2014〕12号",
    "contact": "联系科室：综合科，联系电话：7786510。", "day": "2014年11月24日",
}  # fmt: skip
PERSON = {
    "name": "张䶮",
    "phone": "0736-7250001转8012",
    "mobile": "13800138000",
    "email": "zhangyan@changde.gov.cn",
}
FORM: dict[str, Any] = {
    "kind": "form", "masked": False, "copies": 1, "account": "41468768",
    "types": [{"label": "新开办网站申请", "on": True}, {"label": "已开办网站复核", "on": False}],
    "organ_name": "常德市财政局", "supervisor_name": "常德市人民政府", "functions": "拟订全市财税发展规划并组织实施。",
    "organ_type": "党政机关", "address": "湖南省常德市武陵区柳叶大道8号", "postcode": "415000", "site_name": "常德财政网",
    "site_intro": "公开财政政务信息，办理财政业务。", "chinese_domain": "常德市财政局.政务",
    "english_domain": "czj.changde.gov.cn", "ip": "2001:db8:85a3::8a2e:370:7334", "leader": PERSON,
    "handler": {**PERSON, "name": "李㐂"}, "id_number": "430702198001010018",
    "opinion": {"paragraphs": ["经审核，同意开办。"], "day": "2014年11月28日"},
}  # fmt: skip
ANSWER = {
    "organ": "常德市财政局", "site": "常德财政网", "review": "资格复核", "application": "CD-2014-0012",
    "submitted": "2014年11月20日", "words": ["经办人证件不清晰。", "请按“三定”规定更正。"],
    "reasons": [{"label": "组织机构类型与机构编制登记不一致", "source": "办法第七条第一项"}], **SIGNED,
}  # fmt: skip
SHEETS: dict[str, dict[str, Any]] = {
    "request": {
        "kind": "request", "change": False, "review": "开办审核", "asked": "审核", "applications": [1, 2],
        "sites": ["常德财政网", "𬭎网"], "contact": "李㐂", "phone": "0736-7250001", "organ": "常德市财政局",
        "day": "2014年11月24日",
    },
    "form": FORM,
    "correction": {"kind": "correction", **ANSWER},
    "refusal": {"kind": "refusal", "ineligible": False, "consequence": ["停止中英文域名解析（办法第十一条）。"], **ANSWER},
    "opinion": {
        "kind": "opinion", "account": "41468768", "site_name": "常德财政网",
        "opinion": {"paragraphs": ["同意县级部门单独建设，理由：承担发布。", "同意。"], "day": "2014年11月28日"},
    },
    "badge": {
        "kind": "badge", "issuer": "注册管理中心", "duties": ["请妥善保存备份。"], "hang": "请在2014年12月1日前加挂。",
        "facts": [{"label": "网站标识编号", "value": "CB430070000414687680001"}], "organ": "常德市财政局",
        "site": "常德财政网", "review": "资格复核", **SIGNED,
    },
    "stop": {
        "kind": "stop", "to": "中国互联网络信息中心", "ground": "现函告你单位停止其中英文域名解析。", "words": ["材料不实。"],
        "rows": [{"organ": "常德市财政局", "site": "常德财政网", "domains": ["常德市财政局.政务", "czj.changde.gov.cn"]}],
        **SIGNED,
    },
    "passed": {
        "kind": "passed", "title": "审核通过网站名单", "opening": "现公布下列网站。",
        "rows": [{"organ": "常德市财政局", "site": "常德财政网", "chinese": "常德市财政局.政务",
                  "english": "czj.changde.gov.cn", "day": "2014年11月24日"}] * 30,
        "office": SIGNED["office"], "day": SIGNED["day"],
    },
}  # fmt: skip
# What a letter is filled with and does not say in so many words.
SILENT = {"kind", "applications", "copies", "change", "masked", "ineligible", "on", "url", "token"}
LONG = "湖南省常德市武陵区柳叶大道与朗州路交汇处东北角市民之家行政审批服务中心综合楼附属楼"
HOSTILE = {
    "markup": '#panic() *粗* = 标题 $x^2$ // 注 <a> @b \\ "引" #image("/etc/passwd")',
    "latin": "W" * 400,
    "stops": "。！？；：、，" * 80,
    "dashes": "——……" * 100,
    "joined": "\u2060".join("无处可断的字" * 30),
    "nbsp": "a\u00a0b" * 150,
    "marks": "a" + "\u0301" * 300,
    "lines": "\n".join("行" for _ in range(60)),
    "reversed": "\u202eevil\u202c",
}


def drawn(data: dict[str, Any], *, marked: bool = True) -> dict[str, Any]:
    return typesetting.drawn({**data, "mark": MARK} if marked else data)


def made(data: dict[str, Any]) -> bytes:
    return typesetting.set_in([drawn(data)], "文书")


def pictures(data: dict[str, Any], ppi: int = 24) -> list[bytes]:
    return pdf.pictures(typesetting.TEMPLATE, {"title": "文书", "letters": [drawn(data)]}, ppi=ppi)


def said(value: Any, name: str = "") -> list[str]:
    """Every text a document must show."""
    if name in SILENT:
        return []
    if isinstance(value, dict):
        return [text for key, one in value.items() for text in said(one, key)]
    if isinstance(value, list):
        return [text for one in value for text in said(one)]
    return [value] if isinstance(value, str) else []


def test_every_kind_has_its_sheet() -> None:
    assert {kind.sheet if kind.key != "opinion" else "opinion" for kind in kinds.ALL} == set(SHEETS)


@pytest.mark.parametrize("name", SHEETS)
def test_what_is_read_out_again_is_what_was_filled_in(name: str) -> None:
    text = words_of(made(SHEETS[name]))
    lost = [one for one in said(SHEETS[name]) if bare(one) not in text]
    if name == "opinion":  # laid on the sealed form: it says nothing that stands there
        lost = [one for one in lost if one not in ("41468768", "常德财政网")]
        assert "申请单位意见" not in text
    if name == "request":
        assert "2个网站" in text
        lost = [one for one in lost if one not in ("开办审核",)]
    assert not lost
    assert MARK["number"] in text


@pytest.mark.parametrize("name", SHEETS)
def test_the_same_data_gives_the_same_bytes(name: str) -> None:
    assert made(SHEETS[name]) == made(SHEETS[name])


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_stands_in_the_margins(name: str) -> None:
    for page in pictures(SHEETS[name]):
        assert ink_outside(page, left=0.06, top=0.012, right=0.06, bottom=0.012) == 0


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", ["request", "form", "correction", "badge", "stop", "passed", "opinion"])
def test_no_text_runs_over_the_edge(name: str, hostile: str) -> None:
    """Long names, text without a place to break, piles of marks: all of it within the page."""
    text = HOSTILE[hostile]
    data = {key: _filled(value, text, key) for key, value in SHEETS[name].items()}
    for page in pictures(data):
        assert ink_outside(page, left=0.06, top=0.012, right=0.06, bottom=0.012) == 0


# What people type, and how long it may be; only these may have lines of their own.
TYPED = {
    "organ": 120, "organ_name": 120, "supervisor_name": 120, "site": 60, "site_name": 60, "sites": 60, "functions": 2000,
    "site_intro": 1000, "organ_type": 40, "address": 200, "postcode": 6, "chinese_domain": 255, "english_domain": 255,
    "chinese": 255, "english": 255, "domains": 255, "ip": 45, "name": 40, "phone": 40, "mobile": 40, "email": 120,
    "id_number": 24, "contact": 40, "words": 2000, "paragraphs": 2000, "value": 255, "duties": 400, "label": 120,
    "source": 80,
}  # fmt: skip
IN_LINES = {"functions", "site_intro", "words", "paragraphs"}


def _filled(value: Any, text: str, name: str) -> Any:
    """Everything people type, said at length."""
    if name == "types":
        return value
    if isinstance(value, dict):
        return {key: _filled(one, text, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, text, name) for one in value[:2]]
    if name not in TYPED:
        return value
    return text[: TYPED[name]] if name in IN_LINES else text[: TYPED[name]].replace("\n", "")


@pytest.mark.parametrize("hostile", sorted(set(HOSTILE) - {"marks", "reversed", "lines"}))
def test_hostile_text_is_printed_as_it_stands(hostile: str) -> None:
    text = HOSTILE[hostile]
    assert bare(text) in words_of(made({**FORM, "site_intro": text}))


@pytest.mark.parametrize("field", ["organ_name", "supervisor_name", "address", "site_name", "chinese_domain"])
def test_a_long_name_is_whole(field: str) -> None:
    long = (LONG * 4)[:120]
    assert long in words_of(made({**FORM, field: long}))


def test_everything_as_long_as_it_may_be_runs_on() -> None:
    """Two thousand signs of functions, one thousand of introduction, a long opinion: pages, not overflow."""
    data = {
        **FORM, "functions": "贯彻执行国家法律法规。" * 180, "site_intro": "公开信息。" * 200,
        "opinion": {"paragraphs": ["经审核，同意。" * 250], "day": "2014年11月28日"},
    }  # fmt: skip
    content = made(data)
    text = words_of(content)
    assert pages_of(content) > 3
    assert (
        text.replace("2014年11月28日CD-WS-2014-0001扫码核对是否现行有效", "").count("经审核，同意。") >= 249
    )
    assert text.count("贯彻执行国家法律法规。") == 180
    assert "审核意见见附页。" in text and "机构编制部门意见（附页）" in text
    for page in pictures(data):
        assert ink_outside(page, left=0.06, top=0.012, right=0.06, bottom=0.012) == 0


def test_a_usual_form_is_one_page_and_three_copies_are_three() -> None:
    assert pages_of(made(FORM)) == 1
    assert pages_of(made({**FORM, "copies": 3})) == 3


def test_rare_characters_are_drawn_and_the_others_marked_and_told() -> None:
    text = words_of(made({**FORM, "leader": {**PERSON, "name": "䶮㐂𬭎"}, "organ_name": "𠮷祥局"}))
    assert "䶮㐂𬭎" in text
    assert "𠮷" not in text and f"{words.MARK}祥局" in text
    assert typesetting.missing({"leader": {"name": "䶮㐂𬭎"}, "organ_name": "𠮷祥局"}) == ("𠮷",)


def test_the_opinion_alone_stands_where_it_stands_on_the_form() -> None:
    """It is laid on the sealed form: the same words in the same place, whatever the form is filled with."""
    opinion = {"paragraphs": ["经审核，同意开办。"], "day": "2014年11月28日"}
    alone = places({"kind": "opinion", "account": "41468768", "site_name": "常德财政网", "opinion": opinion})
    for form in (FORM, {**FORM, "functions": "职能。" * 300}):
        assert alone["经"] in places({**form, "opinion": opinion})["经", True]


def places(data: dict[str, Any]) -> dict[Any, Any]:
    """Where the opinion's first words stand, from the lower left corner; with ``True`` every such place."""
    import io

    from pypdf import PdfReader

    found: list[tuple[int, int]] = []
    for page in PdfReader(io.BytesIO(made(data))).pages:

        def note(text: str, _cm: Any, tm: Any, _font: Any, _size: Any) -> None:
            if "经审核，同意开办" in bare(text) or bare(text).startswith("经审核"):
                found.append((round(_cm[4] + tm[4]), round(_cm[5] + tm[5])))

        page.extract_text(visitor_text=note)
    return {"经": found[0], ("经", True): found}


def test_a_masked_form_says_so_and_carries_no_code() -> None:
    page = typesetting.set_in([drawn({**FORM, "masked": True}, marked=False)], "申请表")
    text = words_of(page)
    assert "个人信息已部分隐去" in text and MARK["number"] not in text


def test_many_letters_stand_in_one_file_each_from_page_one() -> None:
    content = typesetting.set_in([drawn(SHEETS[name]) for name in SHEETS], "文书")
    assert pages_of(content) == sum(pages_of(made(SHEETS[name])) for name in SHEETS)
