"""``flask demo load|accounts``."""

from __future__ import annotations

import unicodedata

import click
from flask.cli import AppGroup

from app.kernel.errors import Refusal
from app.plugins.demo import staff, story

demo_cli = AppGroup("demo", help="演示数据：装入和列出账号。")


@demo_cli.command("load")
@click.option("--eve", is_flag=True, help="只装入通知印发之前的数据，时钟停在印发当天。")
def load(eve: bool) -> None:
    """Load the demo once; a second run changes nothing."""
    try:
        if story.loaded():
            click.echo("演示数据已经装入，未作改动。")
            return
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    for line in story.load(eve=eve):
        click.echo(line)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


@demo_cli.command("accounts")
@click.option("--table", is_flag=True, help="按列对齐，便于阅读。")
def accounts(table: bool) -> None:
    """Print username, password, roles and office, tab-separated."""
    try:
        found = staff.accounts()
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    lines = [(one.username, one.password, one.roles, one.office) for one in found]
    if not table:
        for line in lines:
            click.echo("\t".join(line))
        return
    lines.insert(0, ("用户名", "密码", "岗位", "机构或单位"))
    widths = [max(_width(line[column]) for line in lines) for column in range(4)]
    for line in lines:
        cells = (text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
