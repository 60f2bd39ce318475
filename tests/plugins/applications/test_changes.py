"""A change of a badged website (S32, C-art.17): when it may begin, what it is filled in with, when it may go."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Site, Unit
from app.kernel.errors import AccessDenied, Finding, Invalid, NotSeen, WrongState
from app.plugins.applications import cases, changing, queries, service
from app.plugins.applications.models import Application
from tests.plugins.applications.country import ID_NUMBER, MOBILE, PDF, Country

NEW_INTRO = "发布教育政务信息，提供网上报名。"


def begin(country: Country, holder: Any, kind: str, who: str = "filer") -> int:
    actor = country.actor(who)
    with access.acting_as(actor), transaction() as session:
        model, key = holder
        row = session.scalar(db.select(model).where(model.id == key))
        if row is None:
            raise NotSeen("unseen", "unseen")
        return service.start(row, kind, actor=actor).id


def submit(country: Country, pk: int, who: str = "filer") -> None:
    country.do(who, pk, lambda row, actor: service.submit(row, declared=True, actor=actor))


def refused(country: Country, pk: int) -> dict[str, Finding]:
    with pytest.raises(Invalid) as caught:
        submit(country, pk)
    return {finding.code: finding for finding in caught.value.findings}


def attach(country: Country, pk: int, kind: str) -> None:
    country.do("filer", pk, lambda row, by: service.attach(row, io.BytesIO(PDF), "批复.pdf", kind, actor=by))


# -- when it may begin --------------------------------------------------------------------------------------


def test_a_change_is_filled_in_from_the_badged_case_people_included(country: Country) -> None:
    former = country.badged()
    row = country.read(country.change(former))
    assert (row.kind, row.former_id, row.site_id, row.state) == (
        "change",
        former,
        country.sites["edu"],
        "draft",
    )
    assert (row.site_name, row.site_intro) == ("武陵教育网", "发布教育政务信息，办理教育服务事项。")
    assert (row.handler_name, row.handler_id_number, row.leader_mobile) == ("经办人丙", ID_NUMBER, MOBILE)


def test_it_begins_from_the_registered_site_too(country: Country) -> None:
    former = country.badged()
    pk = begin(country, (Site, country.sites["edu"]), "change")
    assert country.read(pk).former_id == former


@pytest.mark.parametrize("who", ["neighbour", "librarian", "portal_desk", "sibling"])
def test_nobody_else_begins_it(country: Country, who: str) -> None:
    former = country.badged()
    with pytest.raises((AccessDenied, NotSeen)):
        begin(country, (Application, former), "change", who)


@pytest.mark.parametrize("who", ["reviewer", "head"])
def test_the_office_that_sees_the_case_does_not_begin_it(country: Country, who: str) -> None:
    former = country.badged()
    with pytest.raises(AccessDenied):
        begin(country, (Application, former), "change", who)


def test_without_a_badge_in_force_there_is_nothing_to_change(country: Country) -> None:
    pk = country.approved()
    with pytest.raises(WrongState) as caught:
        begin(country, (Application, pk), "change")
    assert (caught.value.code, caught.value.source) == ("no-badge", "办法第十七条")


def test_a_revoked_badge_is_changed_no_more_but_applied_for_anew(country: Country) -> None:
    pk = country.badged()
    country.revoked(pk)
    with pytest.raises(WrongState):
        begin(country, (Application, pk), "change")
    assert begin(country, (Site, country.sites["edu"]), "opening") != pk


def test_while_the_badge_is_in_force_nothing_else_begins(country: Country) -> None:
    """C-art.17: 重新申报 of what has a badge is a change."""
    country.badged()
    for kind in ("opening", "requalification"):
        with pytest.raises(WrongState) as caught:
            begin(country, (Site, country.sites["edu"]), kind)
        assert caught.value.code == "site-badged"


def test_a_unit_alone_has_nothing_to_change(country: Country) -> None:
    with pytest.raises(WrongState):
        begin(country, (Unit, country.units["wuling"]), "change")


def test_one_change_at_a_time(country: Country) -> None:
    """A4.注1."""
    former = country.badged()
    country.change(former)
    with pytest.raises(WrongState) as caught:
        begin(country, (Application, former), "change")
    assert caught.value.source == "申请表注1"


def test_the_database_holds_a_change_to_its_former_case(country: Country) -> None:
    country.badged()
    with (
        pytest.raises(IntegrityError),
        access.acting_as(access.system("tests", over="0.")),
        transaction() as session,
    ):
        session.add(
            Application(
                unit_id=country.units["wuling"], kind="change", track="organ", state="draft",
                account="00000007", opinion={},
            )
        )  # fmt: skip


def test_the_next_change_follows_the_last_one(country: Country) -> None:
    """A change that keeps the website's name keeps the badge of the case before it."""
    first = country.badged()
    second = country.change(first, site_intro=NEW_INTRO)
    with access.acting_as(access.system("tests", over="0.")), transaction():
        row = queries.get(second)
        reviewers = queries.get(first)
        row.state, row.number, row.declared_at = "badged", "430702-2014-0099", reviewers.declared_at
        row.first_reviewer_id, row.paper_reviewer_id = (
            reviewers.first_reviewer_id,
            reviewers.paper_reviewer_id,
        )
    with access.acting_as(country.actor("filer")):
        found = cases.badged(country.actor("filer"))
        assert [one.case.id for one in found] == [second]
        assert cases.numbers([queries.get(second)])[second] == found[0].number
    third = begin(country, (Application, first), "change")
    assert (country.read(third).former_id, country.read(third).site_intro) == (second, NEW_INTRO)


# -- when it may go -----------------------------------------------------------------------------------------


def test_a_change_that_changes_nothing_does_not_go(country: Country) -> None:
    pk = country.change(country.badged())
    found = refused(country, pk)
    assert found["unchanged"].source == "办法第十七条"
    assert set(found) == {"unchanged"}


def test_only_another_handler_is_no_change(country: Country) -> None:
    pk = country.change(country.badged(), handler_name="经办人丁")
    assert set(refused(country, pk)) == {"unchanged"}


def test_one_public_fact_is_enough(country: Country) -> None:
    pk = country.change(country.badged(), site_intro=NEW_INTRO)
    submit(country, pk)
    row = country.read(pk)
    assert (row.state, row.kind) == ("submitted", "change")
    assert row.late_after is None, "no filing date binds a change (S19)"


def test_another_name_rests_on_a_document(country: Country) -> None:
    """C-art.5(4), C-art.19(2)."""
    pk = country.change(country.badged(), site_name="武陵区教育局网站")
    assert refused(country, pk)["change_basis-missing"].field == "change_basis"
    attach(country, pk, "change_basis")
    submit(country, pk)
    assert country.read(pk).state == "submitted"


def test_a_badge_revoked_meanwhile_stops_the_change(country: Country) -> None:
    former = country.badged()
    pk = country.change(former, site_intro=NEW_INTRO)
    country.revoked(former)
    assert refused(country, pk)["no-badge"].source == "办法第十七条"


def test_old_data_and_badge_stand_until_the_decision(country: Country) -> None:
    """S32."""
    former = country.badged()
    submit(country, country.change(former, site_intro=NEW_INTRO))
    row = country.read(former)
    assert (row.state, row.site_intro) == ("badged", "发布教育政务信息，办理教育服务事项。")


def _of_kind(kind: str) -> Callable[[Application, Actor], None]:
    return lambda row, by: service.save(row, {}, kind=kind, actor=by)


def test_the_type_of_a_change_stays(country: Country) -> None:
    pk = country.change(country.badged())
    other = country.draft("exam")
    for key, kind in ((pk, "opening"), (other, "change")):
        with pytest.raises(Invalid):
            country.do("filer", key, _of_kind(kind))


def test_it_goes_the_whole_way_like_any_other(country: Country) -> None:
    """C-art.17: 流程与开办审核相同."""
    pk = country.change(country.badged(), site_intro=NEW_INTRO)
    submit(country, pk)
    country.checked(pk)
    country.do("reviewer", pk, lambda row, by: service.pass_first(row, actor=by))
    country.receive(pk)
    country.do("head", pk, lambda row, by: service.approve(row, actor=by))
    assert country.read(pk).state == "approved"


# -- what it asks to have otherwise -------------------------------------------------------------------------


def test_old_and_new_stand_side_by_side_the_people_without_their_data(country: Country) -> None:
    pk = country.change(country.badged(), site_intro=NEW_INTRO, handler_mobile="13700137000")
    row = country.read(pk)
    found = changing.against_former(row)
    assert found is not None
    assert [(one.before, one.after) for one in found.fields] == [
        ("发布教育政务信息，办理教育服务事项。", NEW_INTRO)
    ]
    assert found.people == ("handler",)
    assert "13700137000" not in repr(found)


@pytest.mark.parametrize(
    ("values", "code"), [({"site_intro": NEW_INTRO}, "amend"), ({"site_name": "武陵教育政务网"}, "swap")]
)
def test_what_becomes_of_the_badge_is_said_beforehand(
    country: Country, values: dict[str, str], code: str
) -> None:
    row = country.read(country.change(country.badged(), **values))
    assert [one.code for one in changing.ahead(row)] == [code]
    row.state = "withdrawn"
    assert changing.ahead(row) == []
    assert changing.ahead(country.read(country.draft("exam"))) == []
