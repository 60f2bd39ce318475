"""``flask tenants sync``: offices from ``tenants/`` into the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.tenancy import moves, sync
from app.foundation.tenancy.declared.sources import TenantsInvalid
from app.foundation.tenancy.differences import Changes
from app.foundation.tenancy.models import Office
from app.kernel.errors import Refusal

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


@tenants_cli.command("move")
@click.argument("code")
@click.argument("new_parent")
@click.option("--document", required=True, help="调整隶属关系所依据的文件（名称或文号）。")
@click.option("--reason", default="", help="说明。")
@click.option("--division-code", help="调整后的行政区划代码（有变动时写明）。")
@click.option("--check", is_flag=True, help="只核对并列出将改写的数量，不写入。")
@click.option("--yes", is_flag=True, help="不再询问。")
def move_command(
    code: str, new_parent: str, document: str, reason: str, division_code: str | None, check: bool, yes: bool
) -> None:
    """Put office CODE with everything below it under NEW_PARENT; exit 1 and change nothing when it does not hold."""
    task = access.system(moves.TASK, over=access.EVERYWHERE)
    try:
        with access.acting_as(task):
            plan = moves.plan(_office(code), _office(new_parent), division_code=division_code)
            for line in foreseen(plan, moves.counts(plan)):
                click.echo(line)
            db.session.rollback()
            if check:
                click.echo("仅核对，未写入。")
                return
            if not yes:
                click.confirm("确认调整？", abort=True)
            with transaction():
                moved = moves.move(
                    _office(code), _office(new_parent), actor=task, reason=reason, document=document,
                    division_code=division_code,
                )  # fmt: skip
    except Refusal as refusal:
        click.echo(str(refusal), err=True)
        raise SystemExit(1) from refusal
    click.echo(f"已调整，改写 {sum(moved.rows.values())} 行，停止授权 {moved.stopped} 条。")
    click.echo("请同时修改 tenants/ 中的机构数据；否则下次 flask tenants sync 会按原数据改回。")


def _office(code: str) -> Office:
    found = db.session.scalar(select(Office).where(Office.code == code))
    if found is None:
        raise click.UsageError(f"没有代码为 {code} 的机构")
    return found


def foreseen(plan: moves.Plan, counts: Mapping[str, int]) -> Iterator[str]:
    """Where the office goes and how many rows go with it."""
    yield f"{plan.office.name}：由 {plan.old} 调整到 {plan.parent.name}之下，路径改为 {plan.new}"
    if plan.division_code != plan.office.division_code:
        yield f"行政区划代码：{plan.office.division_code} 改为 {plan.division_code}"
    yield f"共改写 {sum(counts.values())} 行："
    for table, number in sorted(counts.items()):
        yield f"  {table} {number}"


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
    if changes.grants_released:
        yield f"授权：数据中不再列出 {len(changes.grants_released)} 条，仍然有效，转由“授权与共享”办理终止。"
    if changes.reassigned:
        yield f"重新确定审核机关或填报科室的单位：{changes.reassigned} 家。"
    for change in changes.changed:
        fields = "、".join(sorted(change.after))
        yield f"变更：{change.plan.code} {change.plan.name}（{fields}）"
    for office in changes.vanished:
        yield f"停用：{office.code} {office.name}（数据中已不再列出）"
    for line in changes.stranded:
        yield f"需处理：{line}"
