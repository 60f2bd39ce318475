"""The book: numbers, receipts, scans, mismatches; each office its own."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit, clock
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal, WrongState
from app.plugins.applications import queries as applications
from app.plugins.applications import service as application_service
from app.plugins.exchange import exporting, queries, service, signals
from app.plugins.exchange.models import ExchangeEntry, ExchangeLine
from app.plugins.exchange.queries import Asked
from app.plugins.exchange.rules import Envelope, Paper
from tests.plugins.applications.country import PDF, Country
from tests.services.afresh import read_afresh

TODAY = date(2014, 11, 24)
WHOLE = (Paper("letter", 1), Paper("form", 3), Paper("identity", 1))
STRANGERS = ("sibling", "parent", "auditor", "county_egov", "registrar", "filer")


def envelope(direction: str = "in", name: str = "武陵区教育局", **more: str) -> Envelope:
    return Envelope(direction, TODAY, "exchange", name, **more)


def office() -> Office:
    return db.session.scalars(select(Office).where(Office.path == "0.43.07.02.")).one()


def receive(country: Country, who: str, pks: Sequence[int], papers: Sequence[Paper] = WHOLE) -> int:
    actor = country.actor(who)
    with access.acting_as(actor), transaction():
        rows = [applications.get(pk) for pk in pks]
        return service.receive(office(), envelope(), [(row, papers) for row in rows], actor=actor).id


def send(country: Country, who: str, pk: int, what: str) -> int:
    actor = country.actor(who)
    with access.acting_as(actor), transaction():
        row = applications.get(pk)
        return service.send(office(), envelope("out"), [(row, [Paper(what, 1)])], actor=actor).id


def book() -> list[ExchangeEntry]:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return list(db.session.scalars(select(ExchangeEntry).order_by(ExchangeEntry.id)))


def lines() -> list[ExchangeLine]:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return list(db.session.scalars(select(ExchangeLine).order_by(ExchangeLine.id)))


def test_a_form_that_comes_in_begins_the_written_review(country: Country) -> None:
    """C-art.8, S25: the clock starts on the day it came."""
    pk = country.awaiting_paper()
    receive(country, "clerk", [pk])
    row = country.read(pk)
    assert row.state == "paper_review"
    (receipt,) = row.receipts
    assert (receipt.means, receipt.received_on, receipt.copies) == ("exchange", TODAY, 3)
    assert (row.clocks[-1].kind, row.clocks[-1].started_on) == ("paper_review", TODAY)
    (entry,) = book()
    assert (entry.direction, entry.year, entry.serial, entry.review_path) == ("in", 2014, 1, "0.43.07.02.")
    assert [(one.what, one.copies, one.receipt_id) for one in lines()] == [
        ("letter", 1, None),
        ("form", 3, receipt.id),
        ("identity", 1, None),
    ]


def test_an_envelope_holds_several_cases_of_a_unit(country: Country) -> None:
    """A3: one letter for several sites."""
    pks = [country.awaiting_paper("edu"), country.awaiting_paper("exam")]
    receive(country, "clerk", pks)
    assert len(book()) == 1
    assert [country.read(pk).state for pk in pks] == ["paper_review", "paper_review"]
    assert len({one.receipt_id for one in lines() if one.what == "form"}) == 2


def test_paper_taken_in_on_the_cases_own_page_stands_in_the_book_once(country: Country) -> None:
    pk = country.awaiting_paper()
    country.receive(pk)
    (entry,), (line,) = book(), lines()
    assert (entry.counterpart, line.what, line.copies, line.mismatch) == ("武陵区教育局", "form", 3, "")
    assert line.receipt_id == country.read(pk).receipts[0].id


def test_too_few_copies_are_noted_by_themselves(country: Country) -> None:
    pk = country.awaiting_paper()
    country.do(
        "clerk",
        pk,
        lambda row, actor: application_service.receive_paper(row, "hand", clock.today(), 2, actor=actor),
    )
    assert lines()[0].mismatch == "申请表应为 3 份，实收 2 份。"


def test_each_office_counts_for_itself_each_direction_and_year(country: Country) -> None:
    first, second = country.awaiting_paper("edu"), country.awaiting_paper("exam")
    receive(country, "clerk", [first])
    receive(country, "reviewer", [second])
    country.do("head", first, lambda row, actor: application_service.approve(row, actor=actor))
    send(country, "clerk", first, "form")
    assert [(one.direction, one.serial) for one in book()] == [("in", 1), ("in", 2), ("out", 1)]


def test_no_number_is_given_twice(country: Country) -> None:
    pk = country.awaiting_paper()
    receive(country, "clerk", [pk])
    with (
        pytest.raises(IntegrityError),
        access.acting_as(access.system("tests", over="0.")),
        transaction() as session,
    ):
        old = session.scalars(select(ExchangeEntry)).one()
        twin = ExchangeEntry(
            direction="in", year=2014, serial=1, day=TODAY, means="hand", counterpart="甲", entered_at=clock.now(),
            office_id=old.office_id,
        )  # fmt: skip
        session.add(twin)


def test_without_the_form_it_is_only_registered(country: Country) -> None:
    pk = country.awaiting_paper()
    receive(country, "clerk", [pk], [Paper("letter", 1, mismatch="申请表未附，已电话告知补送")])
    row = country.read(pk)
    assert (row.state, row.receipts) == ("awaiting_paper", [])
    receive(country, "clerk", [pk])
    assert country.read(pk).state == "paper_review"
    assert len(book()) == 2


def test_what_comes_later_starts_no_new_clock(country: Country) -> None:
    pk = country.paper_review()
    before = [one.id for one in country.read(pk).clocks]
    receive(country, "clerk", [pk], [Paper("identity", 1)])
    row = country.read(pk)
    assert ([one.id for one in row.clocks], len(row.receipts)) == (before, 1)
    with access.acting_as(access.system("tests", over="0.")):
        assert "exchange.received" in [one.verb for one in audit.timeline(row)]


def test_nothing_is_registered_when_one_case_is_wrong(country: Country) -> None:
    good, bad = country.awaiting_paper("edu"), country.submitted("exam")
    with pytest.raises(Invalid):
        receive(country, "clerk", [good, bad])
    assert book() == []
    assert country.read(good).state == "awaiting_paper"


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_else_registers(country: Country, who: str) -> None:
    pk = country.awaiting_paper()
    with pytest.raises((AccessDenied, NotSeen)):
        receive(country, who, [pk])
    assert book() == []


def test_a_case_of_another_office_is_not_registered_here(country: Country) -> None:
    pk = country.awaiting_paper()
    actor = country.actor("city_clerk")
    with pytest.raises(AccessDenied), access.acting_as(actor), transaction() as session:
        city = session.scalars(select(Office).where(Office.path == "0.43.07.")).one()
        service.receive(city, envelope(), [(applications.get(pk), WHOLE)], actor=actor)


def test_the_form_goes_back_and_the_letter_goes_out(country: Country) -> None:
    """C-art.9."""
    pk = country.approved()
    send(country, "clerk", pk, "form")
    with access.acting_as(access.system("tests", over="0.")):
        told = audit.timeline(country.read(pk))
    assert next(one.reason for one in told if one.verb == "exchange.sent") == "发〔2014〕1号：申请表 1 份"
    with pytest.raises(Invalid):
        send(country, "clerk", pk, "refusal")


def test_what_waits_to_be_sent(country: Country) -> None:
    pk = country.approved()
    with access.acting_as(country.actor("clerk")):
        assert [one.id for one in queries.to_send(country.actor("clerk"))] == [pk]
        assert queries.awaited(country.actor("clerk")) == []
    send(country, "clerk", pk, "form")
    with access.acting_as(country.actor("clerk")):
        assert queries.to_send(country.actor("clerk")) == []


def test_an_envelope_without_a_case_says_what_it_holds(country: Country) -> None:
    actor = country.actor("clerk")
    with access.acting_as(actor), transaction():
        with pytest.raises(Invalid):
            service.send(office(), envelope("out", "中国互联网络信息中心"), [], actor=actor)
        service.send(
            office(), envelope("out", "中国互联网络信息中心", note="停止解析函 1 份"), [], actor=actor
        )
    assert [one.note for one in book()] == ["停止解析函 1 份"]


def test_a_mismatch_found_later_is_added_and_told(country: Country) -> None:
    pk = country.paper_review()
    heard: list[str] = []

    def hear(_row: object, *, words: str, **_more: object) -> None:
        heard.append(words)

    actor, key = country.actor("clerk"), lines()[0].id
    with signals.mismatched.connected_to(hear), access.acting_as(actor), transaction():
        service.note_mismatch(queries.line(key), "公章与开办主体名称不一致", actor=actor)
        service.note_mismatch(queries.line(key), "经办人与在线申请不一致", actor=actor)
    assert lines()[0].mismatch == "公章与开办主体名称不一致\n经办人与在线申请不一致"
    assert heard == ["公章与开办主体名称不一致", "经办人与在线申请不一致"]
    assert country.read(pk).state == "paper_review"


@pytest.mark.parametrize("words", ["", "  ", "甲" * 501])
def test_a_mismatch_says_something(country: Country, words: str) -> None:
    country.paper_review()
    actor, key = country.actor("clerk"), lines()[0].id
    with pytest.raises(Invalid), access.acting_as(actor), transaction():
        service.note_mismatch(queries.line(key), words, actor=actor)


def test_a_line_that_went_out_has_no_mismatch(country: Country) -> None:
    send(country, "clerk", country.approved(), "form")
    actor, key = country.actor("clerk"), lines()[-1].id
    with pytest.raises(WrongState), access.acting_as(actor), transaction():
        service.note_mismatch(queries.line(key), "不符", actor=actor)


@pytest.mark.parametrize("who", [*STRANGERS, "city_clerk"])
def test_nobody_else_reads_the_book(country: Country, who: str) -> None:
    country.paper_review()
    (entry,), (line,) = book(), lines()
    with access.acting_as(country.actor(who)):
        with pytest.raises(NotSeen):
            queries.get(entry.id)
        with pytest.raises(NotSeen):
            queries.line(line.id)
        assert queries.count(Asked()) == 0


def store(country: Country, who: str, pk: int) -> int:
    return country.do(
        who, pk, lambda row, actor: service.scan(row, io.BytesIO(PDF), "盖章申请表.pdf", actor=actor)
    ).id


def test_a_scan_is_kept_beside_the_materials_and_the_applicant_cannot_take_it_away(country: Country) -> None:
    pk = country.paper_review()
    key = store(country, "clerk", pk)
    with access.acting_as(country.actor("clerk")):
        assert [one.kind for one in service.scans(applications.get(pk))] == ["sealed_form"]
    with pytest.raises((WrongState, NotSeen)):
        country.do("filer", pk, lambda row, actor: application_service.detach(row, key, actor=actor))


def test_no_scan_before_the_paper(country: Country) -> None:
    pk = country.awaiting_paper()
    with pytest.raises(WrongState):
        store(country, "clerk", pk)


@pytest.mark.parametrize("who", ["filer", "sibling", "parent", "auditor", "county_egov"])
def test_nobody_else_keeps_a_scan(country: Country, who: str) -> None:
    pk = country.paper_review()
    with pytest.raises((AccessDenied, NotSeen)):
        store(country, who, pk)


def test_a_wrong_scan_goes_until_it_is_decided(country: Country) -> None:
    pk = country.paper_review()
    wrong, right = store(country, "clerk", pk), store(country, "clerk", pk)
    country.do("clerk", pk, lambda row, actor: service.remove_scan(row, wrong, actor=actor))
    country.do("head", pk, lambda row, actor: application_service.approve(row, actor=actor))
    with pytest.raises(WrongState):
        country.do("clerk", pk, lambda row, actor: service.remove_scan(row, right, actor=actor))
    with access.acting_as(country.actor("clerk")):
        assert [one.id for one in service.scans(applications.get(pk))] == [right]


def test_scans_have_an_end(country: Country) -> None:
    pk = country.paper_review()
    for _time in range(service.MOST_SCANS):
        store(country, "clerk", pk)
    with pytest.raises(Refusal):
        store(country, "clerk", pk)


def test_an_office_that_asks_for_fewer_copies(country: Country) -> None:
    """Ledger 2: Luoyang took two copies: a setting of the office."""
    pk = country.awaiting_paper()
    with access.acting_as(access.system("tests", over="0.")), transaction():
        office().settings = {"materials": {"copies": {"form": 2}, "source": "武编办〔2014〕3号"}}
    papers = (Paper("letter", 1), Paper("form", 2), Paper("identity", 1))
    receive(country, "clerk", [pk], papers)
    assert country.read(pk).state == "paper_review"


def test_the_book_as_rows(country: Country) -> None:
    country.paper_review()
    with access.acting_as(country.actor("clerk")):
        rows = [one for piece in queries.walk(Asked("in", 2014, "教育"), 10) for one in piece]
        assert queries.page(Asked(text="没有"), 1, 10) == []
        assert queries.years() == [2014]
    (line,) = exporting.lines(rows)
    assert line[:4] == ("收〔2014〕1号", TODAY, "机要交换", "武陵区教育局")
    assert line[5:10] == ("武陵区教育局", "武陵教育网", "申请表", 3, "是")
