"""``flask access explain``: why somebody may or may not."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Unit

access_cli = AppGroup("access", help="权限：判定与说明。")


@access_cli.command("explain")
@click.argument("username")
@click.argument("obj", metavar="OBJECT")
@click.argument("act", metavar="ACTION")
@click.option("--unit", "account", help="单位账号（8位）")
@click.option("--office", "office_code", help="机构代码（用于工作安排、汇总等本机构事项）")
def explain(username: str, obj: str, act: str, account: str | None, office_code: str | None) -> None:
    """Print allow or deny, then the deciding lines; exit 0 or 1."""
    if not access.policy().knows(obj, act):
        raise click.UsageError(f"没有“{obj} {act}”这一权限项，见 policies/acts.yaml")
    try:
        actor = access.actor_for(username)
    except LookupError as error:
        raise click.UsageError(f"没有名为 {username} 的有效账号") from error
    resource: Unit | Office | None = None
    with access.acting_as(access.system("access explain", over=access.EVERYWHERE)):
        if account:
            resource = db.session.scalar(select(Unit).where(Unit.account == account))
            if resource is None:
                raise click.UsageError(f"没有账号为 {account} 的单位")
        elif office_code:
            resource = db.session.scalar(select(Office).where(Office.code == office_code))
            if resource is None:
                raise click.UsageError(f"没有代码为 {office_code} 的机构")
        answer = access.explain(actor, obj, act, resource)
    click.echo("allow" if answer.allowed else "deny")
    for line in answer.lines:
        click.echo(line)
    raise SystemExit(0 if answer.allowed else 1)


@access_cli.command("table")
def table() -> None:
    """Print the compiled policy: held role, object, act, relations (the golden file of the tests)."""
    for (role, obj, act), lines in sorted(access.policy().table.items()):
        click.echo(f"{role}\t{obj}\t{act}\t{' '.join(sorted({line.relation for line in lines}))}")
