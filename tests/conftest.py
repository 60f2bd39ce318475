"""What every test may ask for; the fixtures themselves stand in ``tests/services``."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.services import needs
from tests.services.environment import prepare_environment

pytest_plugins = (
    "tests.services.postgres",
    "tests.services.redis",
    "tests.services.browser",
    "tests.services.instance",
    "tests.services.live",
)

# Keys that commands and apps without settings of their own would otherwise make in the repository.
_scratch = Path(tempfile.mkdtemp(prefix="bianban-tests-"))
prepare_environment(_scratch / "instance")
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)

MARKED = {"postgres": "postgres", "redis_server": "redis", "chromium": "browser"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses a server or the browser carries that mark, so that ``-m`` finds it."""
    for item in items:
        for fixture, mark in MARKED.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test is a failed one where skipping is forbidden."""
    report = yield
    needs.forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that skips itself."""
    report = yield
    needs.forbid_skip(report)
    return report


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_scratch, ignore_errors=True)
