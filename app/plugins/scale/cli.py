"""``flask scale generate``."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click
from flask.cli import AppGroup

from app.kernel.errors import Refusal
from app.plugins.scale import national

scale_cli = AppGroup("scale", help="规模测试：在单独的空库里生成一套全国数据。")


def _bar(title: str, length: int) -> Callable[[int], None]:
    """A bar for people; nothing where the output is read by a program."""
    if not sys.stderr.isatty():
        return lambda _done: None
    bar = click.progressbar(length=max(length, 1), label=title, file=sys.stderr, width=30)
    bar.render_progress()

    def step(done: int) -> None:
        bar.update(done)
        if bar.finished:
            bar.render_finish()

    return step


@scale_cli.command("generate")
@click.option(
    "--units", type=click.IntRange(100, 1_000_000), default=33_334, show_default=True, help="单位数。"
)
@click.option("--seed", type=int, default=1, show_default=True, help="随机种子；同一种子得到同一套数据。")
def generate(units: int, seed: int) -> None:
    """Generate the data set; a second run with the same parameters changes nothing."""
    try:
        made = national.generate(units, seed, _bar)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if not made:
        click.echo("这套规模测试数据已经生成，未作改动。")
        return
    for name, count in made.items():
        click.echo(f"{name}\t{count}")
