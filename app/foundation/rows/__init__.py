"""The third lock: PostgreSQL itself shows and takes only rows within the reach of whoever acts (row-level security)."""

from app.foundation.rows.lock import UnsafeRole, init_app
from app.foundation.rows.tables import unguarded_tables

__all__ = ["UnsafeRole", "init_app", "unguarded_tables"]
