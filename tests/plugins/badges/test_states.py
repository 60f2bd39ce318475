"""Suspending, resuming, deciding, striking, hanging: each by everybody, in every state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, Invalid, WrongState
from app.plugins.badges import queries, service, signals
from app.plugins.badges.models import Badge, BadgeHost, Revocation
from tests.plugins.registry.line import HEAD, REGISTRAR, Line

Verb = Callable[[Badge, Actor], object]

VERBS: dict[str, Verb] = {
    "suspend": lambda badge, actor: service.suspend(badge, reason="核对", ground="verify", actor=actor),
    "resume": lambda badge, actor: service.resume(badge, reason="核对完毕", actor=actor),
    "decide": lambda badge, actor: service.decide_revocation(
        badge, ground="4", reason="出借标识", actor=actor
    ),
    "strike": lambda badge, actor: service.strike(badge, actor=actor),
    "hang": lambda badge, actor: service.hang(badge, actor=actor),
}
WHO: dict[str, tuple[str, str] | None] = {
    "owner": ("filer", "wuling"),
    "other-unit": ("filer", "wuling2"),
    "reviewer": ("reviewer", "0.43.07.02."),
    "clerk": ("clerk", "0.43.07.02."),
    "head": HEAD,
    "registrar": REGISTRAR,
    "sibling": ("head", "0.43.07.03."),
    "parent": ("head", "0.43.07."),
    "centre": ("head", "0."),
    "desk": ("egov", "0.43.07.02.egov."),
    "other-desk": ("coordinator", "0.43.07.rsj."),
    "stranger": None,
}
MAY = {
    "suspend": "registrar",
    "resume": "registrar",
    "decide": "head",
    "strike": "registrar",
    "hang": "owner",
}
FITTING = {
    "suspend": "issued",
    "resume": "suspended",
    "decide": "issued",
    "strike": "decided",
    "hang": "issued",
}


def _badge(line: Line, state: str) -> int:
    makers = {
        "issued": line.issued,
        "suspended": line.suspended,
        "revoked": line.revoked,
        "decided": lambda: line.decided(line.issued()),
        "suspended and decided": lambda: line.decided(line.suspended()),
    }
    return makers[state]()


def _try(line: Line, verb: str, badge: int, who: str) -> None:
    """The verb itself, whatever lists and pages would have hidden."""
    with access.acting_as(access.system("tests", over="0.")):
        row = db.session.get_one(Badge, badge)
    post = WHO[who]
    actor = line.actor(post) if post else access.ANONYMOUS
    with access.acting_as(actor), transaction():
        VERBS[verb](row, actor)


@pytest.mark.parametrize("verb", VERBS)
def test_only_whose_verb_it_is_may(line: Line, verb: str) -> None:
    badge = _badge(line, FITTING[verb])
    before = line.row(Badge, badge)
    for who in WHO:
        if who != MAY[verb]:
            with pytest.raises(AccessDenied):
                _try(line, verb, badge, who)
    after = line.row(Badge, badge)
    assert (after.state, after.hung_at, after.version) == (before.state, before.hung_at, before.version)
    _try(line, verb, badge, MAY[verb])
    done = line.row(Badge, badge)
    decided = line.read(lambda: queries.decision(db.session.get_one(Badge, badge)))
    assert {
        "suspend": done.state == "suspended" and done.suspended_reason == "核对",
        "resume": done.state == "issued" and done.suspended_ground == "",
        "decide": done.state == "issued" and decided is not None and decided.ground == 4,
        "strike": done.state == "revoked" and decided is not None and decided.executed_at is not None,
        "hang": done.hung_at is not None,
    }[verb]


@pytest.mark.parametrize("state", ["issued", "suspended", "revoked", "decided", "suspended and decided"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_step_follows_only_from_its_states(line: Line, verb: str, state: str) -> None:
    fitting = {
        "suspend": {"issued", "decided"},
        "resume": {"suspended", "suspended and decided"},
        "decide": {"issued", "suspended"},
        "strike": {"decided", "suspended and decided"},
        "hang": {"issued", "decided"},
    }[verb]
    badge = _badge(line, state)
    if state in fitting:
        _try(line, verb, badge, MAY[verb])
        return
    before = line.row(Badge, badge)
    with pytest.raises(WrongState):
        _try(line, verb, badge, MAY[verb])
    assert line.row(Badge, badge).version == before.version


@pytest.mark.parametrize(
    ("verb", "given", "field"),
    [
        ("suspend", {"reason": "", "ground": "verify"}, "reason"),
        ("suspend", {"reason": "核对", "ground": "whim"}, "ground"),
        ("suspend", {"reason": "核对", "ground": ""}, "ground"),
        ("decide_revocation", {"reason": " ", "ground": "1"}, "reason"),
        ("decide_revocation", {"reason": "x" * 1001, "ground": "1"}, "reason"),
        ("decide_revocation", {"reason": "出借", "ground": "0"}, "ground"),
        ("decide_revocation", {"reason": "出借", "ground": "7"}, "ground"),
        ("decide_revocation", {"reason": "出借", "ground": ""}, "ground"),
    ],
)
def test_reason_and_ground_are_required(line: Line, verb: str, given: dict[str, str], field: str) -> None:
    badge = line.issued()
    poster = HEAD if verb == "decide_revocation" else REGISTRAR
    with pytest.raises(Invalid) as refused, line.acting(poster) as actor:
        getattr(service, verb)(queries.get(badge), **given, actor=actor)
    assert refused.value.findings[0].field == field
    assert line.row(Badge, badge).state == "issued"


def test_striking_frees_the_hosts_and_names_who_decided_and_who_executed(line: Line) -> None:
    badge = line.revoked(host="x.gov.cn")

    def look() -> tuple[list[bool], Revocation | None]:
        row = db.session.get_one(Badge, badge)
        return [name.live for name in row.names], queries.decision(row)

    live, decision = line.read(look)
    assert live == [False, False]
    assert decision is not None and decision.executed_by is not None
    assert decision.decided_by_id != decision.executed_by_id


def test_a_city_head_does_not_decide_for_its_counties_but_for_its_own(line: Line) -> None:
    own = line.issued("municipal", office="0.43.07.")
    line.decided(own, "6", ("head", "0.43.07."))
    assert line.row(Badge, own).state == "issued"


def test_a_desk_reports_hung_what_it_undertakes(line: Line) -> None:
    """S8 and S11: the portal's desk and the bureau's section, each its own."""
    portal = line.issue(
        line.items(line.send(line.approved("municipal", site=line.world.portal), office="0.43.07."))[0]
    ).id
    sub = line.issued("sub", office="0.43.07.")
    for desk, own, other in (("0.43.07.zfwz.", portal, sub), ("0.43.07.rsj.", sub, portal)):
        actor = line.actor(("coordinator", desk))
        with access.acting_as(access.system("tests", over="0.")):
            rows = {key: db.session.get_one(Badge, key) for key in (own, other)}
        with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
            service.hang(rows[other], actor=actor)
        with access.acting_as(actor), transaction():
            service.hang(queries.get(own), actor=actor)
        assert line.row(Badge, own).hung_at is not None


def test_hanging_stops_the_clock_and_is_reported_once(line: Line) -> None:
    badge = line.issued()
    with line.acting(("filer", "wuling"), at="2014-11-26T10:00") as actor:
        service.hang(queries.get(badge), actor=actor)
    running = service.hanging_clock(line.row(Badge, badge))
    assert running.stopped_on is not None and running.stopped_on.isoformat() == "2014-11-26"
    with pytest.raises(WrongState):
        _try(line, "hang", badge, "owner")


def test_every_verb_is_recorded_and_told(line: Line) -> None:
    told: list[str] = []
    listeners = {
        name: (lambda row, actor, name=name: told.append(name))
        for name in ("suspended", "resumed", "revocation_decided", "revoked", "hung")
    }
    for name, listener in listeners.items():
        getattr(signals, name).connect(listener)
    badge = line.issued()
    for verb in ("hang", "suspend", "resume", "decide", "strike"):
        _try(line, verb, badge, MAY[verb])
    with access.acting_as(access.system("tests", over="0.")):
        verbs = [entry.verb for entry in audit.timeline(db.session.get_one(Badge, badge))]
        assert audit.verify() == []
    assert verbs == ["badge.revoked", "badge.revocation-decided", "badge.resumed", "badge.suspended", "badge.hung",
                     "badge.issued"]  # fmt: skip
    assert told == ["hung", "suspended", "resumed", "revocation_decided", "revoked"]


@pytest.mark.parametrize("change", [{"state": "lent"}, {"state": "suspended"}, {"number": "CB1"}])
def test_the_database_refuses_what_no_verb_would_write(line: Line, change: dict[str, str]) -> None:
    badge = line.issued()
    with pytest.raises(IntegrityError), line.system():
        row = db.session.get_one(Badge, badge)
        for name, value in change.items():
            setattr(row, name, value)


def test_the_database_refuses_a_second_live_host(line: Line) -> None:
    line.issued(host="one.gov.cn")
    other = line.issued("wuling2", "two.gov.cn")
    with pytest.raises(IntegrityError), line.system():
        db.session.add(BadgeHost(badge=db.session.get_one(Badge, other), ascii="one.gov.cn", live=True))


def test_to_do_lists_reach_only_whose_they_are(line: Line) -> None:
    line.issued(), line.decided(line.issued("wuling2")), line.reported("dingcheng", office="0.43.07.03.")
    found = {}
    for who in ("owner", "other-unit", "head", "registrar", "sibling", "parent", "desk"):
        post = WHO[who]
        assert post is not None
        actor = line.actor(post)
        with access.acting_as(actor):
            found[who] = (
                queries.count_to_hang(actor), len(queries.to_hang(actor)),
                queries.count_to_strike(actor), len(queries.to_strike(actor)), queries.count_pending(actor),
            )  # fmt: skip
    assert found.pop("registrar") == (0, 0, 1, 1, 1)
    assert found.pop("owner") == found.pop("other-unit") == (1, 1, 0, 0, 0)
    assert set(found.values()) == {(0, 0, 0, 0, 0)}
