"""What a test needs from the machine: when it is not there the test is skipped, saying what to install."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
from typing import NoReturn

import pytest

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
_PR_SET_PDEATHSIG = 1


def missing(what: str, packages: str) -> NoReturn:
    """Skip for want of ``what``, or fail where skipping is forbidden (REQUIRE_ALL=1)."""
    message = f"{what} is not installed: apt-get install {packages}"
    if REQUIRE_ALL:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure where skipping is forbidden."""
    if REQUIRE_ALL and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1 forbids skipping: {reason}"


def free_port() -> int:
    """A TCP port on the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def end_with_parent(how: signal.Signals = signal.SIGTERM) -> None:
    """In a child before exec: get ``how`` when the test session dies, however it dies (Linux)."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how)
    except (AttributeError, OSError):  # another system: the fixture's own clean-up has to do
        return
