"""``flask tenants sync``: offices from ``tenants/`` into the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.foundation.database import transaction
from app.foundation.tenancy import sync
from app.foundation.tenancy.declared.sources import TenantsInvalid
from app.foundation.tenancy.differences import Changes

tenants_cli = AppGroup("tenants", help="机构数据：由 tenants/ 同步到数据库。")


@tenants_cli.command("sync")
@click.option("--check", is_flag=True, help="只核对并说明将有哪些变动，不写入。")
def sync_command(check: bool) -> None:
    """Bring the offices in line with the files; exit 1 and change nothing when the files do not hold."""
    root = Path(current_app.config["TENANTS_DIR"])
    try:
        if check:
            changes = sync.check(root)
        else:
            with transaction():
                changes = sync.run(root)
    except TenantsInvalid as invalid:
        click.echo(str(invalid), err=True)
        raise SystemExit(1) from invalid
    click.echo("仅核对，未写入。" if check else "已同步。")
    for line in describe(changes):
        click.echo(line)


def describe(changes: Changes) -> Iterator[str]:
    """The counts, and by name what an administrator should look at."""
    yield f"读取 {len(changes.folders)} 个目录，机构和科室共 {changes.offices} 个。"
    yield (
        f"机构：新增 {len(changes.created)} 个，变更 {len(changes.changed)} 个，停用 {len(changes.vanished)} 个。"
    )
    yield (
        f"联系方式：新增 {len(changes.contacts_created)} 条，变更 {len(changes.contacts_changed)} 条，"
        f"删除 {len(changes.contacts_removed)} 条。"
    )
    yield f"授权：新增 {len(changes.grants_created)} 条，变更 {len(changes.grants_changed)} 条。"
    if changes.reassigned:
        yield f"重新确定审核机关或填报科室的单位：{changes.reassigned} 家。"
    for change in changes.changed:
        fields = "、".join(sorted(change.after))
        yield f"变更：{change.plan.code} {change.plan.name}（{fields}）"
    for office in changes.vanished:
        yield f"停用：{office.code} {office.name}（数据中已不再列出）"
    for line in changes.stranded:
        yield f"需处理：{line}"
