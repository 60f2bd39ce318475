"""A client of ClamAV's clamd: its own INSTREAM command over a socket, to the address the operator gives and no other.

The program stays outside, by itself or on another machine.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

CHUNK = 64 * 1024
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 20.0
LONGEST_ANSWER = 4096
LONGEST_THREAT = 120


class ScannerUnreachable(RuntimeError):
    """No verdict: the scanner does not answer, or not in a way that can be trusted. Says why, for the log."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner says of a file; ``threat`` is its word for what it found."""

    clean: bool
    threat: str = ""


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
