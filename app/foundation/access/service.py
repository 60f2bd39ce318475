"""The questions everything asks: may this actor do this to that, which rows, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, or_

from app.foundation.access import duties
from app.foundation.access.actors import Actor, PostFact
from app.foundation.access.enforcer import Decider
from app.foundation.access.facts import Facts, covers, facts_of, reaches
from app.foundation.access.policy import Line, Policy, load
from app.foundation.access.predicates import over, visible
from app.foundation.jurisdiction import FactColumns
from app.kernel import paths
from app.kernel.errors import N_, AccessDenied, fill

_KEY = "bianban.access"


def init_app(app: Flask) -> None:
    """Read the policy; an unknown word in it stops the start."""
    app.extensions[_KEY] = Decider(load(Path(app.config["POLICIES_DIR"])))
    duties.init_app(app, app.extensions[_KEY].policy)


def _decider() -> Decider:
    decider: Decider = current_app.extensions[_KEY]
    return decider


def policy() -> Policy:
    """The compiled policy of this app."""
    return _decider().policy


def obj_of(resource: Any) -> str:
    """The Casbin object a row is guarded as."""
    column: str | None = resource.__obj_column__
    return str(getattr(resource, column)) if column else str(resource.__obj__)


def can(actor: Actor, obj: str, act: str, resource: Any) -> bool:
    """The same answer as ``require``, from the compiled table: for templates and batches."""
    facts, rules = facts_of(resource), policy()
    if actor.is_system:
        return bool(actor.over) and paths.covers(actor.over, facts.review_path)
    return any(
        covers(how, where, post, facts)
        for post in actor.posts
        for line in rules.lines_for(post.role, obj, act)
        for how, where in reaches(rules, post, line.relation)
    )


def may(actor: Actor, obj: str, act: str) -> bool:
    """Whether any post of the actor has this act at all: for menus and buttons, never for a row."""
    return bool(actor.over) or any(policy().lines_for(post.role, obj, act) for post in actor.posts)


def require(actor: Actor, obj: str, act: str, resource: Any) -> None:
    """Ask Casbin whether ``actor`` may ``act`` on this ``obj``.

    Raises:
        AccessDenied: no policy line reaches the row; the message names the act and whose it is.
    """
    if actor.is_system:
        allowed = can(actor, obj, act, resource)
    else:
        allowed = _decider().decide(actor, facts_of(resource), obj, act) is not None
    if not allowed:
        raise _denied(actor, obj, act)


def require_any(actor: Actor, obj: str, act: str) -> None:
    """Like ``may``, but refusing: for pages that concern no single row.

    Raises:
        AccessDenied: no post has this act.
    """
    if not may(actor, obj, act):
        raise _denied(actor, obj, act)


def ensure_another(actor: Actor, step: str, done: Mapping[str, int | None]) -> None:
    """See ``duties.ensure_another``: this step of a case is another person's than those ``done`` (maker and checker).

    Raises:
        AccessDenied: the actor took a step that clashes with this one.
    """
    duties.ensure_another(duties.duties(), policy(), actor.person_id, step, done)


def _denied(actor: Actor, obj: str, act: str) -> AccessDenied:
    words = policy()
    for aside in actor.aside:
        if words.lines_for(aside.post.role, obj, act):
            return duties.refusal(words, aside)
    return AccessDenied(
        "access-denied",
        N_("您的岗位不能对%(obj)s进行“%(act)s”操作。"),
        source=N_("岗位权限表"),
        obj=words.label("obj", obj),
        act=words.label("act", f"{obj}:{act}"),
        obj_key=obj,
        act_key=act,
    )


def scope(actor: Actor, obj: str, act: str, model: type[FactColumns]) -> ColumnElement[bool]:
    """The WHERE clause for every list, count, export, drop-down and by-id read of ``model``."""
    if actor.is_system:
        return over(actor.over, model)
    return visible(policy(), actor.posts, obj, act, model)


def see(actor: Actor, model: type[FactColumns]) -> ColumnElement[bool]:
    """The rows of ``model`` this actor may read at all: what the row guard adds to every SELECT."""
    if actor.is_system:
        return over(actor.over, model)
    column = model.__obj_column__
    if column is None:
        return scope(actor, model.__obj__, actor.reads, model)
    kinds = [obj for obj in model.__objs__ if policy().knows(obj, actor.reads)]
    attribute: Any = getattr(model, column)
    scopes = {obj: scope(actor, obj, actor.reads, model) for obj in kinds}
    clauses = [(attribute == obj) & found for obj, found in scopes.items() if found is not false()]
    return or_(*clauses) if clauses else false()


def writes(actor: Actor, model: type[FactColumns]) -> ColumnElement[bool]:
    """The rows of ``model`` that some writing act reaches: what the row guard adds to every UPDATE and DELETE."""
    if actor.is_system:
        return over(actor.over, model)
    column = model.__obj_column__
    kinds = model.__objs__ if column else (model.__obj__,)
    attribute: Any = getattr(model, column) if column else None
    clauses = []
    for obj in kinds:
        scopes = [scope(actor, obj, act, model) for act in policy().writing_acts(obj)]
        found = [one for one in scopes if one is not false()]
        if found:
            clauses.append(or_(*found) if column is None else (attribute == obj) & or_(*found))
    return or_(*clauses) if clauses else false()


def writable(actor: Actor, obj: str, facts: Facts) -> bool:
    """Whether some act that writes reaches a row with these facts: what the flush guard asks."""
    return any(can(actor, obj, act, facts) for act in policy().writing_acts(obj))


@dataclass(frozen=True)
class Explanation:
    """Why something is allowed or not, in Chinese, deciding lines first."""

    allowed: bool
    lines: tuple[str, ...]


def _describe(post: PostFact, line: Line) -> str:
    words = policy()
    return _(
        "%(holder)s·%(role)s：对“%(relation)s”的%(obj)s可以%(act)s（policy.csv 第%(number)s行：%(line)s）",
        holder=post.holder or _("任何人"),
        role=words.label("role", post.role),
        relation=words.label("relation", line.relation),
        obj=words.label("obj", line.obj),
        act=words.label("act", f"{line.obj}:{line.act}"),
        number=line.number,
        line=str(line),
    )


def explain(actor: Actor, obj: str, act: str, resource: Any | None = None) -> Explanation:
    """Which line decided; for a refusal, which lines the actor's posts have and which roles could."""
    rules = policy()
    facts = facts_of(resource) if resource is not None else None
    near: list[str] = []
    for post in actor.posts:
        for line in rules.lines_for(post.role, obj, act):
            spans = reaches(rules, post, line.relation)
            if facts is None or any(covers(how, where, post, facts) for how, where in spans):
                documents = [g.document for g in post.grants if g.relation == line.relation]
                because = _("依据：%(doc)s", doc="、".join(documents)) if documents else ""
                return Explanation(True, (_describe(post, line), *([because] if because else [])))
            near.append(_("%(line)s；但该对象不在此范围内", line=_describe(post, line)))
    for aside in actor.aside:
        if rules.lines_for(aside.post.role, obj, act):
            refused = duties.refusal(rules, aside)
            near.insert(0, fill(_(refused.message), refused.params))
    if near:
        return Explanation(False, tuple(near))
    held = "、".join(sorted({rules.label("role", post.role) for post in actor.posts})) or _("没有有效岗位")
    able = sorted({line.role for line in rules.lines if (line.obj, line.act) == (obj, act)})
    return Explanation(
        False,
        (
            _(
                "现有岗位：%(held)s；可以%(act)s的岗位：%(able)s",
                held=held,
                act=rules.label("act", f"{obj}:{act}"),
                able="、".join(rules.label("role", role) for role in able) or _("无"),
            ),
        ),
    )
