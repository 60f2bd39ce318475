"""Settings that every test runs under, in place before anything of the application reads its own."""

from __future__ import annotations

import base64
import os
from pathlib import Path

DEMO_PASSWORD = "demo-password-of-the-tests"
ENVIRONMENT = {
    "BIANBAN_ENV": "testing",
    "BIANBAN_SECRET_KEY": "tests-only-" + "s" * 40,
    "BIANBAN_DATA_KEYS": base64.urlsafe_b64encode(b"tests-only-data-key".ljust(32, b"d")).decode(),
    "BIANBAN_AUDIT_KEY": "tests-only-" + "a" * 40,
    "DEMO_PASSWORD": DEMO_PASSWORD,
}


def prepare_environment(instance: Path) -> None:
    """Before anything reads the settings: no key, database or folder of the machine's own is touched."""
    for name in ("DATABASE_URL", "REDIS_URL", "DRILL_CLOCK", "BIANBAN_UPLOADS", "BIANBAN_HTTPS"):
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT, BIANBAN_INSTANCE=str(instance))
