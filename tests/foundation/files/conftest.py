"""A small country with somebody to hand files in and somebody who must not see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.foundation import access
from tests.policies.world import World, build

PDF = b"%PDF-1.4\n" + "盖章".encode() * 20


@pytest.fixture
def world(app: Flask) -> World:
    return build()


@pytest.fixture
def uploads(app: Flask) -> Path:
    return Path(app.config["UPLOADS_DIR"])


@pytest.fixture
def as_system() -> Iterator[None]:
    with access.acting_as(access.system("tests", over="0.")):
        yield


def stored_paths(uploads: Path) -> list[Path]:
    """Every file that lies in the uploads folder."""
    return sorted(path for path in uploads.rglob("*") if path.is_file())
