"""The port to a virus scanner: every upload passes it before a byte is kept. Off unless ``CLAMD_ADDRESS`` is set.

``Clamd`` speaks clamd's own INSTREAM command over a socket; the program stays outside, by itself or on another machine.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Protocol
from urllib.parse import urlsplit

from flask import Flask, current_app

from app.kernel.errors import N_, Refusal

_KEY = "bianban.files.scanner"
CHUNK = 64 * 1024
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 20.0
LONGEST_ANSWER = 4096
LONGEST_THREAT = 120


class ScannerError(RuntimeError):
    """The address cannot be read; the start stops."""


class ScannerUnreachable(RuntimeError):
    """No verdict: the scanner does not answer, or not in a way that can be trusted. Says why, for the log."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner says of a file; ``threat`` is its word for what it found."""

    clean: bool
    threat: str = ""


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


@dataclass(frozen=True)
class Clamd:
    """clamd behind a Unix socket (``path``) or a TCP port (``host``, ``port``)."""

    path: str = ""
    host: str = ""
    port: int = 0
    seconds: float = ANSWER_SECONDS
    off: bool = False

    def scan(self, stream: IO[bytes]) -> Verdict:
        """Send the stream piece by piece; see ``Scanner.scan``."""
        with self._talk() as line:
            line.sendall(b"zINSTREAM\0")
            try:
                while chunk := stream.read(CHUNK):
                    line.sendall(struct.pack("!I", len(chunk)) + chunk)
                line.sendall(struct.pack("!I", 0))
            except ConnectionError:
                pass  # it hangs up on what is too large for it, and has said so
            answer = _answer(line)
        return _verdict(answer)

    def ping(self) -> None:
        """See ``Scanner.ping``."""
        with self._talk() as line:
            line.sendall(b"zPING\0")
            answer = _answer(line)
        if answer != "PONG":
            raise ScannerUnreachable(f"clamd answered {answer[:80]!r} to PING")

    @contextmanager
    def _talk(self) -> Iterator[socket.socket]:
        """A connection that is closed again; whatever goes wrong on it is one thing: no verdict."""
        family = socket.AF_UNIX if self.path else socket.AF_INET
        try:
            line = (
                socket.socket(family)
                if self.path
                else socket.create_connection((self.host, self.port), CONNECT_SECONDS)
            )
            with line:
                if self.path:
                    line.settimeout(CONNECT_SECONDS)
                    line.connect(self.path)
                line.settimeout(self.seconds)
                yield line
        except OSError as error:
            raise ScannerUnreachable(f"clamd: {error}") from error


def _answer(line: socket.socket) -> str:
    """One answer, ended by NUL."""
    found = b""
    while not found.endswith(b"\0") and len(found) < LONGEST_ANSWER:
        piece = line.recv(LONGEST_ANSWER)
        if not piece:
            break
        found += piece
    return found.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(answer: str) -> Verdict:
    """``stream: OK`` or ``stream: <name> FOUND``; anything else is no verdict."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Verdict(clean=True)
    if said.endswith(" FOUND"):
        return Verdict(clean=False, threat=said.removesuffix(" FOUND")[:LONGEST_THREAT])
    raise ScannerUnreachable(
        f"clamd answered {answer[:80]!r}" if answer else "clamd hung up without a verdict"
    )


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
