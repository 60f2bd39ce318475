"""Where a plugin acts as the platform over everything: each place with its reason, and no other.

Inside a web request such a task reads past whoever asked. It must therefore state its own scope in the statement,
and give away no more than the reason says; where the place is known, the task stays within it (``over=path``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import modules

WHOLE = {"EVERYWHERE", "ROOT"}  # access.EVERYWHERE, paths.ROOT
Place = tuple[str, str, str]

# Module, function and task (as it is written) of what answers requests.
REQUESTS: dict[Place, str] = {
    ("applications.queries", "deciders", "'applications'"): (
        "names of those who may sign at the office that reviews an application, for whoever reviews it there: accounts "
        "may be kept by another office; the statement is bound to posts at that one office"
    ),
    ("people.queries", "platform", "TASK"): (
        "names of units and offices where posts are held, for an administrator who does not read the register; each "
        "statement is bound to the persons asked for, or to where its actor may give posts"
    ),
    ("people.public_views", "InvitationView.accept", "service.TASK"): (
        "nobody is signed in yet: the account is known by the name and the one-time code that were typed, and only "
        "it is changed"
    ),
    ("permits.queries", "own_account", "TASK"): "one's own account, by one's own id",
    ("permits.queries", "own_posts", "TASK"): (
        "one's own posts, by one's own id, and what was granted to the offices they are held at, wherever those lie"
    ),
    ("names.queries", "standings", "'names'"): (
        "how given names stand for a given unit: whoever files a site for it need not see its register; four words "
        "come out, no row"
    ),
    ("names.queries", "is_taken", "'names'"): (
        "a name is taken once in the whole country, whoever has it; yes or no comes out"
    ),
    ("names.tasks", "_platform", "NAME"): (
        "opens, keeps up to date and closes what is to be done about given names of a given unit, whose application "
        "the caller holds: people work these tasks only through ``report`` and ``drop``, which ask for their act"
    ),
    ("names.website_names", "help_for", "'names'"): (
        "the names and the place of the unit whose form is on the page, for whoever fills it in, also where he "
        "carries only its website (S8); nothing comes out that the form does not show"
    ),
    ("surveys.queries", "_desks_to_fill", "'survey tasks'"): (
        "names of the units whose sites a desk files: the statement starts from the actor's own scope over sites"
    ),
    ("surveys.register", "entry_for", "TASK"): (
        "a new sheet starts from the unit's entry and its supervisor's name, which may be another office's, after "
        "the unit or its site was found within the actor's scope"
    ),
    ("surveys.doubles", "_rows", "TASK"): (
        "whether a domain on the actor's sheet stands on another's or in the register, wherever that is: the name of the "
        "other unit comes out only where the actor sees its sheet, else nothing but that there is one"
    ),
    ("surveys.progress", "dates", "TASK"): (
        "dates of campaigns at, above and below an office whose figures are shared with the actor; places above lie "
        "in no one subtree"
    ),
    ("surveys.shown", "filing_rule", "'survey responsibility'"): (
        "by which rule a unit or sheet the actor sees is filed for: it rests on the supervisor and its desk, wherever they are; "
        "a rule comes out, no row"
    ),
    ("campaigns.receipts", "standing_of", "TASK"): (
        "what one's own units and offices have read and were urged to do, by their ids; the rows are the issuing "
        "offices', wherever those lie"
    ),
    ("operations.gauges", "Jobs.collect", "'metrics'"): (
        "how many jobs of which kind stand in which state, and for how long: counts come out, to whoever has the token"
    ),
    ("calendars.service", "_write", "TASK"): (
        "an arrangement is the platform's row: the act was required of the administrator just before"
    ),
    (
        "calendars.service",
        "_hold",
        "TASK",
    ): "reads one arrangement and locks the centre's row; nothing comes out",
    ("calendars.queries", "affected", "TASK"): (
        "every running clock that the calendar moves, for whoever keeps it: case numbers, offices and days come out"
    ),
    ("applications.colleagues", "of_office", "TASK"): (
        "names and posts of the people of one office, for a colleague who may hand a case on: accounts may be kept "
        "elsewhere than their posts are held; the statement is bound to the office of a case that the actor may do"
    ),
    ("letters.service", "subject_of", "TASK"): (
        "what a letter is about that was found within the actor's scope, by its own key; who may see what of it is asked "
        "after"
    ),
    ("applications.dossier", "rival", "_TASK"): (
        "whether another application for the same site is under way, whoever files it; its number or name comes out"
    ),
    ("applications.dossier", "ruling", "_TASK"): (
        "by which rule the unit of an application or draft the actor files is reviewed: it rests on offices and on the "
        "supervisor, wherever they are; a rule comes out, no row"
    ),
    ("applications.cases", "ancestors", "_TASK"): (
        "which case follows which, from cases the actor or the verb holds: numbers of rows come out"
    ),
    ("applications.cases", "badged_of_site", "_TASK"): (
        "whether a given site has a badge in force, whoever filed for it: its number comes out, and the case to a verb "
        "that was required on the site"
    ),
    ("applications.cases", "_under_way", "_TASK"): (
        "whether a name or domain is that of another application, wherever in the country: its number comes out only "
        "where the actor sees it, else nothing but that there is one"
    ),
    ("applications.cases", "_with_badge", "_TASK"): (
        "the same for websites with a badge: the case's number only where the actor sees it"
    ),
    ("badges.inforce", "BadgesInForce.numbers", "_TASK"): (
        "numbers of the badges in force of given applications; badge numbers are public"
    ),
    ("badges.inforce", "BadgesInForce.bearing", "_TASK"): (
        "which badges in force have a given name or host: name and hosts are public"
    ),
}
# What only commands run.
COMMANDS: dict[Place, str] = {
    ("campaigns.cli", "load", "'campaigns load'"): "an operator loads declared campaigns",
}
# Plugins that are commands altogether: they make data sets, and answer no request.
MAKERS = {"demo", "scale"}


def tasks(module: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Function, task and scope of every task of the platform's in a module; ``?`` where it cannot be told."""
    yield from _tasks(module, "")


def _tasks(node: ast.AST, inside: str) -> Iterator[tuple[str, str, str]]:
    for child in ast.iter_child_nodes(node):
        name = inside
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{inside}.{child.name}" if inside else child.name
        if isinstance(child, ast.Call):
            yield from ((inside, *found) for found in _task(child))
        yield from _tasks(child, name)


def _task(call: ast.Call) -> Iterator[tuple[str, str]]:
    called = ast.unparse(call.func).rpartition(".")[2]
    over = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    if called == "system":
        yield ast.unparse(call.args[0]) if call.args else "?", "?" if None in over else over.get("over", "")
    elif called in {"Actor", "replace"} and {"task", "over", None} & set(over):
        yield over.get("task", "?"), "?"


def whole(scope: str) -> bool:
    """Whether a scope as it is written is everything, or cannot be told."""
    return scope == "?" or scope.rpartition(".")[2] in WHOLE or scope.strip("'\"") == "0."


def _found(*, makers: bool) -> set[Place]:
    found = set()
    for name, module in modules("app/plugins/"):
        place = name.removeprefix("app.plugins.")
        if (place.partition(".")[0] in MAKERS) is makers:
            found |= {(place, where, task) for where, task, scope in tasks(module) if whole(scope)}
    return found


def test_every_task_over_everything_is_listed_with_its_reason() -> None:
    assert _found(makers=False) == {*REQUESTS, *COMMANDS}, "unknown tasks, or entries that are no longer true"
    assert all(len(reason) > 20 for reason in (*REQUESTS.values(), *COMMANDS.values()))


def test_what_makes_data_sets_answers_no_request() -> None:
    assert {place.partition(".")[0] for place, _where, _task in _found(makers=True)} == MAKERS
    for name, _module in modules("app/plugins/"):
        parts = name.removeprefix("app.plugins.").split(".")
        if parts[0] in MAKERS:
            assert not {"views", "api", "public_views"} & set(parts), name


@pytest.mark.parametrize(
    "code",
    [
        "access.system(TASK, over=access.EVERYWHERE)",
        "actors.system('x', over=EVERYWHERE)",
        "system('x', over='0.')",
        "access.system('x', over=paths.ROOT)",
        "access.system('x', **scope)",
        "Actor(None, 'x', (), task='x', over='0.')",
        "access.Actor(None, 'x', (), **everything)",
        "replace(actor, task='x', over=path)",
    ],
)
def test_a_task_over_everything_is_noticed(code: str) -> None:
    found = list(tasks(ast.parse(f"class A:\n def b(self):\n  with acting_as({code}): pass")))
    assert [(where, whole(scope)) for where, _task, scope in found] == [("A.b", True)]


@pytest.mark.parametrize(
    "code",
    [
        "access.system(TASK, over=application.review_path)",
        "access.system('nothing')",
        "Actor(person.id, person.display_name, (), username=person.username)",
        "text.replace('a', 'b')",
        "replace(post, grants=grants)",
    ],
)
def test_a_task_within_a_place_is_let_pass(code: str) -> None:
    assert not [scope for _where, _task, scope in tasks(ast.parse(code)) if whole(scope)]
