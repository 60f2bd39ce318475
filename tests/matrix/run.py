"""One actor's walk through every route: ask, compare with the oracle, look at what was written and what was said."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask
from flask.testing import FlaskClient

from app.foundation import access
from app.foundation.access import ANONYMOUS, Actor, Facts
from app.foundation.access.enforcer import Decider
from app.foundation.database import db
from tests.matrix.cases import FULL, Case, Cases, hidden_columns
from tests.matrix.journal import UNSCOPED_WRITES, Change, Journal
from tests.matrix.oracle import ALLOWED, UNSEEN, Answer, expected, facts_in, is_own, may_write, sees
from tests.matrix.plant import Words
from tests.matrix.routes import Route, routes
from tests.matrix.rows import Known, Register

# What a page tells of rows whose own pages stay shut, by view and object: the pair that opens it instead.
TOLD = {
    ("AggregateView", "survey"): ("aggregate", "see"),  # the collated sheets are what is shared (S14)
    ("AggregateView", "campaign"): ("aggregate", "see"),  # with the dates that bind them
    ("AggregateView", "grant"): (
        "aggregate",
        "see",
    ),  # with whom the office shares its figures, by which document
    # A version is told with the units in it, the campaign it belongs to, and with whom it is shared (S14).
    **{("VersionView", obj): ("aggregate", "see") for obj in ("unit", "survey", "campaign", "grant")},
    ("PeopleView", "unit"): ("user", "see"),  # a post is read with where it is held
    ("PostView", "unit"): ("user", "manage"),  # whoever manages a unit's people gives them posts at it
}
_CHANGING = re.compile(
    rb"(?s)<span id=\"session-end\".*?</span>|nonce[=\"'-]+[\w-]+|value=\"[\w.-]{20,}\"|eyJ[\w.-]+"
)


@dataclass
class Walk:
    """The requests of one actor against one database, and what went wrong."""

    app: Flask
    actor: Actor
    client: FlaskClient
    journal: Journal
    register: Register
    words: Words
    faults: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[Facts, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cases = Cases(self.actor, self.register)
        self._cookies = dict(self.client._cookies or {})
        self._absent: dict[str, bytes] = {}

    # -- asking ----------------------------------------------------------------------------------------------

    def routes(self) -> list[Route]:
        """Everything there is to ask."""
        return routes(self.app, every_word=FULL)

    def all(self) -> None:
        """Every case of every route."""
        for route in self.routes():
            self.take(route)

    def take(self, route: Route) -> None:
        """Every case of one route."""
        with self.app.app_context():
            cases = list(self.cases.of(route))
        for case in cases:
            self.ask(case)

    def ask(self, case: Case) -> None:
        """Make one request and hold it against the policy."""
        with self.app.app_context():
            answer = expected(self.actor, case.route, case.named, by_field=case.by_field)
            unsaid = bool(case.route.fields) and not case.named
            if (case.forged or unsaid) and answer.verdict == ALLOWED:
                answer = answer.or_refused()
            path = case.route.path(**case.ids)
        status, location, body = self._request(case.route.method, path, case.form, case.query)
        self.counted[answer.verdict] += 1
        if not answer.fits(status, location):
            self._fault(case, answer, f"{status} {location}".strip())
        self._judge_writing(case, answer, status)
        self._judge_words(case, answer, status, body)
        if answer.verdict == UNSEEN and status == 404 and case.route.method == "GET":
            self._judge_sameness(case, path, body)

    def _request(
        self, method: str, path: str, form: dict[str, Any], query: dict[str, str]
    ) -> tuple[int, str, bytes]:
        self.client._cookies = dict(self._cookies)
        self.asked.clear()
        data = form if method != "GET" else None
        try:
            answer = self.client.open(path, method=method, query_string=query or None, data=data)
        except Exception as error:
            return 500, f"{type(error).__name__}: {error}"[:200], b""
        content = answer.get_data()
        answer.close()
        return answer.status_code, answer.headers.get("Location", ""), content

    def get(self, path: str) -> int:
        """A plain GET beside the routes."""
        return self._request("GET", path, {}, {})[0]

    # -- judging ---------------------------------------------------------------------------------------------

    def _fault(self, case: Case, answer: Answer | str, got: str) -> None:
        who = self.actor.username or "anonymous"
        roles = "/".join(sorted({f"{post.role}@{post.path}" for post in self.actor.posts})) or "no post"
        self.faults.append(f"{who} ({roles}) · {case} · expected {answer} · got {got}")

    def _judge_writing(self, case: Case, answer: Answer, status: int) -> None:
        changes = self.journal.read()
        if not changes:
            return
        changes = [change for change in changes if not self._last_seen(change)]
        self.counted["written"] += bool(changes)
        refused = answer.refused or status in {401, 403, 404} or status >= 400
        if changes and (refused or not case.route.writes):
            tables = ", ".join(sorted({f"{one.op} {one.table}" for one in changes}))
            self._fault(case, "nothing written", f"{status} and {tables}")
        elif changes:
            with self.app.app_context():
                self._judge_changes(case, changes)
        self.restore(self.journal.read())

    def restore(self, changes: list[Change]) -> None:
        """Go back to where the walk began."""
        db.session.remove()
        self.journal.undo(changes)

    def _last_seen(self, change: Change) -> bool:
        """Bookkeeping of the very session the request was made with, and a second factor being set up."""
        return change.table in {"sign_in_session", "second_factor"} and self._about_oneself(change)

    def _about_oneself(self, change: Change) -> bool:
        """A row of the actor's own account: his password, his second factor, his sessions."""
        for values in (change.old, change.new):
            if values is not None:
                key = values["id"] if change.table == "ab_user" else values.get("person_id")
                if key is None or key != self.actor.person_id or change.table in {"post"}:
                    return False
        return True

    def _judge_changes(self, case: Case, changes: list[Change]) -> None:
        """Every row written is one the policy lets this actor write, or goes with the row he was allowed to act on."""
        carried = {row.facts for _target, row in case.named if row is not None}
        units = {facts.unit_id for facts in carried if facts.unit_id is not None}
        before = {found for change in changes if (found := facts_in(change, "old")) is not None}
        for change in changes:
            if self._about_oneself(change):
                continue
            if change.scoped is None:
                if change.table not in UNSCOPED_WRITES:
                    self._fault(case, "no row of nobody's written", f"{change.op} {change.table}")
                continue
            for side in ("old", "new"):
                found = facts_in(change, side)
                if found is None or may_write(self.actor, *found):
                    continue
                goes_with = found[1] in carried or (found[1].unit_id in units and found in before)
                # The office says which desk fills in: all that is the unit's goes there, at the same office.
                goes_with |= case.route.name == "reassign" and any(
                    (one.review_path, one.unit_id) == (found[1].review_path, found[1].unit_id)
                    for one in carried
                )
                if not goes_with:
                    self._fault(case, f"writes within reach ({side} {found})", f"{change.op} {change.table}")
        if case.route.pair is not None and self.actor.posts:
            self._judge_asking(case, changes, carried)

    def _judge_asking(self, case: Case, changes: list[Change], carried: set[Facts]) -> None:
        """Some ``access.require`` concerned the row named, or one of those written."""
        touched = carried | {
            found[1] for change in changes for side in ("old", "new") if (found := facts_in(change, side))
        }
        if touched and not any(facts in touched for facts, _obj, _act in self.asked):
            self._fault(case, "asks access.require about the row", f"asked {self.asked or 'nothing'}")

    def _judge_words(self, case: Case, answer: Answer, status: int, body: bytes) -> None:
        with self.app.app_context():
            for word, rows in self.words.spoken_of(body).items():
                if not any(self._may_read(row, case.route.rule.endpoint) for row in rows) and word not in str(
                    case.form
                ):
                    told = f"{status} with {word} of {rows[0].key[0]} {rows[0].id} at {rows[0].facts.review_path}"
                    self._fault(case, "no word of unseen rows", told)

    def _may_read(self, row: Known, endpoint: str) -> bool:
        held = {post.path for post in self.actor.posts}
        told = TOLD.get((endpoint.partition(".")[0], row.obj))
        return (
            sees(self.actor, row) or sees(ANONYMOUS, row) or is_own(self.actor, row)
            or (row.obj == "grant" and row.facts.filing_path in held)  # what widens one's own post
            or (told is not None and access.can(self.actor, *told, row.facts))
        )  # fmt: skip

    def _judge_sameness(self, case: Case, path: str, body: bytes) -> None:
        """An id that is not seen answers as one that is not there."""
        missing = next(
            n for n, (_t, row) in enumerate(case.named) if row is None or not sees(self.actor, row)
        )
        key = f"{case.route.rule.rule} {sorted(case.route.words.items())} {missing} {sorted(case.query)}"
        shown = body
        full = f"{path}?{urlencode(case.query)}"
        for text in (quote(full, safe=""), quote(full), full, quote(path, safe=""), path):
            shown = shown.replace(text.encode(), b"#")
        shown = _CHANGING.sub(b"", shown)
        other = self._absent.setdefault(key, shown)
        if other != shown:
            at = next((n for n, (a, b) in enumerate(zip(other, shown, strict=False)) if a != b), len(other))
            here, there = (
                one[max(at - 40, 0) : at + 60].decode("utf-8", "replace") for one in (shown, other)
            )
            self._fault(
                case, "the same page as for an id that is not there", f"{here!r} instead of {there!r}"
            )

    # -- hidden columns --------------------------------------------------------------------------------------

    def hidden_columns(self) -> None:
        """Filters and orders on columns a list or API does not offer are refused by name."""
        for view in self.app.appbuilder.baseviews:  # type: ignore[attr-defined]
            datamodel = getattr(view, "datamodel", None)
            if datamodel is None:
                continue
            with self.app.app_context():
                open_ = access.may(self.actor, view.obj, getattr(view, "acts", {}).get("list", "see"))
            for path in hidden_columns(view):
                status = self.get(path)
                self.counted["hidden"] += 1
                wanted = {400} if open_ else {401, 403} if self.actor.person_id else {401, 302}
                if status not in wanted:
                    self.faults.append(
                        f"{self.actor.username or 'anonymous'} · GET {path} · expected {wanted} · got {status}"
                    )


def spy(walk: Walk, monkeypatch: Any) -> None:
    """Note what ``access.require`` asks Casbin, without changing its answer."""
    real = Decider.decide

    def noted(self: Decider, actor: Actor, facts: Facts, obj: str, act: str) -> Any:
        walk.asked.append((facts, obj, act))
        return real(self, actor, facts, obj, act)

    monkeypatch.setattr(Decider, "decide", noted)
