"""Casbin itself, with what pycasbin 2.8 needs mended (see the comments)."""

from __future__ import annotations

from threading import Lock
from typing import Any

from casbin import FastEnforcer
from casbin.model import FastModel, fast_policy_filter
from casbin.persist.adapters import FileAdapter
from casbin.util import SimpleEval

from app.foundation.access.actors import Actor
from app.foundation.access.facts import Facts, covers, reaches
from app.foundation.access.policy import Line, Policy, PolicyError

OBJ, ACT = 2, 3


class _Model(FastModel):
    """FastModel's ``add_def`` answers None, which ends the reading of ``p2`` and ``g2`` before it begins."""

    def add_def(self, sec: str, key: str, value: Any) -> bool:
        super().add_def(sec, key, value)
        return bool(value)


class _Enforcer(FastEnforcer):
    """Parses the matcher once: parsing it for every call costs half the time and can fail under threads."""

    _parsed: SimpleEval | None = None

    def _get_expression(self, expr: str, functions: Any = None) -> SimpleEval:
        if self._parsed is None:
            self._parsed = super()._get_expression(expr, functions)
        return self._parsed


class Decider:
    """One enforcer behind a lock (FastEnforcer is not thread-safe)."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._lock = Lock()
        self._by_text = {(line.role, line.relation, line.obj, line.act): line for line in policy.lines}
        model = _Model([OBJ, ACT])
        model.load_model(str(policy.model_path))
        self._enforcer = _Enforcer(model, FileAdapter(str(policy.policy_path)), cache_key_order=[OBJ, ACT])
        self._enforcer.add_function("reach", self._reach)
        loaded = {tuple(rule) for rule in self._enforcer.model.model["p"]["p"].policy}
        if loaded != set(self._by_text):
            raise PolicyError("policy.csv: Casbin and the strict reader do not see the same lines")

    def _reach(self, actor: Actor, role: str, relation: str, facts: Facts) -> bool:
        return any(
            role in self.policy.inherits.get(post.role, ())
            and any(covers(how, where, post, facts) for how, where in reaches(self.policy, post, relation))
            for post in actor.posts
        )

    def decide(self, actor: Actor, facts: Facts, obj: str, act: str) -> Line | None:
        """The line that allows, or None."""
        with self._lock, self._filtered(obj, act):
            allowed, line = self._enforcer.enforce_ex(actor, facts, obj, act)
        return self._by_text[tuple(line)] if allowed else None

    def _filtered(self, obj: str, act: str) -> Any:
        return fast_policy_filter(self._enforcer.model.model["p"]["p"].policy, obj, act)
