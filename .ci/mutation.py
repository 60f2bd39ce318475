"""Delete or alter any one line of policies/policy.csv or conflicts.csv: a behaviour test in tests/policies must fail.

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
from tests.policies import duty_table, mutation  # noqa: E402
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
            outcomes = {
                "policy.csv": mutation.run(app, ground, folder, step=step),
                "conflicts.csv": mutation.run_duties(app, duty_table.read(), folder, step=step),
            }
            db.session.rollback()
    for name, outcome in outcomes.items():
        for mutant in outcome.survived:
            print(f"SURVIVED {mutant}")
        print(
            f"{name}: {outcome.caught} mutants caught by behaviour tests, {len(outcome.refused)} refused by the strict "
            f"loaders (tests/policies/test_loading.py, tests/foundation/access/test_duties.py), "
            f"{len(outcome.survived)} survived"
        )
    print(f"policy mutation: {time.monotonic() - started:.0f} s")
    return 1 if any(outcome.survived for outcome in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
