"""The port to a virus scanner: every upload passes it before a byte is kept. Off unless ``CLAMD_ADDRESS`` is set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Protocol
from urllib.parse import urlsplit

from flask import Flask, current_app

from app.foundation.files.clamd import Clamd, ScannerUnreachable, Verdict
from app.kernel.errors import N_, Refusal

_KEY = "bianban.files.scanner"


class ScannerError(RuntimeError):
    """The address cannot be read; the start stops."""


class Scanner(Protocol):
    """Looks through uploads."""

    @property
    def off(self) -> bool:
        """Nothing is looked through; pages say so."""

    def scan(self, stream: IO[bytes]) -> Verdict:
        """Look through what is left of the stream.

        Raises:
            ScannerUnreachable: there is no verdict.
        """

    def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            ScannerUnreachable: there is none.
        """


@dataclass(frozen=True)
class Off:
    """No scanner: everything passes, and every page that takes files says so."""

    off: bool = True

    def scan(self, stream: IO[bytes]) -> Verdict:
        """Pass."""
        return Verdict(clean=True)

    def ping(self) -> None:
        """There is nothing to answer."""


def read(address: str) -> Scanner:
    """The scanner of an address: ``unix:/path`` or ``tcp://host:port``; none when it is empty.

    Raises:
        ScannerError: anything else.
    """
    wanted = address.strip()
    if not wanted:
        return Off()
    if wanted.startswith("unix:/"):
        return Clamd(path=wanted.removeprefix("unix:"))
    try:
        parts = urlsplit(wanted)
        if parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path.strip("/"):
            return Clamd(host=parts.hostname, port=parts.port)
    except ValueError:
        pass
    raise ScannerError("BIANBAN_CLAMD_ADDRESS: unix:/path/of/clamd.socket or tcp://host:port")


def install(app: Flask) -> None:
    """Read the setting; templates may ask ``scanner_off()``.

    Raises:
        ScannerError: the address cannot be read.
    """
    app.extensions[_KEY] = read(str(app.config.get("CLAMD_ADDRESS") or ""))
    app.jinja_env.globals["scanner_off"] = lambda: scanner().off


def use(app: Flask, instead: Scanner) -> None:
    """Let another scanner look from now on."""
    app.extensions[_KEY] = instead


def scanner() -> Scanner:
    """The scanner in use."""
    found: Scanner = current_app.extensions[_KEY]
    return found


class Infected(Refusal):
    """A file carries something; ``threat`` is the scanner's word for it."""

    def __init__(self, threat: str, field: str) -> None:
        super().__init__(
            "file-infected",
            N_("文件中查出病毒（%(threat)s），没有接收。请在本机查杀，或者重新扫描、导出一份后再上传。"),
            field=field,
            threat=threat,
        )
        self.threat = threat


def ensure_clean(stream: IO[bytes], field: str) -> None:
    """Let the scanner look through the whole stream, and leave it at its beginning.

    Raises:
        Infected: it found something.
        Refusal: it is set up and does not answer; nothing is taken in without its verdict.
    """
    stream.seek(0)
    try:
        verdict = scanner().scan(stream)
    except ScannerUnreachable as error:
        current_app.logger.error("virus scanner: %s", error)
        raise Refusal(
            "scanner-unreachable",
            N_("病毒检查服务没有应答，文件暂未接收。请稍后再试；已经填写和上传的内容不受影响。"),
            field=field,
        ) from error
    finally:
        stream.seek(0)
    if not verdict.clean:
        raise Infected(verdict.threat, field)
