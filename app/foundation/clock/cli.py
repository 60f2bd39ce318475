"""``flask drill show|move|off``."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from app.foundation.clock import service
from app.foundation.database import transaction

drill_cli = AppGroup("drill", help="演练时钟：让演示和培训停在指定时刻。")


@drill_cli.command("show")
def show() -> None:
    """Print where business time stands."""
    moment = service.drill()
    if moment is None:
        click.echo("演练时钟未启用，按实际时间运行。")
    else:
        click.echo(service.localise(moment).isoformat(timespec="minutes"))


@drill_cli.command("move")
@click.argument("moment")
def move(moment: str) -> None:
    """Let business time stand at MOMENT, e.g. 2014-11-24T09:00+08:00."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError as error:
        raise click.BadParameter("应为 ISO 8601 时刻，例如 2014-11-24T09:00+08:00") from error
    with transaction():
        service.move(parsed if parsed.tzinfo else parsed.replace(tzinfo=service.SHANGHAI))
    click.echo(service.localise(service.now()).isoformat(timespec="minutes"))


@drill_cli.command("off")
def off() -> None:
    """Return to real time."""
    with transaction():
        service.stop()
    click.echo("演练时钟已关闭。")
