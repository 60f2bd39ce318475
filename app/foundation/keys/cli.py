"""``flask keys``: a new key, how the encrypted fields stand, and moving them to the newest key."""

from __future__ import annotations

import click
from cryptography.fernet import Fernet
from flask import current_app
from flask.cli import AppGroup

from app.foundation import keys
from app.foundation.keys.service import BATCH, Standing, fingerprint

keys_cli = AppGroup("keys", help="加密字段的密钥（BIANBAN_DATA_KEYS，新的在前）：生成、核对、轮换。")


@keys_cli.command("new")
def new() -> None:
    """Print a key. Put it FIRST in BIANBAN_DATA_KEYS, restart, then run `flask keys rotate`."""
    click.echo(Fernet.generate_key().decode())


@keys_cli.command("check")
def check() -> None:
    """Count what each key holds; ends with 1 while an older key is needed or a value cannot be read."""
    found = keys.check()
    _report(found)
    if any(one.older or one.lost for one in found):
        raise SystemExit(1)


@keys_cli.command("rotate")
@click.option("--batch", default=BATCH, show_default=True, type=click.IntRange(1, 10_000), help="每批行数")
def rotate(batch: int) -> None:
    """Re-encrypt everything with the first key. May be broken off and run again; others may work meanwhile."""
    found = keys.rotate(batch)
    _report(found)
    lost = sum(one.lost for one in found)
    if lost:
        raise click.ClickException(f"有 {lost} 个值无法用 BIANBAN_DATA_KEYS 中的任何密钥解开")
    click.echo("`flask keys check` 通过后，可以从 BIANBAN_DATA_KEYS 中去掉旧密钥。")


def _report(found: list[Standing]) -> None:
    held = current_app.config["DATA_KEYS"]
    click.echo(f"现用密钥 {fingerprint(held[0])}，另有旧密钥 {len(held) - 1} 个")
    for one in found:
        click.echo(f"{one.column}：现用密钥 {one.current}，旧密钥 {one.older}，无法解开 {one.lost}")
