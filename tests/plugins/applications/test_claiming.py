"""Who has a case in hand: taken, handed on, put back, and never by two at once."""

from __future__ import annotations

import pytest

from app.foundation import access, audit
from app.foundation.access import Actor, actors
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Person
from app.foundation.tenancy.people_handover import _shares
from app.kernel.errors import AccessDenied, Invalid, NotSeen, WrongState
from app.plugins.applications import colleagues, queries, service
from tests.plugins.applications.country import Country

STRANGERS = ("sibling", "parent", "auditor", "egov", "registrar")


def second(country: Country) -> Actor:
    """Another reviewer of the county office, who may also read its book."""
    return country.world.actor(("reviewer", "0.43.07.02."), ("auditor", "0.43.07.02."))


def claim(country: Country, who: str, pk: int) -> None:
    country.do(who, pk, lambda row, actor: service.claim(row, actor=actor))


def hand_on(country: Country, who: str, pk: int, to: Actor, reason: str = "") -> None:
    country.do(
        who, pk, lambda row, actor: service.reassign(row, actors.actor_for(to.username), reason, actor=actor)
    )


def verbs(country: Country, pk: int) -> list[str]:
    with access.acting_as(access.system("tests", over="0.")):
        return [one.verb for one in audit.timeline(queries.get(pk))]


@pytest.mark.parametrize(
    ("made", "who"),
    [
        ("submitted", "reviewer"),
        ("submitted", "head"),
        ("awaiting_paper", "clerk"),
        ("awaiting_paper", "reviewer"),
        ("paper_review", "head"),
    ],
)
def test_whoever_may_do_the_step_takes_it_in_hand(country: Country, made: str, who: str) -> None:
    pk = getattr(country, made)()
    claim(country, who, pk)
    row = country.read(pk)
    assert (row.claimed_by_id, row.claimed_by) == (country.actor(who).person_id, country.actor(who).name)
    assert "application.claimed" in verbs(country, pk)


@pytest.mark.parametrize(
    ("made", "who"), [("submitted", "clerk"), ("paper_review", "clerk"), ("awaiting_paper", "filer")]
)
def test_whoever_may_not_do_the_step_takes_nothing(country: Country, made: str, who: str) -> None:
    pk = getattr(country, made)()
    with pytest.raises(AccessDenied):
        claim(country, who, pk)
    assert country.read(pk).claimed_by_id is None


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_of_another_office_takes_it(country: Country, who: str) -> None:
    pk = country.submitted()
    with pytest.raises((AccessDenied, NotSeen)):
        claim(country, who, pk)


def test_the_first_reviewer_does_not_take_the_written_review(country: Country) -> None:
    """C-art.7: two people."""
    pk = country.checked(country.submitted(), "head")
    country.do("head", pk, lambda row, actor: service.pass_first(row, actor=actor))
    country.receive(pk)
    with pytest.raises(AccessDenied) as refused:
        claim(country, "head", pk)
    assert refused.value.code == "same-person"
    claim(country, "deputy", pk)


@pytest.mark.parametrize("made", ["draft", "returned", "approved"])
def test_nothing_is_taken_where_the_office_has_nothing_to_do(country: Country, made: str) -> None:
    pk = getattr(country, made)()
    with pytest.raises(WrongState):
        claim(country, "head", pk)


def test_a_colleague_is_not_overtaken(country: Country) -> None:
    pk = country.submitted()
    claim(country, "reviewer", pk)
    with pytest.raises(WrongState) as refused:
        claim(country, "head", pk)
    assert refused.value.code == "application-claimed"
    assert country.read(pk).claimed_by_id == country.actor("reviewer").person_id


def test_taking_twice_is_taking_once(country: Country) -> None:
    pk = country.submitted()
    claim(country, "reviewer", pk)
    claim(country, "reviewer", pk)
    assert verbs(country, pk).count("application.claimed") == 1


def test_every_step_ends_the_hold(country: Country) -> None:
    """Who received the paper does not hold the written review."""
    pk = country.awaiting_paper()
    claim(country, "clerk", pk)
    country.receive(pk)
    assert country.read(pk).claimed_by_id is None
    claim(country, "head", pk)
    country.do("head", pk, lambda row, actor: service.approve(row, actor=actor))
    assert (country.read(pk).claimed_by_id, country.read(pk).claimed_by) == (None, "")


def test_a_case_is_handed_on_with_a_reason(country: Country) -> None:
    pk, other = country.submitted(), second(country)
    claim(country, "reviewer", pk)
    with pytest.raises(Invalid) as refused:
        hand_on(country, "head", pk, other)
    assert [one.code for one in refused.value.findings] == ["reason-missing"]
    hand_on(country, "head", pk, other, "休假")
    assert country.read(pk).claimed_by_id == other.person_id


def test_ones_own_case_and_nobodys_need_no_reason(country: Country) -> None:
    pk, other = country.submitted(), second(country)
    hand_on(country, "head", pk, country.actor("reviewer"))
    hand_on(country, "reviewer", pk, other)
    assert country.read(pk).claimed_by_id == other.person_id


@pytest.mark.parametrize("to", ["clerk", "sibling", "parent", "filer", "egov"])
def test_only_who_may_do_the_step_is_given_it(country: Country, to: str) -> None:
    pk = country.submitted()
    with pytest.raises(Invalid):
        hand_on(country, "reviewer", pk, country.actor(to))
    assert country.read(pk).claimed_by_id is None


def test_the_written_review_is_not_given_to_the_first_reviewer(country: Country) -> None:
    pk = country.checked(country.submitted(), "head")
    country.do("head", pk, lambda row, actor: service.pass_first(row, actor=actor))
    country.receive(pk)
    with pytest.raises(Invalid) as refused:
        hand_on(country, "deputy", pk, country.actor("head"))
    assert [one.code for one in refused.value.findings] == ["same-person"]


def test_the_holder_is_not_given_it_again(country: Country) -> None:
    pk = country.submitted()
    claim(country, "reviewer", pk)
    with pytest.raises(Invalid) as refused:
        hand_on(country, "reviewer", pk, country.actor("reviewer"))
    assert [one.code for one in refused.value.findings] == ["already-his"]


@pytest.mark.parametrize("who", [*STRANGERS, "filer", "clerk"])
def test_nobody_else_hands_it_on_or_puts_it_back(country: Country, who: str) -> None:
    pk = country.submitted()
    claim(country, "reviewer", pk)
    with pytest.raises((AccessDenied, NotSeen)):
        hand_on(country, who, pk, country.actor("head"), "改派")
    with pytest.raises((AccessDenied, NotSeen)):
        country.do(who, pk, lambda row, actor: service.release(row, actor=actor))
    assert country.read(pk).claimed_by_id == country.actor("reviewer").person_id


@pytest.mark.parametrize(
    ("made", "who"), [("submitted", "reviewer"), ("awaiting_paper", "clerk"), ("paper_review", "head")]
)
def test_it_is_put_back_in_every_step(country: Country, made: str, who: str) -> None:
    pk = getattr(country, made)()
    claim(country, who, pk)
    country.do(who, pk, lambda row, actor: service.release(row, actor=actor))
    assert country.read(pk).claimed_by_id is None
    assert "application.released" in verbs(country, pk)


def test_only_colleagues_who_may_are_offered(country: Country) -> None:
    pk = country.submitted()
    with access.acting_as(country.actor("reviewer")):
        row = queries.get(pk)
        offered = {one.username for one in colleagues.able(row, colleagues.of_office(row.review_path))}
    assert offered == {country.username(who) for who in ("reviewer", "head", "deputy")}


def test_somebody_elses_choice_is_refused_by_name(country: Country) -> None:
    pk = country.submitted()
    with access.acting_as(country.actor("reviewer")):
        row = queries.get(pk)
        assert colleagues.named(row, str(country.actor("head").person_id)).name == country.actor("head").name
        for raw in ("", "x", str(country.actor("sibling").person_id), "999999"):
            with pytest.raises(Invalid):
                colleagues.named(row, raw)


def test_a_leaver_hands_over_whatever_step_he_holds(country: Country) -> None:
    """离岗交接 counts paper to be received and written reviews too, and the successor must be able to do them."""
    pk = country.paper_review()
    claim(country, "head", pk)
    share = _shares["application-claimed"]
    with access.acting_as(access.system("tests", over="0.")), transaction():
        leaver = db.session.get_one(Person, country.actor("head").person_id)
        assert share.count(leaver) == 1
        assert share.able(leaver, country.actor("deputy"))
        assert not share.able(leaver, country.actor("reviewer"))
        assert not share.able(leaver, country.actor("clerk"))
