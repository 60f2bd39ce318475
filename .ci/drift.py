"""Do the migrations make exactly the tables that the models describe? Tried on an empty SQLite database.

(The tests try it on PostgreSQL too; `flask db-drift` asks a real database.)
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import flask_migrate  # noqa: E402  (the repository is not installed: its root is put on the path first)

from app import create_app  # noqa: E402
from app.foundation import drift  # noqa: E402
from app.foundation.database import db  # noqa: E402


def main() -> None:
    """Print every difference; exit 1 when there is one."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BIANBAN_INSTANCE"] = folder
        for name in ("DATABASE_URL", "BIANBAN_ENV"):
            os.environ.pop(name, None)
        app = create_app()
        with app.app_context():
            flask_migrate.upgrade()
            found = drift.differences(db.engine, db.metadata)
            db.engine.dispose()
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        sys.exit(f"{len(found)} differences between migrations and models (flask db migrate -m …)")
    print("migrations and models agree")


if __name__ == "__main__":
    main()
