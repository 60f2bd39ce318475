"""The pages, driven by a real client: what they offer, refuse, and never lose."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation import access
from app.foundation.database import transaction
from app.foundation.tenancy.models import Unit
from app.plugins.applications import service
from app.plugins.applications.models import STATES
from tests.plugins.applications.conftest import counting
from tests.plugins.applications.country import PDF, REST, Country

Browse = Callable[[str], FlaskClient]


def text(answer: object) -> str:
    return unescape(answer.get_data(as_text=True))  # type: ignore[attr-defined]


def test_the_whole_line_by_hand(country: Country, browse: Browse) -> None:
    """From choosing the site to the written review, only by posting forms."""
    filer, reviewer, clerk, head = (browse(who) for who in ("filer", "reviewer", "clerk", "head"))
    assert "武陵教育网" in text(filer.get("/applications/new"))
    answer = filer.post(
        "/applications/start", data={"site_id": country.sites["edu"], "kind": "requalification"}
    )
    assert answer.status_code == 302
    pk = int(answer.headers["Location"].split("/")[2])
    at = f"/applications/{pk}"
    answer = filer.post(f"{at}/edit/site", data={"site_intro": REST["site_intro"], "then": "next"})
    assert answer.headers["Location"].endswith("/edit/leader")
    for section in ("leader", "handler"):
        filer.post(
            f"{at}/edit/{section}",
            data={name: value for name, value in REST.items() if name.startswith(section)},
        )
    filer.post(f"{at}/attach", data={"material": "identity", "identity": (io.BytesIO(PDF), "证件.pdf")})
    assert "需要更正" not in text(filer.get(f"{at}/confirm"))
    assert filer.post(f"{at}/submit", data={}).status_code == 422
    assert filer.post(f"{at}/submit", data={"declared": "1"}).status_code == 302
    assert country.read(pk).state == "submitted"
    for number in range(1, 6):
        answer = reviewer.post(f"{at}/check", data={"set": f"{number}:ok", f"note-{number}": ""})
        assert answer.headers["Location"].endswith(f"#item-{number}")
    assert reviewer.post(f"{at}/pass").status_code == 422
    reason = {"allow": "use-upper-site", "exception-use-upper-site": "承担全区信息发布"}
    assert reviewer.post(f"{at}/exception", data=reason).headers["Location"].endswith("#item-5")
    assert reviewer.post(f"{at}/pass").status_code == 302
    answer = clerk.post(f"{at}/paper", data={"means": "exchange", "received_on": "2014-11-24", "copies": "3"})
    assert answer.status_code == 302
    assert head.post(f"{at}/approve", data={"approve-words": "同意开办。"}).status_code == 302
    assert country.read(pk).state == "approved"


# -- filling in ---------------------------------------------------------------------------------------------


def test_what_is_malformed_comes_back_as_typed(country: Country, browse: Browse) -> None:
    pk = country.draft()
    answer = browse("filer").post(
        f"/applications/{pk}/edit/subject",
        data={"organ_name": "武陵区教育局新名", "postcode": "41500O", "kind": "requalification"},
    )
    page = text(answer)
    assert answer.status_code == 422
    assert 'value="41500O"' in page
    assert 'value="武陵区教育局新名"' in page
    assert "邮政编码应为 6 位数字" in page
    assert 'href="#f-postcode"' in page
    assert country.read(pk).organ_name == "武陵区教育局"


def test_a_stale_form_is_409_and_keeps_what_was_typed(country: Country, browse: Browse) -> None:
    pk = country.draft()
    seen = country.read(pk).version
    country.do("filer", pk, lambda row, actor: service.save(row, {"address": "别人改的地址"}, actor=actor))
    client = browse("filer")
    answer = client.post(f"/applications/{pk}/edit/subject", data={"address": "我改的地址", "version": seen})
    page = text(answer)
    assert answer.status_code == 409
    assert 'value="我改的地址"' in page
    assert "他人在您打开页面之后改动了本件" in page
    assert country.read(pk).address == "别人改的地址"
    fresh = country.read(pk).version
    assert f'name="version" value="{fresh}"' in page
    assert (
        client.post(
            f"/applications/{pk}/edit/subject", data={"address": "我改的地址", "version": fresh}
        ).status_code
        == 302
    )
    assert country.read(pk).address == "我改的地址"


def test_an_expired_domain_says_what_to_do_on_the_answers_page(country: Country, browse: Browse) -> None:
    """S21."""
    pk = country.draft()
    country.expire("edu", date(2014, 10, 31))
    client = browse("filer")
    page = text(client.get(f"/applications/{pk}/confirm"))
    assert "先完成中文域名注册或续费" in page
    assert f"/applications/{pk}/edit/site#f-chinese_domain" in page
    assert "disabled" in page
    answer = client.post(f"/applications/{pk}/submit", data={"declared": "1"})
    assert answer.status_code == 422
    assert "先完成中文域名注册或续费" in text(answer)
    assert country.read(pk).state == "draft"


def test_a_second_application_for_a_site_is_refused_with_where_the_first_is(
    country: Country, browse: Browse
) -> None:
    pk = country.draft()
    client = browse("filer")
    assert f'href="/applications/{pk}"' in text(client.get("/applications/new"))
    answer = client.post(
        "/applications/start", data={"site_id": country.sites["edu"], "kind": "requalification"}
    )
    assert answer.status_code == 409
    assert "每一个网站只提交一份" in text(answer)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 422),
        ({"kind": "opening"}, 422),
        ({"unit_id": "x", "kind": "opening"}, 422),
        ({"site_id": "99999999999999", "kind": "opening"}, 422),
        ({"site_id": "4294967296", "kind": "opening"}, 404),
        ({"site_id": "999999", "kind": "opening"}, 404),
    ],
)
def test_a_beginning_without_a_holder_is_no_fault(
    country: Country, browse: Browse, data: dict[str, str], status: int
) -> None:
    assert browse("filer").post("/applications/start", data=data).status_code == status


def test_a_new_site_of_an_unknown_kind_is_refused(country: Country, browse: Browse) -> None:
    answer = browse("filer").post(
        "/applications/start", data={"unit_id": country.units["wuling"], "kind": "gift"}
    )
    assert answer.status_code == 422


def test_another_units_site_cannot_be_named(country: Country, browse: Browse) -> None:
    for who, expected in (("neighbour", 404), ("librarian", 404), ("portal_desk", 404)):
        answer = browse(who).post(
            "/applications/start", data={"site_id": country.sites["edu"], "kind": "requalification"}
        )
        assert answer.status_code == expected


@pytest.mark.parametrize("address", ["edit/subject", "confirm"])
def test_a_submitted_one_is_not_filled_in(country: Country, browse: Browse, address: str) -> None:
    pk = country.submitted()
    assert browse("filer").get(f"/applications/{pk}/{address}").status_code == 409


def test_an_unknown_section_is_not_there(country: Country, browse: Browse) -> None:
    pk = country.draft()
    client = browse("filer")
    assert client.get(f"/applications/{pk}/edit/secrets").status_code == 404
    assert client.post(f"/applications/{pk}/edit/secrets", data={}).status_code == 404


def test_a_forged_field_changes_nothing(country: Country, browse: Browse) -> None:
    pk = country.draft()
    browse("filer").post(
        f"/applications/{pk}/edit/subject",
        data={
            "state": "badged",
            "review_path": "0.",
            "unit_id": "1",
            "number": "X",
            "track": "institution",
            "leader_name": "乙",
        },
    )
    row = country.read(pk)
    assert (row.state, row.review_path, row.number, row.track, row.leader_name) == (
        "draft",
        "0.43.07.02.",
        None,
        "organ",
        "负责人甲",
    )


@pytest.mark.parametrize("content", [b"", b"<html>"])
def test_a_wrong_file_is_refused_beside_its_field(country: Country, browse: Browse, content: bytes) -> None:
    pk = country.draft()
    answer = browse("filer").post(
        f"/applications/{pk}/attach",
        data={"material": "identity", "identity": (io.BytesIO(content), "a.pdf")},
    )
    assert answer.status_code == 422
    assert 'id="f-identity-err"' in text(answer)


def test_no_file_at_all_is_no_fault(country: Country, browse: Browse) -> None:
    pk = country.draft()
    assert (
        browse("filer").post(f"/applications/{pk}/attach", data={"material": "identity"}).status_code == 422
    )
    assert browse("filer").post(f"/applications/{pk}/attach", data={}).status_code == 422


def test_withdrawing(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    client = browse("filer")
    assert "撤回申请" in text(client.get(f"/applications/{pk}"))
    assert client.post(f"/applications/{pk}/withdraw", data={"reason": "网站合并"}).status_code == 302
    assert "已撤回" in text(client.get(f"/applications/{pk}"))
    assert client.post(f"/applications/{pk}/withdraw").status_code == 409


# -- the applicant's page -----------------------------------------------------------------------------------


def test_the_applicant_sees_what_comes_next_and_by_when(country: Country, browse: Browse) -> None:
    client = browse("filer")
    pk = country.submitted()
    page = text(client.get(f"/applications/{pk}"))
    assert "武陵区编委办正在在线初审，原则上最迟 2014年12月1日（周一）（办法第十二条）" in page
    assert "剩 5 个工作日" in page
    assert "核对机构编制登记" not in page
    country.checked(pk)
    country.do("reviewer", pk, lambda row, actor: service.pass_first(row, actor=actor))
    page = text(client.get(f"/applications/{pk}"))
    assert "综合科（电话 7786510）" in page
    assert f"/letters/application/{pk}/print/request" in page


def test_a_returned_one_shows_the_letter(country: Country, browse: Browse) -> None:
    pk = country.returned()
    page = text(browse("filer").get(f"/applications/{pk}"))
    assert "填批准的全称。" in page
    assert "开办主体名称不是经批准的全称" in page
    assert "核对并提交" in page


# -- the reviewer's page ------------------------------------------------------------------------------------


def test_the_checklist_is_the_page_with_its_evidence(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    page = text(browse("reviewer").get(f"/applications/{pk}"))
    for said in (
        "武编〔2010〕12号", "与申请一致", "有效至 2015-06-30", "xn--dkrw3svrh8ig6y3a7j1a.xn--zfr164b", "县级部门、乡镇原则上不单独建设",
        "还有 5 项未判定，不能通过（办法第七条）。", "5 个工作日，办法第十二条",
    ):  # fmt: skip
        assert said in page
    assert page.count('class="check due"') == 1


def test_the_evidence_follows_the_register_not_the_submission(country: Country, browse: Browse) -> None:
    """A name that expires after submission shows beside the claim."""
    pk = country.submitted()
    country.expire("edu", date(2014, 11, 20))
    page = text(browse("reviewer").get(f"/applications/{pk}"))
    assert "已过期（有效期至 2014-11-20）" in page
    assert 'class="no"' in page


def test_the_last_return_stands_beside_the_name(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    country.do("reviewer", pk, lambda row, actor: service.check(row, 3, "bad", "应为全称", actor=actor))
    country.do(
        "reviewer",
        pk,
        lambda row, actor: service.return_(row, ["name-not-approved"], "改全称。", actor=actor),
    )
    country.do(
        "filer", pk, lambda row, actor: service.save(row, {"site_name": "武陵教育信息网"}, actor=actor)
    )
    country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    page = text(browse("reviewer").get(f"/applications/{pk}"))
    assert "上次退回要求" in page and "改全称。" in page
    part = page[page.index('id="corrected"') :]
    part = part[: part.index("</section>")]
    assert "网站名称" in part and "武陵教育网" in part and "武陵教育信息网" in part
    assert "应为全称" in page
    assert "补正后提交" in page


def test_bad_without_why_comes_back_with_every_note(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    answer = browse("reviewer").post(
        f"/applications/{pk}/check",
        data={"set": "4:bad", "note-4": "", "note-2": "写了一半的说明", "returned-words": "信也写了一半"},
    )
    page = text(answer)
    assert answer.status_code == 422
    assert "写了一半的说明" in page
    assert "信也写了一半" in page
    assert 'id="f-note-4-err"' in page
    assert country.read(pk).items()[3].finding == "open"


def test_notes_and_a_letter_begun_are_kept_with_every_judgement(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    client = browse("reviewer")
    client.post(
        f"/applications/{pk}/check",
        data={
            "set": "1:ok",
            "note-1": "",
            "note-2": "待核批文",
            "returned-words": "请补充",
            "returned-reasons": "incomplete",
        },
    )
    row = country.read(pk)
    assert [item.note for item in row.items()][:2] == ["", "待核批文"]
    page = text(client.get(f"/applications/{pk}"))
    assert "待核批文" in page
    assert "请补充" in page


def test_the_return_letter_is_drafted_from_what_was_found(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    client = browse("reviewer")
    client.post(f"/applications/{pk}/check", data={"set": "4:bad", "note-4": "英文域名须以 .gov.cn 结尾"})
    assert "网上名称规范：英文域名须以 .gov.cn 结尾" in text(client.get(f"/applications/{pk}"))


def test_a_return_without_reason_opens_the_letter_again(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    answer = browse("reviewer").post(f"/applications/{pk}/return", data={"returned-words": "写好的要求"})
    page = text(answer)
    assert answer.status_code == 422
    assert "写好的要求" in page
    assert '<details class="confirm" id="returned" open>' in page
    assert country.read(pk).state == "submitted"


def test_two_reviewers_do_not_overwrite_each_other(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    seen = country.read(pk).version
    country.do("head", pk, lambda row, actor: service.check(row, 1, "bad", "性质不符", actor=actor))
    answer = browse("reviewer").post(
        f"/applications/{pk}/check", data={"set": "1:ok", "note-1": "看过", "version": seen}
    )
    assert answer.status_code == 409
    assert "看过" in text(answer)
    assert country.read(pk).items()[0].finding == "bad"


@pytest.mark.parametrize("judged", ["9:ok", "x:ok", "1:fine", "1", ":", "11:ok"])
def test_a_forged_judgement_is_not_there(country: Country, browse: Browse, judged: str) -> None:
    pk = country.submitted()
    assert browse("reviewer").post(f"/applications/{pk}/check", data={"set": judged}).status_code == 404


def test_passing_with_open_items_by_direct_post(country: Country, browse: Browse) -> None:
    """P-5.3: the disabled button is not the lock."""
    pk = country.submitted()
    answer = browse("reviewer").post(f"/applications/{pk}/pass")
    assert answer.status_code == 422
    assert "还有 5 项未判定" in text(answer)
    assert country.read(pk).state == "submitted"


def test_ineligible_asks_for_no_paper_and_prints_no_form(country: Country, browse: Browse) -> None:
    """C-art.8, A4.注2."""
    pk = country.submitted()
    browse("reviewer").post(
        f"/applications/{pk}/ineligible",
        data={"ineligible-reasons": "use-upper-site", "ineligible-words": "请利用区政府网站平台。"},
    )
    assert country.read(pk).state == "ineligible"
    page = text(browse("filer").get(f"/applications/{pk}"))
    assert "请利用区政府网站平台。" in page
    assert "不需报送书面材料" in page
    assert f"/letters/application/{pk}/print/" not in page
    assert browse("filer").get(f"/letters/application/{pk}/preview.pdf").status_code == 409
    assert (
        browse("clerk")
        .post(f"/applications/{pk}/paper", data={"means": "hand", "received_on": "2014-11-24", "copies": "3"})
        .status_code
        == 409
    )


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"means": "hand", "received_on": "2014-13-40", "copies": "3"}, "received_on"),
        ({"means": "hand", "received_on": "", "copies": "3"}, "received_on"),
        ({"means": "hand", "received_on": "2014-11-24", "copies": "三"}, "copies"),
        ({"means": "hand", "received_on": "2014-11-24", "copies": "99999"}, "copies"),
        ({"received_on": "2014-11-24", "copies": "3"}, "means"),
    ],
)
def test_a_wrong_receipt_names_its_field(
    country: Country, browse: Browse, data: dict[str, str], field: str
) -> None:
    pk = country.awaiting_paper()
    answer = browse("clerk").post(f"/applications/{pk}/paper", data=data)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in text(answer)
    assert country.read(pk).state == "awaiting_paper"


def test_the_same_person_is_refused_the_second_review_also_by_direct_post(
    country: Country, browse: Browse
) -> None:
    pk = country.awaiting_paper(who="head")
    country.receive(pk)
    client = browse("head")
    page = text(client.get(f"/applications/{pk}"))
    assert "您办理了本件的在线初审" in page
    assert f"/applications/{pk}/approve" not in page
    for address, data in (
        ("approve", {}),
        ("refuse", {"refused-reasons": "other", "refused-words": "不予通过"}),
    ):
        answer = client.post(f"/applications/{pk}/{address}", data=data)
        assert answer.status_code == 403
        assert "须由两人分别办理" in text(answer)
    assert country.read(pk).state == "paper_review"
    assert browse("deputy").post(f"/applications/{pk}/approve").status_code == 302


def test_a_refusal_says_why(country: Country, browse: Browse) -> None:
    """C-art.9, P-3.4."""
    pk = country.paper_review()
    client = browse("head")
    assert client.post(f"/applications/{pk}/refuse", data={"refused-words": "公章不清"}).status_code == 422
    assert (
        client.post(
            f"/applications/{pk}/refuse",
            data={"refused-reasons": "seal-missing", "refused-words": "公章不清"},
        ).status_code
        == 302
    )
    page = text(browse("filer").get(f"/applications/{pk}"))
    assert "公章不清" in page
    assert "材料未加盖单位公章" in page


def test_a_refusal_is_drafted_from_its_reasons(country: Country, browse: Browse) -> None:
    """What is written stays; nothing is decided or kept by it."""
    pk = country.paper_review()
    client = browse("head")
    answer = client.post(
        f"/applications/{pk}/refuse/draft",
        data={"refused-reasons": ["seal-missing", "paper-differs"], "refused-words": "公章不清。"},
    )
    page = text(answer)
    assert answer.status_code == 200
    words = page[page.index('name="refused-words"') :].partition("</textarea>")[0]
    for said in (
        "公章不清。",
        "书面材料应当加盖单位公章，印章与单位名称一致。",
        "书面材料应当与在线提交的内容一致。",
    ):
        assert said in words
    assert page.count("checked") >= 2
    assert country.read(pk).state == "paper_review"
    assert browse("reviewer").post(f"/applications/{pk}/refuse/draft").status_code == 403
    assert browse("sibling").post(f"/applications/{pk}/refuse/draft").status_code == 404
    country.do("head", pk, lambda row, actor: service.approve(row, words="同意。", actor=actor))
    assert client.post(f"/applications/{pk}/refuse/draft").status_code == 409


POSTS = {
    "check": "first-review", "pass": "first-review", "return": "first-review", "ineligible": "first-review",
    "release": "first-review", "paper": "receive-paper", "approve": "paper-review", "refuse": "paper-review",
}  # fmt: skip


@pytest.mark.parametrize("address", POSTS)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("filer", 403),
        ("auditor", 403),
        ("county_egov", 403),
        ("parent", 403),
        ("sibling", 404),
        ("registrar", 403),
    ],
)
def test_nobody_else_reviews_by_posting(
    country: Country, browse: Browse, address: str, who: str, status: int
) -> None:
    """Seen but not allowed is 403; unseen is 404; a post without the act at all is turned away at the door."""
    pk = country.submitted()
    assert browse(who).post(f"/applications/{pk}/{address}", data={"set": "1:ok"}).status_code == status
    assert country.read(pk).state == "submitted"


# -- paper --------------------------------------------------------------------------------------------------


# -- lists and cost -----------------------------------------------------------------------------------------


def test_the_list_puts_the_soonest_due_first(country: Country, browse: Browse) -> None:
    first = country.awaiting_paper("edu")
    country.draft("exam")
    page = text(browse("reviewer").get("/applications/list/"))
    assert page.index("武陵教育网") < page.index("武陵招生网")
    assert f'href="/applications/{first}"' in page
    assert "剩 5 个工作日（12-01）" in page


@pytest.mark.parametrize("state", STATES)
def test_the_list_filters_by_every_state(country: Country, browse: Browse, state: str) -> None:
    country.submitted()
    page = text(browse("reviewer").get(f"/applications/list/?_flt_0_state={state}"))
    assert ("武陵教育网" in page) is (state == "submitted")


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("reviewer", {"武陵教育网"}),
        ("filer", {"武陵教育网"}),
        ("sibling", set()),
        ("neighbour", set()),
        ("librarian", set()),
        ("parent", {"武陵教育网", "常德市政府办网", "常德市政府门户网站"}),
        ("auditor", {"武陵教育网", "常德市政府办网", "常德市政府门户网站"}),
        ("egov", {"常德市政府办网", "常德市政府门户网站"}),
        ("county_egov", {"武陵教育网"}),
        ("portal_desk", {"常德市政府门户网站"}),
        ("city_filer", {"常德市政府办网", "常德市政府门户网站"}),
    ],
)
def test_each_sees_exactly_his_own(country: Country, browse: Browse, who: str, sees: set[str]) -> None:
    pks = {
        "武陵教育网": country.submitted("edu"),
        "常德市政府办网": country.submitted("office", "city_filer"),
        "常德市政府门户网站": country.submitted("portal", "portal_desk"),
    }
    client = browse(who)
    page = text(client.get("/applications/list/"))
    assert {name for name in pks if name in page} == sees
    for name, pk in pks.items():
        assert client.get(f"/applications/{pk}").status_code == (200 if name in sees else 404)


def test_a_consulted_desk_reads_and_does_nothing(country: Country, browse: Browse) -> None:
    """S4."""
    pk = country.submitted("office", "city_filer")
    page = text(browse("egov").get(f"/applications/{pk}"))
    assert "在线初审核对事项" in page
    main = page[page.index("<main") : page.index("</main>")]
    assert 'method="post"' not in main


def test_a_stranger_is_asked_to_sign_in(app: Flask, country: Country) -> None:
    pk = country.submitted()
    client = app.test_client()
    for address in ("/applications/list/", f"/applications/{pk}", f"/letters/application/{pk}/preview.pdf"):
        assert client.get(address).status_code in {302, 401}


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999", "2147483648"])
def test_ids_that_are_nobodys(country: Country, browse: Browse, pk: str) -> None:
    assert browse("reviewer").get(f"/applications/{pk}").status_code == 404


def test_the_list_costs_few_statements(country: Country, browse: Browse) -> None:
    for site, who in (("edu", "filer"), ("exam", "filer"), ("library", "librarian")):
        country.submitted(site, who)
    client = browse("reviewer")
    client.get("/applications/list/")
    with counting() as seen:
        assert client.get("/applications/list/").status_code == 200
    assert len(seen) <= 8, seen


PAGE = 30  # each of the evidence, the guidance, the unit's other cases and the opinions costs one or two


@pytest.mark.parametrize(
    "made", ["draft", "submitted", "returned", "awaiting_paper", "paper_review", "approved"]
)
@pytest.mark.parametrize("who", ["reviewer", "head", "filer", "auditor", "county_egov"])
def test_the_page_costs_few_statements(country: Country, browse: Browse, made: str, who: str) -> None:
    pk = getattr(country, made)()
    client = browse(who)
    with counting() as seen:
        assert client.get(f"/applications/{pk}").status_code == 200
    assert len(seen) <= PAGE, "\n".join(seen)


def test_the_page_costs_no_more_with_more_rounds(country: Country, browse: Browse) -> None:
    """Once something was decided there are papers to ask for; how often it was decided costs nothing."""
    pk = country.submitted()
    client = browse("reviewer")

    def round_(_number: int) -> None:
        country.do(
            "reviewer", pk, lambda row, actor: service.return_(row, ["other"], "请补正。", actor=actor)
        )
        country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))

    round_(1)
    with counting() as before:
        client.get(f"/applications/{pk}")
    for number in (2, 3, 4):
        round_(number)
    with counting() as after:
        client.get(f"/applications/{pk}")
    assert len(after) <= len(before)


def test_a_verb_that_fails_writes_nothing_at_all(country: Country, browse: Browse) -> None:
    """Notes and letter stand in the same transaction as the verb."""
    pk = country.submitted()
    browse("reviewer").post(f"/applications/{pk}/pass", data={"note-1": "不该留下"})
    assert country.read(pk).items()[0].note == ""


def test_an_application_without_a_name_yet_has_a_page(country: Country, browse: Browse) -> None:
    actor = country.actor("filer")
    with access.acting_as(actor), transaction() as session:
        unit = session.get(Unit, country.units["wuling"])
        assert unit is not None
        pk = service.start(unit, "opening", actor=actor).id
    client = browse("filer")
    assert "（未填网站名称）" in text(client.get(f"/applications/{pk}"))
    assert "（未填网站名称）" in text(client.get("/applications/list/"))
    assert client.get(f"/applications/{pk}/confirm").status_code == 200
