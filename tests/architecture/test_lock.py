"""requirements.lock: every version pinned, everything that is installed and needed in it."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution, distributions, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOT

DEVELOPMENT = "# development"
TOOLS = {"pip", "setuptools", "wheel", "bianban"}


def _lines() -> list[str]:
    return (ROOT / "requirements.lock").read_text("utf-8").splitlines()


def _pinned() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _lines():
        if not line.startswith("#"):
            match = re.fullmatch(r"([a-z0-9.-]+)==([A-Za-z0-9.!+]+)", line)
            assert match, f"not a plain pin: {line}"
            found[canonicalize_name(match[1])] = match[2]
    return found


def test_the_lock_is_what_is_installed() -> None:
    different = {}
    for name, wanted in _pinned().items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "missing"
        if installed != wanted:
            different[name] = f"{installed}, lock {wanted}"
    assert different == {}


def test_nothing_is_installed_that_the_lock_does_not_name() -> None:
    here = {canonicalize_name(found.metadata["Name"]) for found in distributions()}
    assert here - _pinned().keys() - TOOLS == set()


def test_the_first_section_is_enough_to_run() -> None:
    """Everything a runtime package requires stands in the runtime section: `make run` installs no more."""
    lines = _lines()
    runtime = {
        canonicalize_name(line.partition("==")[0])
        for line in lines[: lines.index(DEVELOPMENT)]
        if not line.startswith("#")
    }
    missing = set()
    for name in runtime:
        for text in distribution(name).requires or ():
            needed = Requirement(text)
            applies = needed.marker is None or needed.marker.evaluate({"extra": ""})
            if applies and canonicalize_name(needed.name) not in runtime | TOOLS:
                missing.add(f"{name} requires {needed.name}")
    assert missing == set()
