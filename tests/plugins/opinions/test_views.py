"""Asked on the case's page, answered by the desk, seen where the decision is taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.foundation import access
from app.foundation.database import db
from app.plugins.opinions.models import Consultation
from tests.plugins.applications.country import Country
from tests.plugins.opinions.test_service import COUNTY_DESK, ask, desk, read

Browse = Callable[[str], FlaskClient]


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def main(answer: TestResponse) -> str:
    page = text(answer)
    return page[page.index("<main") : page.index("</main>")]


def asked(pk: int) -> list[Consultation]:
    db.session.rollback()
    db.session.expire_all()
    with access.acting_as(access.system("tests", over="0.")):
        return list(db.session.scalars(db.select(Consultation).where(Consultation.application_id == pk)))


def test_from_question_to_answer_by_hand(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    reviewer, egov = browse("reviewer"), browse("county_egov")
    page = main(reviewer.get(f"/applications/{pk}"))
    assert "3 个工作日内反馈（通知第一条，期限由平台设定），到期不反馈不影响作出决定。" in page
    answer = reviewer.post(f"/opinions/ask/{pk}", data={"desk": desk().id, "question": "有无重复建设。"})
    assert answer.headers["Location"].endswith(f"/applications/{pk}#opinions")
    (row,) = asked(pk)
    assert "反馈意见" in main(egov.get("/desk/")) and "武陵教育网" in main(egov.get("/desk/"))
    assert "有无重复建设。" in main(egov.get("/opinions/"))
    assert "征求您所在部门的意见" in main(egov.get(f"/applications/{pk}"))
    form = main(egov.get(f"/opinions/{row.id}"))
    assert "反馈后不能修改" in form and "13800138000" not in form
    data = {"answer": "object", "words": "与区政府网站重复。", "version": row.version}
    assert egov.post(f"/opinions/{row.id}/answer", data=data).status_code == 302
    page = main(reviewer.get(f"/applications/{pk}"))
    assert "有不同意见" in page and "与区政府网站重复。" in page and "不影响作出决定" in page
    assert "没有待反馈的意见" in main(egov.get("/opinions/"))
    assert "与区政府网站重复。" in main(egov.get(f"/opinions/{row.id}"))
    assert "有无重复建设。" in main(egov.get("/opinions/?show=all"))


def test_the_decision_page_says_who_has_not_answered(country: Country, browse: Browse) -> None:
    pk = country.paper_review()
    ask(country, pk)
    head = browse("head")
    page = main(head.get(f"/applications/{pk}"))
    assert "尚未反馈意见" in page
    assert page.index("尚未反馈意见") < page.index('id="decide"')
    assert head.post(f"/applications/{pk}/approve", data={"approve-words": "同意。"}).status_code == 302
    page = main(head.get(f"/applications/{pk}"))
    assert "尚未反馈意见" not in page and "未反馈" in page


def test_the_applicant_sees_nothing_of_it(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    number = ask(country, pk)
    filer = browse("filer")
    assert "征求意见" not in text(filer.get(f"/applications/{pk}"))
    assert filer.get(f"/opinions/{number}").status_code in {403, 404}
    assert filer.get("/opinions/").status_code == 403


def test_nothing_ticked_or_written_comes_back_as_typed(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    client = browse("reviewer")
    answer = client.post(f"/opinions/ask/{pk}", data={"question": "写好的问题"})
    assert answer.status_code == 422
    assert "请选择征求意见的部门" in text(answer) and "写好的问题" in text(answer)
    answer = client.post(f"/opinions/ask/{pk}", data={"desk": desk().id, "question": ""})
    assert answer.status_code == 422
    assert "请写明征求什么意见" in text(answer) and "checked" in text(answer)
    assert asked(pk) == []


def test_one_that_cannot_be_asked_stops_them_all(country: Country, browse: Browse) -> None:
    """One transaction: either every ticked desk is asked or none."""
    pk = country.submitted()
    client = browse("reviewer")
    data = {"desk": [desk().id, desk("0.43.07.egov.").id], "question": "问"}
    assert client.post(f"/opinions/ask/{pk}", data=data).status_code == 404
    assert client.post(f"/opinions/ask/{pk}", data={"desk": "x", "question": "问"}).status_code == 404
    assert asked(pk) == []


def test_an_objection_without_words_comes_back(country: Country, browse: Browse) -> None:
    pk = ask(country, country.submitted())
    answer = browse("county_egov").post(f"/opinions/{pk}/answer", data={"answer": "object", "words": ""})
    assert answer.status_code == 422
    assert "有不同意见的，请写明意见和理由" in text(answer)
    assert 'value="object" checked' in text(answer)


def test_a_stale_answer_is_not_written(country: Country, browse: Browse) -> None:
    pk = ask(country, country.submitted())
    reviewer, seen = browse("reviewer"), read(pk).version
    assert (
        reviewer.post(f"/opinions/{pk}/withdraw", data={"reason": "已沟通。", "version": seen}).status_code
        == 302
    )
    data = {"answer": "agree", "words": "写好的意见", "version": seen}
    answer = browse("county_egov").post(f"/opinions/{pk}/answer", data=data)
    assert answer.status_code == 409
    assert read(pk).answer is None


def test_it_is_reminded_and_withdrawn_by_hand(country: Country, browse: Browse) -> None:
    application = country.submitted()
    pk, client = ask(country, application), browse("reviewer")
    assert client.post(f"/opinions/{pk}/remind", data={"version": read(pk).version}).status_code == 302
    assert "今天已催办" in main(client.get(f"/applications/{application}"))
    assert client.post(f"/opinions/{pk}/remind", data={"version": read(pk).version}).status_code == 409
    answer = client.post(f"/opinions/{pk}/withdraw", data={"reason": "", "version": read(pk).version})
    assert answer.status_code == 422 and "请写明撤回的理由" in text(answer)
    assert client.post(f"/opinions/{pk}/withdraw", data={"reason": "已沟通。"}).status_code == 302
    assert "已撤回" in main(client.get(f"/opinions/{pk}"))


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("clerk", 403),
        ("auditor", 403),
        ("parent", 403),
        ("county_egov", 403),
        ("filer", 403),
        ("sibling", 404),
    ],
)
def test_others_do_not_ask(country: Country, browse: Browse, who: str, code: int) -> None:
    pk = country.submitted()
    answer = browse(who).post(f"/opinions/ask/{pk}", data={"desk": desk().id, "question": "问"})
    assert answer.status_code == code


@pytest.mark.parametrize(
    ("who", "sees"),
    [("reviewer", 1), ("clerk", 1), ("parent", 1), ("auditor", 1), ("sibling", 0), ("egov", 0)],
)
def test_the_list_shows_what_one_sees(country: Country, browse: Browse, who: str, sees: int) -> None:
    ask(country, country.submitted())
    page = main(browse(who).get("/opinions/"))
    assert page.count("武陵教育网") == sees
    assert sees or "没有待反馈的意见" in page


def test_a_level_without_desks_says_so(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    with access.acting_as(access.system("tests", over="0.")):
        row = desk(COUNTY_DESK)
        row.active = False
        db.session.commit()
    assert "本级没有登记电子政务（信息化）部门或者网信办" in main(
        browse("reviewer").get(f"/applications/{pk}")
    )


@pytest.mark.parametrize("pk", ["0", "999999", "2147483648"])
def test_ids_that_are_nobodys(country: Country, browse: Browse, pk: str) -> None:
    assert browse("reviewer").get(f"/opinions/{pk}").status_code == 404
    assert browse("reviewer").post(f"/opinions/ask/{pk}", data={"question": "问"}).status_code == 404
