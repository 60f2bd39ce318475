"""``flask audit verify``."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from app.foundation.access.actors import UNGUARDED
from app.foundation.audit import service
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db

audit_cli = AppGroup("audit", help="操作记录：核验。")


@audit_cli.command("verify")
def verify() -> None:
    """Check every entry and both heads; exit 1 and name the entries when something is wrong."""
    faults = service.verify()
    for fault in faults:
        click.echo(fault)
    if faults:
        raise SystemExit(1)
    count = db.session.scalar(select(func.count()).select_from(AuditEntry), execution_options=UNGUARDED)
    click.echo(f"操作记录完整：共 {count} 条，链头相符。")
