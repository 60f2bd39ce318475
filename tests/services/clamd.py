"""A clamd of our own: as much of its INSTREAM as an upload asks for, and its bad days."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

MARK = b"VIRUS-FOR-TESTS"
THREAT = "Test.Signature"


@dataclass
class FakeClamd:
    """``mood`` is ``well``, ``mute`` (takes everything, says nothing), ``cross`` (an error) or ``small`` (hangs up)."""

    server: socket.socket
    address: str
    mood: str = "well"
    asked: list[bytes] = field(default_factory=list)

    def serve(self) -> None:
        while True:
            try:
                line, _peer = self.server.accept()
            except OSError:
                return
            with line:
                try:
                    self._talk(line)
                except OSError:
                    continue

    def _talk(self, line: socket.socket) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += line.recv(1)
        if self.mood == "small":
            line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        if command == b"zPING\0":
            line.sendall(b"PONG\0" if self.mood == "well" else b"?\0")
            return
        assert command == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", _exactly(line, 4))[0]:
            content += _exactly(line, size)
        self.asked.append(content)
        if self.mood == "mute":
            return
        if self.mood == "cross":
            line.sendall(b"stream: Can't allocate memory ERROR\0")
            return
        infected = MARK in content or b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE" in content
        line.sendall(f"stream: {THREAT} FOUND\0".encode() if infected else b"stream: OK\0")


def _exactly(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = line.recv(size - len(found))
        if not piece:
            raise ConnectionError("hung up")
        found += piece
    return found


@contextmanager
def serving(path: Path | None = None) -> Iterator[FakeClamd]:
    """One that listens on a port of this machine, or on a socket in the file system."""
    server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    server.bind(str(path) if path else ("127.0.0.1", 0))
    server.listen()
    address = f"unix:{path}" if path else f"tcp://127.0.0.1:{server.getsockname()[1]}"
    found = FakeClamd(server, address)
    thread = threading.Thread(target=found.serve, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
