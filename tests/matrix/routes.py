"""What there is to ask, taken from the URL map: a new route is in it by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from app.foundation.admin import access_map, targets
from app.foundation.admin.targets import Row
from app.foundation.jurisdiction import FactColumns

# Endpoints nobody needs to be anybody for and that name no row, each with its reason.
NOT_ASKED = {
    "SignInView.login": "signing in; tests/foundation/signing",
    "SignInView.logout": "ends the session the other cases need",
    "TokenApi.login": "signing in for other systems",
    "TokenApi.refresh": "signing in for other systems",
    "LocaleView.index": "the reader's language",
    "UtilView.back": "back to the last page",
    "health.healthz": "says nothing but whether the database is right",
    "metrics.metrics": "numbers only, by token; tests/foundation/telemetry",
}
NOWHERE = 987_654_321  # a key no row has
PAIR, SIGNED_IN, PUBLIC = "pair", "signed in", "public"


@dataclass(frozen=True)
class Route:
    """One route and method. ``rows`` are what its arguments name, ``fields`` its query or form, ``words`` the rest of
    the address, ``fixed`` what every form carries."""

    rule: Rule
    method: str
    view: Any
    name: str
    door: str
    pair: tuple[str, str] | None
    rows: Mapping[str, Row] = field(default_factory=dict)
    fields: Mapping[str, Row] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether the method may change anything."""
        return self.method != "GET"

    @property
    def looked_up(self) -> tuple[str, str] | None:
        """For a look-up: the pair that must be held over the rows offered."""
        if self.name != "lookup":
            return None
        offered = self.view.lookups[self.words["column"]]
        model = offered.model
        scoped = issubclass(model, FactColumns) and model.__obj_column__ is None
        return (model.__obj__, offered.act) if scoped else None

    def path(self, **ids: object) -> str:
        """The address with these row ids in it."""
        values = {**self.words, **{name: str(ids.get(name, 1)) for name in self.rows}}
        found = self.rule.build({n: _converted(self.rule, n, v) for n, v in values.items()}, False)
        assert found is not None, (self.rule, values)
        return str(found[1])

    def __str__(self) -> str:
        chosen = "".join(f" {name}={word}" for name, word in self.words.items())
        return f"{self.method} {self.rule.rule}{chosen} ({self.rule.endpoint})"


def _converted(rule: Rule, name: str, value: str) -> Any:
    if type(rule._converters[name]).__name__ != "IntegerConverter":
        return value
    return int(value) if value.isdigit() else NOWHERE


def views_of(app: Flask) -> dict[str, Any]:
    """Every registered view by the name its endpoints begin with."""
    return {str(view.endpoint): view for view in app.appbuilder.baseviews}  # type: ignore[attr-defined]


def arguments_of(app: Flask, endpoint: str) -> frozenset[str]:
    """The argument names of all addresses of a view."""
    return frozenset(
        name
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] == endpoint
        for name in rule.arguments
    )


def asked_rules(app: Flask) -> Iterator[tuple[Rule, Any, str]]:
    """Every rule that is not static and not on the list above, with its view and method name."""
    views = views_of(app)
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.endpoint, one.rule)):
        view, _dot, method = rule.endpoint.partition(".")
        if method == "static" or rule.endpoint == "static" or rule.endpoint in NOT_ASKED:
            continue
        yield rule, views.get(view), method


def undeclared(app: Flask) -> list[str]:
    """Arguments of guarded routes of which nobody said what they name."""
    found = []
    for rule, view, method in asked_rules(app):
        if view is None or (access_map.is_public(view.class_permission_name) and not own(view)):
            continue
        for name in sorted(rule.arguments):
            if targets.of(view, method, name) is None:
                found.append(f"{rule.endpoint}: {name}")
    return found


def own(view: Any) -> bool:
    """Whether the view is ours, not Flask-AppBuilder's."""
    return type(view).__module__.startswith(("app.", "tests."))


def routes(app: Flask, *, every_word: bool = False) -> list[Route]:
    """All routes × methods (× actions and look-up columns; × all words where asked for)."""
    found: list[Route] = []
    for rule, view, method in asked_rules(app):
        if view is None or not own(view):
            continue
        for verb in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            found += _variants(app, rule, view, method, verb, every_word)
    return found


def _variants(app: Flask, rule: Rule, view: Any, method: str, verb: str, every_word: bool) -> Iterator[Route]:
    rows: dict[str, Row] = {}
    choices: list[tuple[str, tuple[str, ...]]] = []
    for name in sorted(rule.arguments):
        named = targets.of(view, method, name)
        if isinstance(named, Row):
            rows[name] = named
        else:
            choices.append((name, named or ("1",)))
    named_fields = targets.fields(view, method, arguments_of(app, str(view.endpoint)))
    if method == "action_post":
        for action in view.actions:
            ticked, fixed = {"rowid": Row(view.datamodel.obj)}, {"action": str(action)}
            yield Route(rule, verb, view, method, *_action_door(view, action), fields=ticked, fixed=fixed)
        return
    for words in _worded(choices, every_word or method in {"lookup", "action"}):
        door = _action_door(view, words["name"]) if method == "action" else _door(view, method)
        yield Route(rule, verb, view, method, *door, rows, named_fields, words)


def _worded(choices: list[tuple[str, tuple[str, ...]]], every: bool) -> Iterator[dict[str, str]]:
    if not choices:
        yield {}
        return
    (name, words), *rest = choices
    for word in words if every else words[:1]:
        for others in _worded(rest, every):
            yield {name: word, **others}


def _door(view: Any, method: str) -> tuple[str, tuple[str, str] | None]:
    name = str(view.class_permission_name)
    if access_map.is_public(name):
        return PUBLIC, None
    if access_map.is_signed_in(name):
        return SIGNED_IN, None
    permission = dict(access_map.permissions(view)).get(method)
    pair = access_map.lookup(name, permission) if permission else None
    assert pair is not None, f"{name}.{method}: no guard"
    return PAIR, pair


def _action_door(view: Any, name: str) -> tuple[str, tuple[str, str] | None]:
    chosen = view.actions[name]
    act = access_map.act_for(view, chosen.func.__name__, chosen.name)
    assert act is not None
    return PAIR, (view.obj, act)
