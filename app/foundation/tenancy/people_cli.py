"""``flask people add | appoint | end | disable | enable``: the first administrator, and what no office above can settle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.signing import passwords
from app.foundation.tenancy import people, people_posts
from app.foundation.tenancy.models import Office, Person, Post, Unit
from app.kernel.errors import Invalid, Refusal

people_cli = AppGroup("people", help="人员与岗位。")
_PLACE = (
    click.option("--office", "office_code", help="机构代码，例如 430700"),
    click.option("--unit", "account", help="单位账号（8位），用于经办人"),
    click.option("--document", default="", help="设立该岗位的依据文号"),
)
_reason = click.option("--reason", required=True, help="原因或者依据文号")


@contextmanager
def _operating(command: str) -> Iterator[Actor]:
    """One transaction in the platform's name; what is refused comes out as a line of text."""
    actor = access.system(f"flask people {command}", over=access.EVERYWHERE)
    try:
        with access.acting_as(actor), transaction():
            yield actor
    except Invalid as invalid:
        raise click.UsageError("\n".join(str(finding) for finding in invalid.findings)) from invalid
    except Refusal as refusal:
        raise click.UsageError(str(refusal)) from refusal


def _person(username: str) -> Person:
    person = db.session.scalar(select(Person).where(Person.username == username))
    if person is None:
        raise click.UsageError(f"没有账号 {username}。")
    return person


def _holder(office_code: str | None, account: str | None) -> tuple[Office | None, Unit | None]:
    office = db.session.scalar(select(Office).where(Office.code == office_code)) if office_code else None
    unit = db.session.scalar(select(Unit).where(Unit.account == account)) if account else None
    if (office is None) == (unit is None):
        raise click.UsageError(
            "须用 --office 或 --unit 给出一个已有的机构或单位（先执行 flask tenants sync）。"
        )
    return office, unit


def _named(office: Office | None, unit: Unit | None, role: str) -> str:
    holder = office.name if office else unit.name if unit else ""
    return f"{holder} · {access.policy().label('role', role)}"


def _placed(command: click.decorators.FC) -> click.decorators.FC:
    for option in reversed(_PLACE):
        command = option(command)
    return command


@people_cli.command("add")
@click.argument("username")
@click.argument("display_name")
@click.argument("role")
@_placed
@click.password_option(help="登录密码；不给出则提示输入。本人首次登录时须修改")
def add(
    username: str, display_name: str, role: str, office_code: str | None, account: str | None,
    document: str, password: str,
) -> None:  # fmt: skip
    """Create an account with one post."""
    with _operating("add") as actor:
        office, unit = _holder(office_code, account)
        found = passwords.check(password, SimpleNamespace(id=None, username=username, last_name=display_name))
        if found:
            raise Invalid(found)
        keeper = office or (
            db.session.scalar(select(Office).where(Office.path == unit.review_path)) if unit else None
        )
        person = people.add(username, display_name, password, actor=actor, office=keeper, must_change=True)
        people.appoint(person, role, actor=actor, office=office, unit=unit, document=document)
        said = _named(office, unit, role)
    click.echo(f"已建立账号 {username}：{said}")


@people_cli.command("appoint")
@click.argument("username")
@click.argument("role")
@_placed
def appoint(username: str, role: str, office_code: str | None, account: str | None, document: str) -> None:
    """Give a known person a further post."""
    with _operating("appoint") as actor:
        office, unit = _holder(office_code, account)
        people.appoint(_person(username), role, actor=actor, office=office, unit=unit, document=document)
        said = _named(office, unit, role)
    click.echo(f"已设置岗位 {username}：{said}")


@people_cli.command("end")
@click.argument("username")
@click.argument("role")
@click.option("--office", "office_code", required=True, help="机构代码，例如 000000")
@_reason
def end(username: str, role: str, office_code: str, reason: str) -> None:
    """End a person's post at an office at once."""
    with _operating("end") as actor:
        office, _unit = _holder(office_code, None)
        person = _person(username)
        known = {seat.post_id for seat in people.seats_of(person.id)}
        query = select(Post).where(
            Post.id.in_(known), Post.role == role, Post.office_id == (office.id if office else None)
        )
        posts = list(db.session.scalars(query))
        if not posts:
            raise click.UsageError(f"{username} 在该机构没有这个岗位。")
        for post in posts:
            people_posts.end(post, actor=actor, because=reason)
        said = _named(office, None, role)
    click.echo(f"已终止岗位 {username}：{said}")


@people_cli.command("disable")
@click.argument("username")
@_reason
def disable(username: str, reason: str) -> None:
    """Close an account; its posts stay."""
    with _operating("disable") as actor:
        people_posts.disable(_person(username), actor=actor, because=reason)
    click.echo(f"已停用账号：{username}")


@people_cli.command("enable")
@click.argument("username")
@_reason
def enable(username: str, reason: str) -> None:
    """Open an account that was disabled."""
    with _operating("enable") as actor:
        people_posts.enable(_person(username), actor=actor, because=reason)
    click.echo(f"已恢复启用：{username}")
