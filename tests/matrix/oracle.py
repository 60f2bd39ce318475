"""What the policy says about one request: computed from the lines, the posts and the row's facts, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.foundation import access
from app.foundation.access import ANONYMOUS, Actor, Facts
from app.foundation.admin.targets import Row
from app.foundation.tenancy.models import Office
from tests.matrix.journal import Change, scoped_tables
from tests.matrix.routes import PAIR, PUBLIC, SIGNED_IN, Route
from tests.matrix.rows import Known

SIGN_IN, NO_ACT, UNSEEN, DENIED, ALLOWED = "sign in", "no such act", "unseen", "denied", "allowed"


@dataclass(frozen=True)
class Answer:
    """What must come back: a verdict, and the statuses that say it."""

    verdict: str
    why: str
    statuses: frozenset[int] = frozenset()

    @property
    def refused(self) -> bool:
        """Whether nothing may be written."""
        return self.verdict != ALLOWED

    def fits(self, status: int, location: str) -> bool:
        """Whether a status is one of those meant."""
        if self.verdict == SIGN_IN:
            return status == 401 or (status == 302 and "/login" in location)
        if self.verdict == ALLOWED:
            return status < 500 and (status not in {401, 403, 404} or bool(self.statuses))
        return status in self.statuses

    def or_refused(self) -> Answer:
        """The same where a refusal is as right: what is forged may be ignored or refused, but never written."""
        return replace(self, statuses=frozenset({403, 404}))

    def __str__(self) -> str:
        meant = "/".join(map(str, sorted(self.statuses))) or "2xx, 3xx, 400, 409, 422"
        return f"{self.verdict} ({'sign-in page or 401' if self.verdict == SIGN_IN else meant}; {self.why})"


def sees(actor: Actor, row: Known) -> bool:
    """Whether the actor sees a row at all."""
    if row.model is Office:
        return True
    return access.can(actor, row.obj, actor.reads, row.facts)


def is_own(actor: Actor, row: Known) -> bool:
    """The actor's own account, or a row about it: what somebody may see and change of himself."""
    mine = actor.person_id
    return mine is not None and (row.key == ("ab_user", mine) or row.person_id == mine)


def expected(actor: Actor, route: Route, named: list[tuple[Row, Known | None]], *, by_field: bool) -> Answer:
    """The answer to a request that names these rows (None: an id that is nobody's).

    Args:
        by_field: they are named in the query or form, so that a form may answer 422 where an address answers 404.
    """
    if actor == ANONYMOUS and route.door != PUBLIC:
        return Answer(SIGN_IN, "nobody is signed in")
    reader = ANONYMOUS if route.door == PUBLIC and route.name != "show" else actor
    if route.door == PAIR:
        assert route.pair is not None
        looked_up = route.looked_up
        if not access.may(actor, *route.pair) or (looked_up and not access.may(actor, *looked_up)):
            hidden = any(row is None or not sees(actor, row) for _target, row in named)
            codes = {403, 404} if hidden else {403}
            return Answer(NO_ACT, f"no post may {route.pair}", frozenset(codes))
    form = frozenset({400, 409, 422}) if by_field else frozenset()
    loose = False
    for number, (target, row) in enumerate(named):
        if number:  # the first row is the actor's: its state may stop him before the second is looked for
            form |= {409, 422}
        if route.door == SIGNED_IN and row is not None and is_own(actor, row):
            continue
        if row is None or not sees(reader, row):
            codes = {403, 404} if target.model is Office else {404}  # which offices there are is no secret
            why = "no such row" if row is None else "row not visible"
            return Answer(UNSEEN, why, frozenset(codes) | form)
        act = target.act or (route.pair[1] if route.pair else reader.reads)
        obj = route.pair[0] if route.pair and target.act is None else row.obj
        if (row.obj or target.act is None) and not access.can(reader, obj, act, row.facts):
            codes = {403, 404} if row.model is Office or by_field else {403}
            return Answer(DENIED, f"{obj} {act} does not reach the row", frozenset(codes) | form)
        loose = loose or not target.enough
    if route.door == SIGNED_IN:
        loose = loose or bool(named)
    return Answer(ALLOWED, "the policy reaches the row" if named else "a post has the act",
                  frozenset({403, 404}) if loose else frozenset())  # fmt: skip


def facts_in(change: Change, side: str) -> tuple[str, Facts] | None:
    """Object and facts of a changed row before (``old``) or after (``new``)."""
    values = change.old if side == "old" else change.new
    cls = scoped_tables().get(change.table)
    if values is None or cls is None or values.get("review_path") is None:
        return None
    unit = cls.__scope_unit__
    obj = values[cls.__obj_column__] if cls.__obj_column__ else cls.__obj__
    return str(obj), Facts(values["review_path"], values["filing_path"], values[unit] if unit else None)


def may_write(actor: Actor, obj: str, facts: Facts) -> bool:
    """Whether some act of the policy that writes reaches the facts: the rule, asked past the code that applies it."""
    return any(access.can(actor, obj, act, facts) for act in access.policy().writing_acts(obj))
