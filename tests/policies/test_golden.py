"""The compiled table as a golden file: a changed policy line cannot pass unseen.

To accept an intended change: ``flask access table > tests/policies/compiled.txt`` and read the diff.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask

GOLDEN = Path(__file__).parent / "compiled.txt"


def test_the_compiled_table_is_the_golden_one(policy_app: Flask) -> None:
    printed = policy_app.test_cli_runner().invoke(args=["access", "table"]).output
    assert printed == GOLDEN.read_text("utf-8")


def test_each_line_shows_in_the_golden_file(policy_app: Flask) -> None:
    from app.foundation import access

    text = GOLDEN.read_text("utf-8")
    for line in access.policy().lines:
        assert f"{line.role}\t{line.obj}\t{line.act}\t" in text
        assert line.relation in text
