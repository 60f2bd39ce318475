"""Delete or alter any one line of policies/policy.csv: a behaviour test in tests/policies must fail.

Prints what survived and exits 1; a minute on one core. `--step N` tries every N-th mutant only.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.foundation.database import db  # noqa: E402  (the repository is not installed: its root comes first)
from tests.policies import mutation  # noqa: E402
from tests.policies.behaviour import Ground, read  # noqa: E402
from tests.policies.conftest import running  # noqa: E402
from tests.policies.world import build  # noqa: E402
from tests.services.environment import prepare_environment  # noqa: E402


def main() -> int:
    """Exit status: 0 when every mutant was caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=1)
    step = parser.parse_args().step
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        prepare_environment(folder / "instance")
        started = time.monotonic()
        for app in running(folder):
            ground = Ground(build(), read())
            outcome = mutation.run(app, ground, folder, step=step)
            db.session.rollback()
    for mutant in outcome.survived:
        print(f"SURVIVED {mutant}")
    print(
        f"policy mutation: {outcome.caught} caught by behaviour tests, {len(outcome.refused)} refused by the strict "
        f"loader (tests/policies/test_loading.py), {len(outcome.survived)} survived; "
        f"{time.monotonic() - started:.0f} s"
    )
    return 1 if outcome.survived else 0


if __name__ == "__main__":
    sys.exit(main())
