"""Which program this is: its version and, where the repository is there, its commit."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}\Z")


def revision(root: Path) -> str:
    """``0.1.0 (8c1be15…)``; only what can be found out by reading files."""
    try:
        with (root / "pyproject.toml").open("rb") as handle:
            version = str(tomllib.load(handle)["project"]["version"])
    except (OSError, ValueError, KeyError):
        version = "?"
    commit = _commit(root)
    return f"{version} ({commit[:12]})" if commit else version


def _commit(root: Path) -> str:
    try:
        git = root / ".git"
        if git.is_file():  # a worktree: the file says where its folder is
            git = (root / git.read_text("utf-8").removeprefix("gitdir:").strip()).resolve()
        head = (git / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref: "):
            return head if _COMMIT.match(head) else ""
        return _ref(git, head.removeprefix("ref: "))
    except (OSError, UnicodeError):
        return ""


def _ref(git: Path, name: str) -> str:
    common = git / "commondir"
    shared = (git / common.read_text("utf-8").strip()).resolve() if common.is_file() else git
    loose = shared / name
    if loose.is_file():
        found = loose.read_text("utf-8").strip()
        return found if _COMMIT.match(found) else ""
    for line in (shared / "packed-refs").read_text("utf-8").splitlines():
        commit, _, packed = line.partition(" ")
        if packed == name and _COMMIT.match(commit):
            return commit
    return ""
