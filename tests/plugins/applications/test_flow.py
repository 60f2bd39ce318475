"""Every transition, tried by its owner, the reviewer, a sibling, the parent and a stranger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.admin import labels as words
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, NotSeen, WrongState
from app.plugins.applications import flow, labels, queries, service
from app.plugins.applications.models import STATES, Application
from tests.plugins.applications.country import Country

ARROWS = {
    ("draft", "submit", "submitted"),
    ("returned", "submit", "submitted"),
    ("draft", "withdraw", "withdrawn"),
    ("submitted", "withdraw", "withdrawn"),
    ("returned", "withdraw", "withdrawn"),
    ("awaiting_paper", "withdraw", "withdrawn"),
    ("submitted", "return_", "returned"),
    ("submitted", "pass_first", "awaiting_paper"),
    ("submitted", "declare_ineligible", "ineligible"),
    ("awaiting_paper", "receive_paper", "paper_review"),
    ("awaiting_paper", "waive_paper", "paper_review"),
    ("paper_review", "approve", "approved"),
    ("paper_review", "refuse", "refused"),
    ("approved", "report", "reported"),
    ("reported", "send_back", "approved"),
    ("approved", "reopen", "returned"),
    ("reported", "badge", "badged"),
}

Verb = Callable[[Application, Actor], Any]


@pytest.fixture(autouse=True, scope="module")
def named() -> None:
    """The states have names, as in an application that has the plugin."""
    words.add("application", labels.STATE)


def test_the_arrows_are_these_and_no_others() -> None:
    found = {
        (source.id, str(transition.event), transition.target.id)
        for source in flow.ApplicationFlow.states
        for transition in source.transitions
    }
    assert found == ARROWS


def test_the_states_are_those_of_the_table() -> None:
    assert {state.id for state in flow.ApplicationFlow.states} == set(STATES)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", sorted(flow.EVENTS))
def test_a_step_follows_or_is_refused(state: str, event: str) -> None:
    row = Application(state=state)
    target = next((to for source, name, to in ARROWS if (source, name) == (state, event)), None)
    assert flow.allows(state, event) is (target is not None)
    if target is not None:
        flow.step(row, event)
        assert row.state == target
    else:
        with pytest.raises(WrongState):
            flow.step(row, event)
        assert row.state == state


@dataclass(frozen=True)
class Step:
    """A verb, the state it starts from, who may do it and where it leads."""

    make: Callable[[Country], int]
    verb: Verb
    by: str
    to: str
    registry: bool = False


STEPS = {
    "submit a draft": Step(lambda c: c.draft(), lambda r, a: service.submit(r, declared=True, actor=a), "filer", "submitted"),
    "submit a returned one": Step(
        lambda c: c.returned(), lambda r, a: service.submit(r, declared=True, actor=a), "filer", "submitted"
    ),
    "withdraw a draft": Step(lambda c: c.draft(), lambda r, a: service.withdraw(r, actor=a, reason="不再办理"), "filer", "withdrawn"),
    "withdraw a submitted one": Step(
        lambda c: c.submitted(), lambda r, a: service.withdraw(r, actor=a, reason="不再办理"), "filer", "withdrawn"
    ),
    "withdraw a returned one": Step(lambda c: c.returned(), lambda r, a: service.withdraw(r, actor=a, reason="不再办理"), "filer", "withdrawn"),
    "withdraw before the paper": Step(
        lambda c: c.awaiting_paper(), lambda r, a: service.withdraw(r, actor=a, reason="不再办理"), "filer", "withdrawn"
    ),
    "return": Step(
        lambda c: c.submitted(), lambda r, a: service.return_(r, ["other"], "请补正。", actor=a), "reviewer", "returned"
    ),
    "pass": Step(
        lambda c: c.checked(c.submitted()), lambda r, a: service.pass_first(r, actor=a), "reviewer", "awaiting_paper"
    ),
    "find ineligible": Step(
        lambda c: c.submitted(), lambda r, a: service.declare_ineligible(r, ["other"], "不具备。", actor=a), "reviewer", "ineligible"
    ),
    "receive paper": Step(
        lambda c: c.awaiting_paper(),
        lambda r, a: service.receive_paper(r, "exchange", clock.today(), 3, actor=a),
        "clerk",
        "paper_review",
    ),
    "approve": Step(lambda c: c.paper_review(), lambda r, a: service.approve(r, actor=a), "head", "approved"),
    "refuse": Step(
        lambda c: c.paper_review(), lambda r, a: service.refuse(r, ["other"], "不予通过。", actor=a), "head", "refused"
    ),
    "report": Step(lambda c: c.approved(), lambda r, a: service.mark_reported(r, actor=a), "head", "reported", True),
    "send back": Step(
        lambda c: c.reported(), lambda r, a: service.mark_sent_back(r, "IP 有误", actor=a), "registrar", "approved", True
    ),
    "reopen": Step(
        lambda c: c.sent_back(),
        lambda r, a: service.reopen(r, ["name-irregular"], "网站名称请核对。", actor=a),
        "head",
        "returned",
    ),
    "badge": Step(lambda c: c.reported(), lambda r, a: service.mark_badged(r, actor=a), "registrar", "badged", True),
}  # fmt: skip
# What the same office's people may besides: a head reviews too, a reviewer takes paper in.
ALSO = {
    "reviewer": {"head"},
    "clerk": {"reviewer", "head"},
}
PEOPLE = (
    "filer",
    "clerk",
    "reviewer",
    "head",
    "sibling",
    "parent",
    "neighbour",
    "auditor",
    "egov",
    "county_egov",
    "registrar",
)
BLIND = {"sibling", "neighbour", "egov", "registrar"}


def attempt(country: Country, step: Step, who: str, pk: int) -> None:
    actor = country.actor(who)
    if step.registry:
        country.as_platform(pk, lambda row: step.verb(row, actor))
    else:
        country.do(who, pk, step.verb)


def test_every_arrow_has_its_step(country: Country) -> None:
    tried = set()
    for step in STEPS.values():
        pk = step.make(country)
        before = country.read(pk).state
        attempt(country, step, step.by, pk)
        assert country.read(pk).state == step.to
        tried.add((before, step.to))
        free_the_site(country, pk)
    assert tried == {(source, to) for source, _event, to in ARROWS}


def free_the_site(country: Country, pk: int) -> None:
    """Let the next one start: one live application a site, and no two of one name or domain."""
    with access.acting_as(access.system("tests", over="0.")), transaction():
        row = queries.get(pk)
        row.site_id, row.site_name, row.chinese_domain, row.english_domain = None, f"网站{pk}", "", ""


@pytest.mark.parametrize("name", STEPS)
def test_who_may_take_a_step(country: Country, name: str) -> None:
    step = STEPS[name]
    pk = step.make(country)
    before = country.read(pk).state
    for who in PEOPLE:
        if who == step.by or who in ALSO.get(step.by, set()):
            continue
        expected = NotSeen if who in BLIND and not step.registry else AccessDenied
        with pytest.raises(expected):
            attempt(country, step, who, pk)
        assert country.read(pk).state == before, who
    attempt(country, step, step.by, pk)
    assert country.read(pk).state == step.to


@pytest.mark.parametrize("name", [name for name, step in STEPS.items() if step.by in ALSO])
def test_the_same_office_stands_in(country: Country, name: str) -> None:
    """Who inherits a post may do what the post may."""
    step = STEPS[name]
    for who in ALSO[step.by]:
        pk = step.make(country)
        attempt(country, step, who, pk)
        assert country.read(pk).state == step.to
        free_the_site(country, pk)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_not_taken_twice(country: Country, name: str) -> None:
    step = STEPS[name]
    pk = step.make(country)
    attempt(country, step, step.by, pk)
    with pytest.raises(WrongState):
        attempt(country, step, step.by, pk)


def test_a_state_no_flow_knows_is_refused_by_the_database(country: Country) -> None:
    pk = country.draft()
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(db.text("UPDATE application SET state = 'lost' WHERE id = :pk"), {"pk": pk})
