"""``policies/notices.yaml`` is read strictly: what is wrong stops the start and is named."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from app.config import ROOT
from app.foundation.access.policy import load as load_policy
from app.foundation.notices.catalogue import Catalogue, catalogue, load
from app.foundation.strict_yaml import ShapeError

POLICIES = ROOT / "policies"
RULES = load_policy(POLICIES)


def changed(folder: Path, change: Any) -> Catalogue:
    """The file with something else in it."""
    shutil.copytree(POLICIES, folder, dirs_exist_ok=True)
    path = folder / "notices.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    change(data)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return load(folder, RULES)


def event(data: Any) -> Any:
    return data["events"]["application.returned"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: event(data).update(text="{whoever}"), "没有变量"),
        (lambda data: event(data).update(sms="{site"), "花括号"),
        (lambda data: event(data).update(channels=["pigeon"]), "unknown channel"),
        (lambda data: event(data).update(channels=["inbox", "email"]), "sms has words"),
        (lambda data: event(data).pop("sms"), "sms has words"),
        (lambda data: event(data).update(variables=["nothing"]), "nothing are not declared"),
        (lambda data: event(data).update(reads="user.fly"), "user.fly"),
        (lambda data: event(data).update(loud=True), "unknown key loud"),
        (lambda data: event(data).pop("subject"), "subject is missing"),
        (lambda data: event(data).update(secret=True), "secret does not go to an inbox"),
        (
            lambda data: data["variables"].update(idle={"label": "x", "example": "y"}),
            "idle stands in no event",
        ),
        (lambda data: data["ladders"].update(paper=[1, 3]), "falling numbers"),
        (lambda data: data["quiet_hours"].update({"from": "9"}), "times of day"),
        (lambda data: data.update(more=1), "unknown key more"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: Any, said: str) -> None:
    with pytest.raises(ShapeError, match=said):
        changed(tmp_path, change)


def test_an_undeclared_event_is_not_told(app: Flask) -> None:
    with pytest.raises(LookupError, match=r"application\.eaten"):
        catalogue().event("application.eaten")


def told_in_code() -> set[str]:
    """Every text in the code that looks like the key of an event and stands where one is told."""
    found = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in RULES_EVENTS:
                found.add(node.value)
    return found


RULES_EVENTS = set(load(POLICIES, RULES).events)


def test_every_declared_event_is_told_somewhere() -> None:
    assert told_in_code() == RULES_EVENTS


def test_examples_fill_every_event(app: Flask) -> None:
    from app.foundation.notices import owns

    for one in catalogue().events.values():
        shown = owns.preview(one, owns.Draft())
        assert shown.subject
        assert "{" not in shown.subject + shown.text + shown.sms + shown.inbox
