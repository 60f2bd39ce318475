"""``flask backup create | verify | restore``."""

from __future__ import annotations

import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.foundation import access, audit, clock, health
from app.foundation.backup import checking, making, restoring
from app.foundation.backup.errors import BackupRefused
from app.foundation.backup.manifest import Manifest
from app.foundation.backup.progress import Progress
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.kernel import paths

backup_cli = AppGroup("backup", help="备份：制作、核验、恢复（数据库、上传的材料、库外链头；不含密钥）。")

_FILE = click.Path(path_type=Path)


@backup_cli.command("create")
@click.argument("target", required=False, type=_FILE)
@click.option("--allow-faults", is_flag=True, help="材料缺失等问题照现状备份，并记入清单。")
def create(target: Path | None, allow_faults: bool) -> None:
    """Write a backup to TARGET (a new file or a folder; by default instance/backups), while people work."""
    with _refusals():
        made = making.create(target, _progress(), allow_faults=allow_faults)
        for fault in made.manifest.faults:
            click.echo(f"注意：{fault}", err=True)
        click.echo(f"已备份：{made.path}（{_size(made.path)}）")
        click.echo(_summary(made.manifest))
        click.echo("密钥不在备份中，请另行妥善保存；并把备份复制到另一台机器。")
        if _is_current(made.manifest):
            _record(
                "backup.created", {"file": made.path.name, "rows": sum(made.manifest.holdings.rows.values())}
            )


@backup_cli.command("verify")
@click.argument("file", type=_FILE)
@click.option("--without-keys", is_flag=True, help="在没有备份时密钥的机器上核验：封签不核对。")
def verify(file: Path, without_keys: bool) -> None:
    """Read FILE through without restoring it; exit 1 and say what is wrong when it is not good."""
    with _refusals():
        with checking.room(file) as work:
            checked = checking.verify(file, work, _progress())
        click.echo(_summary(checked.manifest))
        for fault in checked.manifest.faults:
            click.echo(f"备份时已有的问题：{fault}", err=True)
        if checked.keys and not without_keys:
            raise BackupRefused(*checked.keys, "文件完整，但封签没有核对（--without-keys 表示不需要核对）。")
        click.echo("备份完整，封签未核对。" if checked.keys else "备份完整，封签相符，密钥相符。")


@backup_cli.command("restore")
@click.argument("file", type=_FILE)
@click.option(
    "--allow-faults", is_flag=True, help="恢复备份时已有问题的备份；核验不通过也保留，问题照样列出。"
)
def restore(file: Path, allow_faults: bool) -> None:
    """Restore FILE into an empty database and empty folders, and prove it; when it fails nothing remains."""
    with _refusals():
        found, faults = restoring.restore(file, _progress(), allow_faults=allow_faults)
        for fault in (*found.faults, *faults):
            click.echo(f"问题：{fault}", err=True)
        click.echo(f"已恢复：{_summary(found)}")
        proven = "行数、外键、结构版本、材料和操作记录均已核验。"
        click.echo("核验没有全部通过，请处理上列问题。" if faults else proven)
        if _is_current(found):
            _record(
                "backup.restored", {"created_at": found.created_at, "entries": found.holdings.audit_count}
            )
        else:
            click.echo("备份的结构版本较旧，请接着运行 flask db upgrade。")


def _is_current(found: Manifest) -> bool:
    return found.holdings.revision == ",".join(health.expected_revision())


def _summary(found: Manifest) -> str:
    held = found.holdings
    moment = clock.localise(datetime.fromisoformat(found.created_at))
    return (
        f"{moment:%Y-%m-%d %H:%M:%S}（北京时间），程序 {found.program}，{found.kind}，结构版本 {held.revision}；"
        f"{len(held.rows)} 张表 {sum(held.rows.values())} 行，材料 {found.uploads} 件，操作记录 {held.audit_count} 条。"
    )


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1_000_000:,.1f} MB" if size >= 1_000_000 else f"{size / 1000:.0f} KB"


def _progress() -> Progress:
    return Progress(lambda line: click.echo(line, err=True))


def _record(verb: str, after: dict[str, Any]) -> None:
    """Who copied everything, or put it back, is on the record of the root."""
    actor = access.system(f"flask {verb}", over=access.EVERYWHERE)
    with access.acting_as(actor), transaction() as session:
        root = session.scalar(select(Office).where(Office.path == paths.ROOT))
        if root is not None:
            audit.record(actor, verb, root, after=after)
    db.session.remove()


@contextmanager
def _refusals() -> Iterator[None]:
    """A refusal is printed and ends with 1; being told to end, the command cleans up first."""
    with _ending_orderly():
        try:
            yield
        except BackupRefused as refused:
            for line in refused.lines:
                click.echo(line, err=True)
            raise SystemExit(1) from refused
        except (OSError, sqlite3.Error, SQLAlchemyError) as error:
            said = getattr(error, "orig", None) or error
            click.echo(f"没有完成：{said}。请检查磁盘空间、目录权限和数据库连接。", err=True)
            raise SystemExit(1) from error


@contextmanager
def _ending_orderly() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: Any) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
