"""``flask campaigns load``."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.foundation import access
from app.foundation.admin.filters import words
from app.foundation.database import transaction
from app.foundation.strict_yaml import ShapeError
from app.kernel.errors import Refusal
from app.plugins.campaigns import declared, service

DONE = {service.ISSUED: "已印发", service.AMENDED: "已更新", service.UNCHANGED: "没有变化"}

campaigns_cli = AppGroup("campaigns", help="工作安排与时限：装入。")


@campaigns_cli.command("load")
@click.argument("offices", nargs=-1)
def load(offices: tuple[str, ...]) -> None:
    """Issue every campaign declared under tenants/ in its office's name; a second run changes nothing.

    OFFICES: codes; only the campaigns of these offices.
    """
    actor = access.system("campaigns load", over=access.EVERYWHERE)
    try:
        found = declared.find(Path(current_app.config["TENANTS_DIR"]))
        with access.acting_as(actor), transaction():
            wanted = [one for one in found if not offices or one.office in offices]
            done = [service.issue(one, actor=actor) for one in wanted]
    except ShapeError as error:
        raise click.ClickException(str(error)) from error
    except Refusal as refusal:
        raise click.ClickException(words(refusal)) from refusal
    for campaign, what in done:
        click.echo(f"{DONE[what]}：{campaign.document}")
    if not done:
        click.echo("tenants/ 中没有工作安排。")
