"""Late cases seen from above: urged once a day, guided, signed for, and never decided (S6, S25, P-4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, Invalid, NotSeen, WrongState
from app.plugins.applications import queries as applications
from app.plugins.applications import service
from app.plugins.applications.models import Application
from app.plugins.worklist import guiding, queries, signals
from app.plugins.worklist.models import Guidance
from tests.plugins.applications.country import MONDAY, Country
from tests.services.afresh import read_afresh

ABOVE = ("city_reviewer", "parent")
NOT_ABOVE = (
    "filer",
    "clerk",
    "reviewer",
    "head",
    "sibling",
    "city_clerk",
    "auditor",
    "egov",
    "county_egov",
    "registrar",
)


def later(days: int = 14) -> None:
    with access.acting_as(access.system("tests", over="0.")), transaction():
        clock.move(MONDAY + timedelta(days=days))


def say(country: Country, who: str, pk: int, kind: str = "urge", words: str = "请抓紧办理。") -> Guidance:
    verb = guiding.urge if kind == "urge" else guiding.guide
    found: Guidance = country.do(who, pk, lambda row, actor: verb(row, words, actor=actor))
    return found


def late(country: Country) -> int:
    pk = country.submitted()
    later()
    return pk


def sign(country: Country, who: str, key: int) -> None:
    actor = country.actor(who)
    with access.acting_as(actor), transaction():
        guiding.read(guiding.get(key), actor=actor)


def stored() -> list[Guidance]:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return list(db.session.scalars(db.select(Guidance).order_by(Guidance.id)))


@pytest.mark.parametrize("who", ABOVE)
def test_an_office_above_urges_a_late_case(country: Country, who: str) -> None:
    pk = late(country)
    heard: list[Actor] = []

    def hear(_row: object, *, guidance: Guidance, actor: Actor) -> None:
        assert guidance.kind == "urge"
        heard.append(actor)

    with signals.guided.connected_to(hear):
        say(country, who, pk)
    (row,) = stored()
    assert (row.kind, row.words, row.given_by) == ("urge", "请抓紧办理。", country.actor(who).name)
    assert (row.office_name, row.review_path, row.read_at) == (
        country.actor(who).posts[0].holder,
        "0.43.07.02.",
        None,
    )
    assert heard == [country.actor(who)]
    assert country.read(pk).state == "submitted"


@pytest.mark.parametrize("who", NOT_ABOVE)
def test_nobody_else_urges_or_guides(country: Country, who: str) -> None:
    pk = late(country)
    for kind in ("urge", "guide"):
        with pytest.raises((AccessDenied, NotSeen)):
            say(country, who, pk, kind)
    assert stored() == []


def test_what_is_in_time_is_not_urged(country: Country) -> None:
    pk = country.submitted()
    with pytest.raises(WrongState) as refused:
        say(country, "city_reviewer", pk)
    assert refused.value.code == "guidance-not-late"


def test_the_applicants_lateness_is_not_the_offices(country: Country) -> None:
    pk = country.awaiting_paper()
    later()
    with pytest.raises(WrongState):
        say(country, "city_reviewer", pk)
    say(country, "city_reviewer", pk, "guide", "请提醒申请单位报送书面材料。")


def test_once_a_day_for_each_office(country: Country) -> None:
    pk = late(country)
    say(country, "city_reviewer", pk)
    with pytest.raises(WrongState) as refused:
        say(country, "parent", pk)  # the head of the same office
    assert refused.value.code == "urged-today"
    later(15)
    say(country, "parent", pk)
    assert len(stored()) == 2


@pytest.mark.parametrize("made", ["submitted", "returned", "awaiting_paper", "paper_review", "approved"])
def test_guidance_is_given_while_it_is_dealt_with(country: Country, made: str) -> None:
    pk = getattr(country, made)()
    say(country, "city_reviewer", pk, "guide")
    assert [one.kind for one in stored()] == ["guide"]


def test_not_before_and_not_after(country: Country) -> None:
    draft = country.draft("exam")
    with pytest.raises(WrongState):
        say(country, "city_reviewer", draft, "guide")
    pk = country.submitted()
    country.do("filer", pk, lambda row, actor: service.withdraw(row, actor=actor, reason="网站不再开办"))
    with pytest.raises(WrongState):
        say(country, "city_reviewer", pk, "guide")


@pytest.mark.parametrize("words", ["", "  ", "甲" * 501])
def test_guidance_has_words(country: Country, words: str) -> None:
    pk = country.submitted()
    with pytest.raises(Invalid):
        say(country, "city_reviewer", pk, "guide", words)


def test_above_decides_nothing(country: Country) -> None:
    """Every deciding verb is refused to whoever may urge."""
    pk = late(country)
    for verb in (
        lambda row, actor: service.check(row, 1, "ok", "", actor=actor),
        lambda row, actor: service.pass_first(row, actor=actor),
        lambda row, actor: service.return_(row, ["name-not-approved"], "补正", actor=actor),
        lambda row, actor: service.declare_ineligible(row, ["barred"], "不具备", actor=actor),
        lambda row, actor: service.claim(row, actor=actor),
    ):
        with pytest.raises(AccessDenied):
            country.do("parent", pk, verb)


@pytest.mark.parametrize("who", ["clerk", "reviewer", "head"])
def test_the_deciding_office_signs_for_it(country: Country, who: str) -> None:
    pk = late(country)
    key = say(country, "city_reviewer", pk).id
    sign(country, who, key)
    (row,) = stored()
    assert (row.read_by, row.read_at is not None) == (country.actor(who).name, True)
    with pytest.raises(WrongState):
        sign(country, "head", key)
    with access.acting_as(access.system("tests", over="0.")):
        assert [one.verb for one in audit.timeline(row)] == ["guidance.read", "guidance.urge"]


@pytest.mark.parametrize("who", ["filer", "sibling", "city_reviewer", "parent", "county_egov", "registrar"])
def test_nobody_else_signs(country: Country, who: str) -> None:
    key = say(country, "city_reviewer", late(country)).id
    with pytest.raises((AccessDenied, NotSeen)):
        sign(country, who, key)
    assert stored()[0].read_at is None


@pytest.mark.parametrize("who", ["filer", "sibling", "county_egov", "registrar", "portal_desk"])
def test_the_applicant_and_strangers_never_see_it(country: Country, who: str) -> None:
    key = say(country, "city_reviewer", late(country)).id
    with access.acting_as(country.actor(who)), pytest.raises(NotSeen):
        guiding.get(key)


def test_the_applicants_record_does_not_tell(country: Country) -> None:
    pk = late(country)
    key = say(country, "city_reviewer", pk, "urge", "内部催办").id
    sign(country, "clerk", key)
    with access.acting_as(country.actor("filer")):
        told = audit.timeline(applications.get(pk))
    assert not [one for one in told if "内部催办" in one.reason or one.verb.startswith("guidance.")]


def test_below_lists_late_cases_the_longest_first(country: Country) -> None:
    first, mine = country.submitted("edu"), country.submitted("office", "city_filer")
    later(2)
    second = country.submitted("exam")
    later(21)
    say(country, "city_reviewer", first)
    actor = country.actor("city_reviewer")
    with access.acting_as(actor):
        found = queries.below(actor, "late", 1, 25)
        assert queries.count_late_below(actor) == 2
    assert [line.application.id for line, _office, _last in found.lines] == [first, second]
    assert mine not in [line.application.id for line, _office, _last in found.lines]
    assert [last.kind if last else None for _line, _office, last in found.lines] == ["urge", None]
    assert list(found.offices) == [("武陵区编委办", 2)]


@pytest.mark.parametrize(("which", "made"), [("paper", "awaiting_paper"), ("all", "returned")])
def test_below_has_other_views(country: Country, which: str, made: str) -> None:
    pk = getattr(country, made)()
    later()
    actor = country.actor("city_reviewer")
    with access.acting_as(actor):
        assert [line.application.id for line, _o, _l in queries.below(actor, which, 1, 25).lines] == [pk]
        assert queries.below(actor, "late", 1, 25).lines == []


def test_soon(country: Country) -> None:
    pk = country.submitted()
    later(3)
    actor = country.actor("city_reviewer")
    with access.acting_as(actor):
        assert [line.application.id for line, _o, _l in queries.below(actor, "soon", 1, 25).lines] == [pk]


@pytest.mark.parametrize("who", ["reviewer", "sibling", "clerk", "registrar"])
def test_nothing_is_below_others(country: Country, who: str) -> None:
    late(country)
    actor = country.actor(who)
    with access.acting_as(actor):
        assert queries.below(actor, "all", 1, 25).lines == []
        assert queries.count_late_below(actor) == 0


def test_what_nobody_signed_for_waits(country: Country) -> None:
    pk = late(country)
    key = say(country, "city_reviewer", pk).id
    for who, waiting in (("clerk", 1), ("head", 1), ("sibling", 0), ("filer", 0), ("city_reviewer", 0)):
        actor = country.actor(who)
        with access.acting_as(actor):
            assert len(queries.unread(actor)) == waiting, who
    sign(country, "clerk", key)
    with access.acting_as(country.actor("clerk")):
        assert queries.unread(country.actor("clerk")) == []


def test_urging_changes_nothing_of_the_case(country: Country) -> None:
    pk = late(country)
    before = country.read(pk)
    kept = (before.state, before.version, before.due, before.claimed_by)
    say(country, "city_reviewer", pk)
    after: Application = country.read(pk)
    assert (after.state, after.version, after.due, after.claimed_by) == kept
