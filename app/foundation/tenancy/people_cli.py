"""``flask people add``: the first real administrator."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Office, Unit
from app.kernel.errors import Refusal

people_cli = AppGroup("people", help="人员与岗位。")


@people_cli.command("add")
@click.argument("username")
@click.argument("display_name")
@click.argument("role")
@click.option("--office", "office_code", help="机构代码，例如 430700")
@click.option("--unit", "account", help="单位账号（8位），用于经办人")
@click.option("--document", default="", help="设立该岗位的依据文号")
@click.password_option(help="登录密码；不给出则提示输入")
def add(
    username: str, display_name: str, role: str, office_code: str | None, account: str | None,
    document: str, password: str,
) -> None:  # fmt: skip
    """Create an account with one post."""
    actor = access.system("flask people add", over=access.EVERYWHERE)
    with access.acting_as(actor):
        office = db.session.scalar(select(Office).where(Office.code == office_code)) if office_code else None
        unit = db.session.scalar(select(Unit).where(Unit.account == account)) if account else None
        if (office is None) == (unit is None):
            raise click.UsageError(
                "须用 --office 或 --unit 给出一个已有的机构或单位（先执行 flask tenants sync）。"
            )
        holder = office.name if office else unit.name if unit else ""
        try:
            with transaction():
                keeper = office or (
                    db.session.scalar(select(Office).where(Office.path == unit.review_path)) if unit else None
                )
                person = people.add(
                    username, display_name, password, actor=actor, office=keeper, must_change=True
                )
                people.appoint(person, role, actor=actor, office=office, unit=unit, document=document)
        except Refusal as refusal:
            raise click.UsageError(str(refusal)) from refusal
    click.echo(f"已建立账号 {username}：{holder} · {access.policy().label('role', role)}")
