"""`make run RESET=1` removes a demo on SQLite, and nothing else, ever."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "bianban.sqlite3"


def reset(instance: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "BIANBAN_ENV"}
    return subprocess.run(
        [sys.executable, ROOT / ".ci" / "reset.py"],
        env={**kept, "BIANBAN_INSTANCE": str(instance), **environment},
        capture_output=True,
        text=True,
    )


def database(instance: Path, *accounts: tuple[str, int | None]) -> Path:
    """A database with these accounts: name, and whether the demo made it."""
    path = instance / DATABASE
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE ab_user (username TEXT, demo BOOLEAN)")
    connection.executemany("INSERT INTO ab_user VALUES (?, ?)", accounts)
    connection.commit()
    connection.close()
    return path


def test_a_demo_is_removed_with_everything_of_it_and_nothing_beside_it(tmp_path: Path) -> None:
    database(tmp_path, ("changde.clerk", 1), ("unit.changde", 1))
    (tmp_path / "uploads" / "ab").mkdir(parents=True)
    (tmp_path / "uploads" / "ab" / "scan").write_bytes(b"%PDF-")
    for name in ("audit.head", "secrets.json", "demo-password", "prepared", f"{DATABASE}-upgrade.lock"):
        (tmp_path / name).write_text("x")
    (tmp_path / "notes.txt").write_text("somebody's own")
    answer = reset(tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("demo", [0, None])
def test_one_real_account_and_nothing_is_touched(tmp_path: Path, demo: int | None) -> None:
    kept = database(tmp_path, ("changde.clerk", 1), ("wang", demo))
    before = kept.read_bytes()
    answer = reset(tmp_path)
    assert answer.returncode == 1
    assert "1 个非演示账号" in answer.stderr
    assert kept.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BIANBAN_ENV", "production"),
        ("DATABASE_URL", "postgresql://somewhere/else"),
        ("DATABASE_URL", "sqlite:///elsewhere.sqlite3"),
        ("BIANBAN_UPLOADS", "elsewhere"),
    ],
)
def test_anything_but_the_plain_demo_is_refused(tmp_path: Path, name: str, value: str) -> None:
    kept = database(tmp_path, ("changde.clerk", 1))
    answer = reset(tmp_path, **{name: value})
    assert answer.returncode == 1
    assert name in answer.stderr
    assert kept.exists()


def test_a_file_that_is_no_database_is_left_to_a_person(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"this is no database, perhaps it can still be saved" * 40)
    answer = reset(tmp_path)
    assert answer.returncode == 1
    assert (tmp_path / DATABASE).exists()


def test_an_instance_whose_first_start_failed_may_go(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / DATABASE).close()
    (tmp_path / "secrets.json").write_text("{}")
    assert reset(tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_nothing_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert reset(tmp_path / "absent").returncode == 0
