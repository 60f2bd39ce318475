"""``policies/exports.yaml``: read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import ROOT
from app.foundation.strict_yaml import ShapeError
from app.plugins.operations import limits


def test_the_file_names_every_export_there_is() -> None:
    found = limits.load(ROOT / "policies")
    assert set(found.exports) == {"aggregate", "aggregate_versions", "sign_ins", "deeds", "letters", "survey_sheets"}
    assert found.open_at_once >= 1
    assert all(one.direct < one.most for one in found.exports.values())


@pytest.mark.parametrize(
    "text",
    [
        "open_at_once: 3\nexports: {a: {direct: 5, most: 4}}",
        "open_at_once: 3\nexports: {a: {direct: 5}}",
        "open_at_once: 0\nexports: {a: {direct: 5, most: 9}}",
        "open_at_once: 3\nexports: {a: {direct: 5, most: 9, more: 1}}",
        "open_at_once: 3\nexports: {a: {direct: 5, most: 9}}\nother: 1",
    ],
)
def test_anything_else_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / limits.FILE).write_text(text)
    with pytest.raises(ShapeError):
        limits.load(tmp_path)
