"""The catalogue is read strictly: a wrong word stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.foundation.strict_yaml import ShapeError
from app.plugins.badges.catalogue import load

FILE = Path(__file__).resolve().parents[3] / "policies" / "badges.yaml"


def test_the_six_grounds_of_article_19_are_coded_in_order() -> None:
    found = load(FILE)
    assert list(found.revocation) == ["1", "2", "3", "4", "5", "6"]
    assert [ground.source for ground in found.revocation.values()] == [
        f"办法第十九条第{n}项" for n in "一二三四五六"
    ]
    assert found.suspension and found.channels


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('  "6": {', '  "7": {'),
        ('  "6": {', '  "5": {'),
        ("label: 网站名称变更与注销, ", ""),
        ("label: 网站名称变更与注销", "label: 网站名称变更与注销, extra: x"),
        ("suspension:", "suspensions:"),
        ("channels:", "channel:"),
        ("label: 未按要求定期报告", "label: 3"),
    ],
)
def test_anything_unknown_or_missing_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    (tmp_path / "badges.yaml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ShapeError):
        load(tmp_path / "badges.yaml")
