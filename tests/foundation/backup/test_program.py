"""An archive says which program made it, read from files alone: version, and the commit where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.foundation.backup import program

COMMIT = "8c1be15" + "0" * 33


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    return tmp_path


def git(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def test_without_a_repository_the_version_alone(root: Path) -> None:
    assert program.revision(root) == "1.2.3"
    assert program.revision(root / "nowhere") == "?"


def test_a_branch_loose_or_packed_and_a_commit_by_itself(root: Path) -> None:
    expected = f"1.2.3 ({COMMIT[:12]})"
    git(root / ".git", HEAD="ref: refs/heads/main\n", refs__heads__main=f"{COMMIT}\n")
    assert program.revision(root) == expected
    (root / ".git/refs/heads/main").unlink()
    (root / ".git/packed-refs").write_text(f"# pack-refs\n{COMMIT} refs/heads/main\n")
    assert program.revision(root) == expected
    (root / ".git/HEAD").write_text(f"{COMMIT}\n")
    assert program.revision(root) == expected
    (root / ".git/HEAD").write_text("something else\n")
    assert program.revision(root) == "1.2.3"


def test_a_worktree(root: Path) -> None:
    shared = git(root / "shared", refs__heads__wip=COMMIT)
    git(shared / "worktrees/one", HEAD="ref: refs/heads/wip\n", commondir="../..\n")
    (root / ".git").write_text(f"gitdir: {shared / 'worktrees/one'}\n")
    assert program.revision(root) == f"1.2.3 ({COMMIT[:12]})"
