"""The policy in words: what a post can do, what a relation gives, and the whole matrix. Nothing here reads a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from app.foundation.access import Actor, PostFact
from app.foundation.access.policy import HOLDER, Line, Policy
from app.plugins.permits import labels

PUBLIC = "public"


@dataclass(frozen=True)
class Right:
    """One relation in a cell of the matrix; ``source`` is the role it is inherited from, if it is."""

    relation: str
    source: str = ""

    def __str__(self) -> str:
        return (
            _("%(relation)s（承%(role)s）", relation=self.relation, role=self.source)
            if self.source
            else self.relation
        )


@dataclass(frozen=True)
class Row:
    """One act on one object, with a cell for each role asked for."""

    obj: str
    act: str
    writes: bool
    cells: tuple[tuple[Right, ...], ...]


@dataclass(frozen=True)
class Matrix:
    """What is shown: the roles across, the acts down (grouped by object, in the order of ``acts.yaml``)."""

    roles: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]

    @property
    def rows(self) -> Iterator[Row]:
        """All rows, group after group."""
        for _obj, rows in self.groups:
            yield from rows


@dataclass(frozen=True)
class Rights:
    """What somebody may do with one kind of object by one relation."""

    obj: str
    relation: str
    acts: tuple[str, ...]


@dataclass(frozen=True)
class Gain:
    """What the holders of a role gain by a grant; ``people`` hold it today."""

    role: str
    people: int
    rights: tuple[Rights, ...]


def objects(policy: Policy) -> dict[str, str]:
    """Objects in the order of the catalogue, with their words."""
    return {obj: policy.label("obj", obj) for obj, _act in policy.acts}


def roles(policy: Policy) -> dict[str, str]:
    """Roles in the order of the catalogue, with their words."""
    return {role: policy.label("role", role) for role in policy.places}


def matrix(policy: Policy, *, role: str = "", obj: str = "") -> Matrix:
    """Role × object × act. With ``role``, only what it can do at all; with ``obj``, only that object."""
    shown = [(key, word) for key, word in roles(policy).items() if role in ("", key)]
    groups: dict[str, list[Row]] = {}
    for (kind, act), writes in policy.acts.items():
        if obj not in ("", kind):
            continue
        cells = tuple(_cell(policy, key, policy.lines_for(key, kind, act)) for key, _word in shown)
        if role and not any(cells):
            continue
        row = Row(policy.label("obj", kind), policy.label("act", f"{kind}:{act}"), writes, cells)
        groups.setdefault(row.obj, []).append(row)
    return Matrix(tuple(shown), tuple((name, tuple(rows)) for name, rows in groups.items()))


def _cell(policy: Policy, held: str, lines: Iterable[Line]) -> tuple[Right, ...]:
    return tuple(
        Right(
            policy.label("relation", line.relation),
            "" if line.role == held else policy.label("role", line.role),
        )
        for line in lines
    )


def reaches(policy: Policy) -> list[tuple[str, str]]:
    """Each relation and what it covers, for the legend."""
    found = []
    for relation, word in policy.words["relation"].items():
        spans = [
            labels.REACH[reach.how] if reach.where == HOLDER else labels.EVERYWHERE
            for reach in policy.reaches.get(relation, ())
        ]
        found.append(
            (word, "、".join(str(span) for span in spans) if spans else _("见“授权与共享”，按文件逐项授予"))
        )
    return found


def _grouped(policy: Policy, lines: Iterable[tuple[str, str, str]]) -> tuple[Rights, ...]:
    """(object, relation, act) triples as one entry for each object and relation."""
    found: dict[tuple[str, str], list[str]] = {}
    for obj, relation, act in lines:
        acts = found.setdefault((obj, relation), [])
        word = policy.label("act", f"{obj}:{act}")
        if word not in acts:
            acts.append(word)
    return tuple(
        Rights(policy.label("obj", obj), policy.label("relation", relation), tuple(acts))
        for (obj, relation), acts in found.items()
    )


def of_role(policy: Policy, role: str, *, granted: Iterable[str] = ()) -> tuple[Rights, ...]:
    """What a holder of ``role`` can do: the general relations, and those exceptions that are ``granted``."""
    given = frozenset(granted)
    return _grouped(
        policy,
        (
            (obj, line.relation, act)
            for obj, act in policy.acts
            for line in policy.lines_for(role, obj, act)
            if line.relation in policy.reaches or line.relation in given
        ),
    )


def gains(policy: Policy, kind: str, relation: str, people: dict[str, int]) -> tuple[Gain, ...]:
    """What each role at an office or desk of ``kind`` gains by an exception of ``relation``."""
    found = []
    for role, place in policy.places.items():
        rights = _grouped(
            policy,
            (
                (obj, line.relation, act)
                for obj, act in policy.acts
                for line in policy.lines_for(role, obj, act)
                if line.relation == relation
            ),
        )
        if place == kind and rights:
            found.append(Gain(policy.label("role", role), people.get(role, 0), rights))
    return tuple(found)


def general(policy: Policy, posts: Iterable[PostFact], obj: str) -> list[str]:
    """What posts may do with a kind of object as a rule, in sentences that name no row."""
    found = []
    for post in posts:
        for right in of_role(policy, post.role, granted={grant.relation for grant in post.grants}):
            if right.obj == policy.label("obj", obj):
                found.append(
                    _(
                        "%(holder)s·%(role)s：对“%(relation)s”的%(obj)s，可以%(acts)s。",
                        holder=post.holder or _("任何人"),
                        role=policy.label("role", post.role),
                        relation=right.relation,
                        obj=right.obj,
                        acts="、".join(right.acts),
                    )
                )
    return found


def barred(policy: Policy, subject: Actor) -> list[str]:
    """The posts that do not count because their holder holds another beside them."""
    return [
        _(
            "“%(one)s”和“%(other)s”不得由一人担任，“%(one)s”的操作已经暂停（%(source)s）。",
            one=policy.label("role", aside.post.role),
            other=policy.label("role", aside.other),
            source=aside.source,
        )
        for aside in subject.aside
    ]


def able(policy: Policy, obj: str, act: str) -> list[str]:
    """The roles that may do something at all, in words."""
    return [
        word for role, word in roles(policy).items() if role != PUBLIC and policy.lines_for(role, obj, act)
    ]
