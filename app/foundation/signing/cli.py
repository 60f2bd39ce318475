"""``flask people unlock | reset-password | reset-factor | end-sessions``: what an operator does when nobody else can."""

from __future__ import annotations

import click
from sqlalchemy import select

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.signing import factors, locks, passwords, sessions
from app.foundation.tenancy.models import Person
from app.foundation.tenancy.people_cli import people_cli
from app.kernel.errors import Invalid, Refusal


def _operator(command: str) -> Actor:
    return access.system(f"flask people {command}", over=access.EVERYWHERE)


def _person(username: str) -> Person:
    person = db.session.scalar(select(Person).where(Person.username == username))
    if person is None:
        raise click.UsageError(f"没有账号 {username}。")
    return person


@people_cli.command("unlock")
@click.argument("username")
def unlock(username: str) -> None:
    """End the pause after too many wrong passwords."""
    with access.acting_as(_operator("unlock")) as actor, transaction():
        locks.unlock(_person(username), actor=actor)
    click.echo(f"已解除锁定：{username}")


@people_cli.command("reset-password")
@click.argument("username")
@click.password_option(help="新的密码；不给出则提示输入。本人下次登录时须修改")
def reset_password(username: str, password: str) -> None:
    """Set a password that has to be changed at the next sign-in."""
    try:
        with access.acting_as(_operator("reset-password")) as actor, transaction():
            passwords.set_password(_person(username), password, actor=actor, must_change=True)
    except Invalid as invalid:
        raise click.UsageError("\n".join(str(finding) for finding in invalid.findings)) from invalid
    click.echo(f"已重置密码：{username}。本人下次登录时须修改。")


@people_cli.command("reset-factor")
@click.argument("username")
def reset_factor(username: str) -> None:
    """Forget a lost authenticator."""
    try:
        with access.acting_as(_operator("reset-factor")) as actor, transaction():
            factors.reset(_person(username), actor=actor)
    except Refusal as refusal:
        raise click.UsageError(str(refusal)) from refusal
    click.echo(f"已重置两步验证：{username}")


@people_cli.command("end-sessions")
@click.argument("username")
def end_sessions(username: str) -> None:
    """Sign somebody out everywhere, tokens included."""
    with access.acting_as(_operator("end-sessions")) as actor, transaction():
        count = sessions.end_all(_person(username), by=actor.name, why="forced")
    click.echo(f"已结束 {username} 的会话 {count} 个。")
