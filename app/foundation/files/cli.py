"""``flask files``: whether uploads are looked through for viruses, and whether the scanner answers."""

from __future__ import annotations

from io import BytesIO

import click
from flask.cli import AppGroup

from app.foundation.files import scanning
from app.foundation.files.clamd import ScannerUnreachable

files_cli = AppGroup("files", help="上传的文件：病毒检查是否启用、是否接通。")

# The test file of the antivirus makers, in two parts so that no scanner takes this program for it.
_TEST = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@files_cli.command("scanner")
def scanner() -> None:
    """Ask the scanner for a sign of life and try it with a harmless test file; ends with 1 when it fails."""
    found = scanning.scanner()
    if found.off:
        click.echo("没有启用病毒检查（BIANBAN_CLAMD_ADDRESS 未给出），上传处已注明。")
        return
    try:
        found.ping()
        verdict = found.scan(BytesIO(_TEST))
    except ScannerUnreachable as error:
        raise click.ClickException(f"病毒检查没有接通：{error}") from error
    if verdict.clean:
        raise click.ClickException("病毒检查已接通，但没有认出测试文件，请核对病毒库")
    click.echo(f"病毒检查已接通，认出测试文件（{verdict.threat}）。")
