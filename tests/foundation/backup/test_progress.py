"""Whoever waits for more than two seconds is told how far it is; whoever does not is left in peace."""

from __future__ import annotations

from app.foundation.backup.progress import Progress


def test_a_line_every_two_seconds_and_none_before() -> None:
    said: list[str] = []
    now = [0.0]
    progress = Progress(said.append, clock=lambda: now[0])
    for now[0] in (0.1, 1.9, 2.0, 2.1, 3.9, 4.1):
        progress.note("写入材料", int(now[0] * 10), 41)
    progress.note("没有总数", 7)
    now[0] = 9
    progress.note("没有总数", 7000)
    assert said == ["写入材料 … 20 / 41（48%）", "写入材料 … 41 / 41（100%）", "没有总数 … 7,000"]
