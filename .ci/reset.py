"""`make run RESET=1`: remove the demo instance, and only ever a demo instance on SQLite.

Runs before anything is installed, so it needs nothing but Python. An instance is a demo when every account in it
was made by the demo; one real account, another database or production, and nothing is touched.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "bianban.sqlite3"
# What an instance consists of; anything else in the folder is somebody else's and stays.
OURS = (
    DATABASE,
    f"{DATABASE}-wal",
    f"{DATABASE}-shm",
    f"{DATABASE}-upgrade.lock",
    "uploads",
    "audit.head",
    "secrets.json",
    "demo-password",
    "prepared",
)


def refusal(instance: Path) -> str | None:
    """Why this instance must not be removed, or None."""
    if os.environ.get("BIANBAN_ENV", "development") != "development":
        return "BIANBAN_ENV 不是演示环境。 BIANBAN_ENV says this is no demo."
    if os.environ.get("DATABASE_URL"):
        return "已设置 DATABASE_URL。 DATABASE_URL is set: only the SQLite file in instance/ is ever removed."
    if os.environ.get("BIANBAN_UPLOADS"):
        return "已设置 BIANBAN_UPLOADS。 BIANBAN_UPLOADS is set: materials elsewhere are never removed."
    database = instance / DATABASE
    if not database.exists():
        return None
    try:
        return _real_accounts(database)
    except sqlite3.Error as error:
        return f"无法读取 {DATABASE}（{error}），请人工核对。 {DATABASE} cannot be read: look at it yourself."


def _real_accounts(database: Path) -> str | None:
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    try:
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ab_user'").fetchone()[0]
        if not tables:
            return None
        real = connection.execute("SELECT count(*) FROM ab_user WHERE demo IS NOT 1").fetchone()[0]
    finally:
        connection.close()
    if real:
        return f"库中有 {real} 个非演示账号。 The database holds {real} accounts that are not the demo's."
    return None


def main() -> None:
    """Remove it, or say why not and exit 1."""
    instance = Path(os.environ.get("BIANBAN_INSTANCE") or ROOT / "instance")
    reason = refusal(instance)
    if reason is not None:
        sys.exit(f"RESET=1 未执行：{reason}")
    for name in OURS:
        path = instance / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    print("演示实例已清空。 The demo instance has been removed.")


if __name__ == "__main__":
    main()
