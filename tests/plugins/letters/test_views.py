"""Pages: making, looking up by the code, taking away, many at once; who sees what, and nothing personal on the way."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access, audit, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import Job
from app.plugins.applications import queries as applications
from app.plugins.applications import service as review
from app.plugins.letters import batch, queries, typesetting
from app.plugins.letters.models import Letter
from app.plugins.operations import limits
from app.plugins.results.models import StopOrder
from tests.plugins.applications.conftest import counting
from tests.plugins.applications.country import ID_NUMBER, MOBILE, Country
from tests.plugins.letters.paper import pages_of, words_of
from tests.services.afresh import read_afresh

Browse = Callable[[str], FlaskClient]
SECRET = (ID_NUMBER, MOBILE, "13900139000", "leader@wljy.gov.cn", "handler@wljy.gov.cn")
PLATFORM = access.system("tests", over="0.")


def text(answer: Any) -> str:
    found = answer.get_data(as_text=True)
    assert isinstance(found, str)
    return found


def made(client: FlaskClient, address: str, **data: Any) -> str:
    """Make a letter; the address of its page."""
    answer = client.post(address, data=data)
    assert answer.status_code == 302, text(answer)[:400]
    return str(answer.headers["Location"])


def looks(pk: int) -> list[str]:
    read_afresh()
    with access.acting_as(PLATFORM):
        return [
            one.person for one in audit.timeline(applications.get(pk)) if one.verb == "application.revealed"
        ]


# -- one document --------------------------------------------------------------------------------------------


def test_the_applicant_prints_from_the_page_and_takes_the_same_file_twice(
    country: Country, browse: Browse
) -> None:
    """A4.注1: three copies; A4.注3: each time a look on the record."""
    pk = country.awaiting_paper()
    client = browse("filer")
    page = text(client.get(f"/applications/{pk}"))
    assert f'action="/letters/application/{pk}/print/form"' in page
    where = made(client, f"/letters/application/{pk}/print/form")
    answers = [client.post(f"{where}/file") for _ in range(2)]
    assert all(one.mimetype == "application/pdf" for one in answers)
    assert answers[0].data == answers[1].data
    assert answers[0].headers["Cache-Control"] == "private, no-store"
    said = words_of(answers[0].data)
    assert said.count(ID_NUMBER) == 3 and pages_of(answers[0].data) == 3
    letter = text(client.get(where))
    assert "现行有效" in letter and sha256(answers[0].data).hexdigest() in letter
    assert looks(pk) == [country.actor("filer").name] * 3
    assert where.rsplit("/", 1)[1] in text(client.get(f"/applications/{pk}"))


def test_the_form_has_every_box_of_annex_4(country: Country, browse: Browse) -> None:
    pk = country.awaiting_paper()
    answer = browse("county_egov").get(f"/letters/application/{pk}/preview.pdf")
    assert answer.mimetype == "application/pdf"
    said = words_of(answer.data)
    for box in (
        "党政机关网站开办审核/资格复核申请表", "用户帐号：00000007", "申请类型", "新开办网站申请", "已开办网站复核",
        "开办主体基本情况", "开办主体名称", "上级主管单位", "开办主体职能", "组织机构类型", "通讯地址", "邮编", "网站基本情况",
        "网站名称", "网站简介", "中文域名", "英文域名", "网站IP地址", "网站主要负责人", "联系方式", "固定电话", "手机", "电子邮箱",
        "网站申请经办人", "申请单位意见", "机构编制部门意见", "（单位公章）", "每一个网站对应填写一份申请表；申请表一式三份。",
        "此表为申请单位在线填写相关信息并经机构编制部门初审通过后由系统自动生成。", "均可向社会公开。",
    ):  # fmt: skip
        assert box in said, box


@pytest.mark.parametrize("who", ["filer", "clerk", "reviewer", "auditor", "parent", "county_egov"])
def test_a_preview_masks_what_is_kept_and_nobody_has_looked(
    country: Country, browse: Browse, who: str
) -> None:
    pk = country.awaiting_paper()
    answer = browse(who).get(f"/letters/application/{pk}/preview.pdf")
    assert answer.status_code == 200
    said = words_of(answer.data)
    assert not [secret for secret in SECRET if secret in said]
    assert "138****8000" in said and "个人信息已部分隐去" in said
    assert looks(pk) == []


@pytest.mark.parametrize(
    ("who", "page", "file"),
    [
        ("filer", 200, 200),
        ("reviewer", 200, 200),
        ("clerk", 200, 403),
        ("parent", 200, 403),
        ("auditor", 200, 403),
        ("county_egov", 404, 404),
        ("sibling", 404, 404),
        ("neighbour", 404, 404),
        ("registrar", 404, 404),
    ],
)
def test_the_code_leads_people_with_the_right_to_its_page(
    country: Country, browse: Browse, who: str, page: int, file: int
) -> None:
    """The hash and whether it holds, for whoever sees the letter; the two people's data for fewer (A4.注3)."""
    pk = country.awaiting_paper()
    where = made(browse("filer"), f"/letters/application/{pk}/print/form")
    client = browse(who)
    answer = client.get(where)
    assert answer.status_code in ({page, 403} if page == 404 else {page})
    assert not [secret for secret in SECRET if secret in text(answer)]
    taken = client.post(f"{where}/file")
    assert taken.status_code in ({file, 403} if file == 404 else {file})
    if page == 200:
        assert ("下载 PDF" in text(answer)) is (file == 200)


def test_a_code_is_an_address_of_ours(app: Flask, country: Country, browse: Browse) -> None:
    pk = country.awaiting_paper()
    where = made(browse("filer"), f"/letters/application/{pk}/print/request")
    token = where.rsplit("/", 1)[1]
    assert typesetting.url_of(token) == f"{app.config['PUBLIC_URL']}{where}"
    assert app.test_client().get(where).status_code in {302, 401}
    assert browse("filer").get("/letters/nosuchtoken").status_code == 404


@pytest.mark.parametrize("key", ["form", "request"])
def test_nothing_is_printed_before_the_first_review(country: Country, browse: Browse, key: str) -> None:
    """A4.注2."""
    pk = country.submitted()
    client = browse("filer")
    assert f"/letters/application/{pk}/print" not in text(client.get(f"/applications/{pk}"))
    for answer in (
        client.post(f"/letters/application/{pk}/print/{key}"),
        client.get(f"/letters/application/{pk}/preview.pdf"),
    ):
        assert answer.status_code == 409
        assert "在线初审通过后由系统自动生成" in text(answer)


@pytest.mark.parametrize(
    "address",
    ["print/opinion", "print/correction", "issue/form", "issue/request", "print/nothing", "issue/stop_conac"],
)
def test_a_document_of_another_hand_is_not_there(country: Country, browse: Browse, address: str) -> None:
    pk = country.approved()
    assert browse("head").post(f"/letters/application/{pk}/{address}").status_code == 404


def test_a_stale_document_says_what_changed_and_where_the_new_one_is(
    country: Country, browse: Browse
) -> None:
    pk = country.awaiting_paper()
    client = browse("filer")
    where = made(client, f"/letters/application/{pk}/print/form")
    country.as_platform(pk, lambda row: setattr(row, "address", "常德市新路9号"))
    page = text(client.get(where))
    assert "已不是现行内容" in page and "生成以后有变动：通讯地址" in page and "常德市新路9号" not in page
    newer = made(client, f"/letters/application/{pk}/print/form")
    assert newer != where
    assert f'href="{newer}"' in text(client.get(where))


def test_characters_that_cannot_be_printed_are_told(country: Country, browse: Browse) -> None:
    pk = country.awaiting_paper()
    country.as_platform(pk, lambda row: setattr(row, "leader_name", "张𠮷䶮"))
    client = browse("filer")
    where = made(client, f"/letters/application/{pk}/print/form")
    page = text(client.get(where))
    assert "U+20BB7" in page and "U+4DAE" not in page
    assert "张〓䶮" in words_of(client.post(f"{where}/file").data)


def test_an_answer_waits_on_the_applicants_page(country: Country, browse: Browse) -> None:
    pk = country.returned()
    client = browse("filer")
    link = re.search(r'href="(/letters/[^"]+)">补正通知', text(client.get(f"/applications/{pk}")))
    assert link is not None
    assert "填批准的全称。" in words_of(client.post(f"{link[1]}/file").data)


def test_the_panel_costs_two_statements(country: Country, browse: Browse) -> None:
    pk = country.awaiting_paper()
    client = browse("filer")
    client.get(f"/applications/{pk}")
    made(client, f"/letters/application/{pk}/print/form")
    client.get(f"/applications/{pk}")
    with counting() as one:
        client.get(f"/applications/{pk}")
    made(client, f"/letters/application/{pk}/print/request")
    client.get(f"/applications/{pk}")
    with counting() as two:
        client.get(f"/applications/{pk}")
    assert len(one) == len(two)
    assert sum(" FROM letter" in statement.replace("\n", " ") for statement in two) == 1


def test_the_list_shows_each_his_own(country: Country, browse: Browse) -> None:
    pk = country.awaiting_paper()
    made(browse("filer"), f"/letters/application/{pk}/print/request")
    for who, seen in {
        "filer": True,
        "clerk": True,
        "parent": True,
        "sibling": False,
        "librarian": False,
    }.items():
        assert ("430702-WS-2014-0001" in text(browse(who).get("/letters/list/"))) is seen, who


# -- many ----------------------------------------------------------------------------------------------------


@pytest.fixture
def narrow(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, int], None]]:
    def change(direct: int, most: int) -> None:
        kept = app.extensions["bianban.exports"]
        changed = {**kept.exports, batch.NAME: limits.Limit(direct, most)}
        monkeypatch.setitem(app.extensions, "bianban.exports", limits.Limits(kept.open_at_once, changed))

    yield change


def ask(client: FlaskClient, keys: list[int], kinds: list[str], form: str = "pdf") -> Any:
    return client.post("/letters/batch/", data={"application": keys, "kinds": kinds, "form": form})


def test_ticked_applications_come_as_one_file(country: Country, browse: Browse) -> None:
    keys = [country.awaiting_paper("edu"), country.awaiting_paper("exam")]
    client = browse("reviewer")
    ticked = client.post("/letters/choose/action_post", data={"action": "make", "rowid": keys})
    assert ticked.status_code == 302
    page = text(client.get(ticked.headers["Location"]))
    assert "已勾选 2 件申请" in page
    answer = ask(client, keys, ["request", "form"])
    assert answer.mimetype == "application/pdf"
    said = words_of(answer.data)
    assert said.count("等2个网站") == 1, "one letter of request names both (A3)"
    assert said.count(ID_NUMBER) == 6 and pages_of(answer.data) == 7
    assert len(looks(keys[0])) == 1


def test_a_zip_holds_each_with_its_hash_kept(country: Country, browse: Browse) -> None:
    keys = [country.awaiting_paper("edu"), country.awaiting_paper("exam")]
    answers = [ask(browse("reviewer"), keys, ["form"], "zip") for _ in range(2)]
    assert answers[0].mimetype == "application/zip"
    assert answers[0].data == answers[1].data
    with zipfile.ZipFile(io.BytesIO(answers[0].data)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    read_afresh()
    with access.acting_as(PLATFORM):
        kept = {letter.sha256 for letter in db.session.scalars(select(Letter).where(Letter.kind == "form"))}
    assert {sha256(content).hexdigest() for content in files.values()} == kept
    assert sorted(files) == ["430702-WS-2014-0001_申请表.pdf", "430702-WS-2014-0002_申请表.pdf"]


@pytest.mark.parametrize("form", ["pdf", "zip"])
def test_many_are_work_to_wait_for(
    app: Flask, country: Country, browse: Browse, narrow: Callable[[int, int], None], form: str
) -> None:
    keys = [country.awaiting_paper("edu"), country.awaiting_paper("exam")]
    narrow(1, 100)
    client = browse("reviewer")
    assert ask(client, keys, ["form"], form).status_code == 302
    assert jobs.run_due(app) >= 1
    read_afresh()
    with access.acting_as(PLATFORM):
        job = db.session.scalars(select(Job).where(Job.kind == batch.KIND)).one()
        assert (job.state, job.done_count, job.total_count) == ("done", 2, 2), job.error
        number = job.id
        assert ID_NUMBER not in str(job.payload)
    waited = client.get(f"/my-jobs/{number}/result")
    narrow(100, 100)
    assert waited.data == ask(client, keys, ["form"], form).data
    assert browse("head").get(f"/my-jobs/{number}/result").status_code == 404


def test_what_moved_on_meanwhile_is_given_up(
    app: Flask, country: Country, browse: Browse, narrow: Callable[[int, int], None]
) -> None:
    pk = country.awaiting_paper("edu")
    narrow(0, 100)
    assert ask(browse("reviewer"), [pk], ["request"]).status_code == 302
    country.do("filer", pk, lambda row, actor: review.withdraw(row, actor=actor, reason="网站不再开办"))
    jobs.run_due(app)
    read_afresh()
    with access.acting_as(PLATFORM):
        job = db.session.scalars(select(Job).where(Job.kind == batch.KIND)).one()
        assert job.state == "dead" and "有变动" in job.error


def test_what_cannot_be_made_is_said_before_anything_is(country: Country, browse: Browse) -> None:
    keys = [country.awaiting_paper("edu"), country.submitted("exam")]
    client = browse("reviewer")
    answer = ask(client, keys, ["form"])
    assert answer.status_code == 422
    page = text(answer)
    assert (
        "“武陵招生网”：申请函和申请表在线初审通过后由系统自动生成" in page and 'value="form" checked' in page
    )
    assert ask(client, keys, []).status_code == 422
    assert ask(client, keys, ["passed"]).status_code == 422
    assert ask(client, keys, ["form"], "doc").status_code == 422
    assert looks(keys[0]) == []


def test_more_than_a_file_may_have_is_refused(
    country: Country, browse: Browse, narrow: Callable[[int, int], None]
) -> None:
    pk = country.awaiting_paper()
    narrow(0, 1)
    answer = ask(browse("reviewer"), [pk], ["request", "form"])
    assert answer.status_code == 422 and "一次最多生成 1 件文书" in text(answer)


@pytest.mark.parametrize(
    ("who", "status"),
    [("filer", 403), ("parent", 403), ("auditor", 403), ("sibling", 404), ("registrar", 403)],
)
def test_a_batch_is_the_offices_own(country: Country, browse: Browse, who: str, status: int) -> None:
    pk = country.awaiting_paper()
    client = browse(who)
    for answer in (client.get(f"/letters/batch/?application={pk}"), ask(client, [pk], ["request"])):
        assert answer.status_code == status
    with access.acting_as(PLATFORM):
        assert queries.latest("application", pk, "request") is None


def test_ticking_a_case_of_another_level_is_refused_and_says_why(country: Country, browse: Browse) -> None:
    pk = country.awaiting_paper("edu")
    answer = browse("city_clerk").post("/letters/choose/action_post", data={"action": "make", "rowid": [pk]})
    assert answer.status_code == 403
    assert browse("filer").get("/letters/choose/list/").status_code == 403


def test_a_clerk_is_not_offered_the_form(country: Country, browse: Browse) -> None:
    pk = country.awaiting_paper()
    client = browse("clerk")
    page = text(client.get(f"/letters/batch/?application={pk}"))
    assert 'value="request"' in page and 'name="kinds" value="form"' not in page
    assert ask(client, [pk], ["form"]).status_code == 403


@pytest.mark.parametrize("query", ["application=x", "application=99999999999", "application=0", ""])
def test_keys_that_are_nobodys(country: Country, browse: Browse, query: str) -> None:
    country.awaiting_paper()
    assert browse("reviewer").get(f"/letters/batch/?{query}").status_code in ({404} if query else {200})


# -- orders, and the published list --------------------------------------------------------------------------


def ordered(country: Country, state: str = "confirmed") -> int:
    """A stop order of the district about a refused requalification."""
    pk = country.paper_review("exam")
    country.do(
        "head", pk, lambda row, actor: review.refuse(row, ["seal-missing"], "申请表未盖公章。", actor=actor)
    )
    with access.acting_as(PLATFORM), transaction():
        order = db.session.scalars(select(StopOrder)).one()
        if state != "proposed":
            order.state, order.judged_at, order.judged_by = state, order.proposed_at, "负责人"
            order.judged_reason = "按规定办理"
        return order.id


def test_an_order_has_a_letter_to_each_registry(country: Country, browse: Browse) -> None:
    """C-art.11, P-3.4."""
    pk = ordered(country)
    client = browse("clerk")
    assert "武陵招生网" in text(client.get("/letters/orders"))
    for key, to in (
        ("stop_conac", "中央编办政务和公益机构域名注册管理中心："),
        ("stop_cnnic", "中国互联网络信息中心："),
    ):
        where = made(client, f"/letters/orders/{pk}/{key}")
        said = words_of(client.post(f"{where}/file").data)
        for one in (to, "关于停止网站中英文域名解析的函", "武陵招生.政务", "wlzs.gov.cn", "第十一条"):
            assert one in said, one
        assert where in text(client.get(f"/letters/orders/{pk}"))


@pytest.mark.parametrize("state", ["proposed", "dismissed"])
def test_an_order_that_is_not_confirmed_has_none(country: Country, browse: Browse, state: str) -> None:
    pk = ordered(country, state)
    client = browse("clerk")
    assert "武陵招生网" not in text(client.get("/letters/orders"))
    assert client.post(f"/letters/orders/{pk}/stop_conac").status_code == 409


@pytest.mark.parametrize(("who", "status"), [("filer", 403), ("parent", 403), ("sibling", 404)])
def test_nobody_else_writes_to_the_registries(
    country: Country, browse: Browse, who: str, status: int
) -> None:
    pk = ordered(country)
    assert browse(who).post(f"/letters/orders/{pk}/stop_conac").status_code == status


def test_the_published_list_holds_what_stands(country: Country, browse: Browse) -> None:
    """C-art.12."""
    client = browse("clerk")
    empty = client.post("/letters/passed")
    assert empty.status_code == 409 and "没有可以公布的名单" in text(empty)
    country.approved()
    where = made(client, "/letters/passed")
    said = words_of(client.post(f"{where}/file").data)
    for one in (
        "审核通过网站名单",
        "武陵区教育局",
        "武陵教育网",
        "武陵区教育局.政务",
        "wljy.gov.cn",
        "2014年11月24日",
        "1个",
    ):
        assert one in said, one
    assert not [secret for secret in SECRET if secret in said]
    assert "现行有效" in text(client.get(where))
    assert browse("sibling").get(where).status_code == 404
    assert browse("filer").get(where).status_code == 404
    assert browse("filer").post("/letters/passed").status_code == 403
    assert client.post("/letters/passed", data={"office": "000000"}).status_code == 404
