"""A mail server of its own process that refuses, drops and delays at random (seeded), and writes down what it did.

``python mailserver.py <port> <seed> <log> [mood]``: one JSON line for each message taken (``after``: whether the line was dropped
after it was taken). The mood is ``rough`` (default), ``kind``, or ``refusing``: nothing is taken.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

CHANCES = {"refused": 0.08, "later": 0.08, "dropped-before": 0.05, "dropped-after": 0.05, "slow": 0.1}


class Rough:
    """Takes most messages, and treats the rest badly."""

    def __init__(self, seed: int, log: Path, mood: str) -> None:
        self.random, self.log, self.mood = random.Random(seed), log, mood

    def _fate(self) -> str:
        roll, at = self.random.random(), 0.0
        for name, chance in CHANCES.items():
            at += chance
            if roll < at and self.mood == "rough":
                return name
        return "taken"

    def _note(self, envelope: Any, fate: str) -> None:
        said = message_from_bytes(envelope.content)["Message-ID"]
        line = {"id": said, "to": envelope.rcpt_tos[0], "after": fate == "dropped-after"}
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    async def handle_RCPT(
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """An address that is nobody's is refused for good."""
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """The fate of one message."""
        fate = self._fate()
        if self.mood == "refusing":
            return "554 5.7.1 nothing is taken here"
        if fate == "refused":
            return "451 4.3.0 refused for now"
        if fate == "later":
            return "450 4.2.1 greylisted"
        if fate == "slow":
            await asyncio.sleep(self.random.uniform(0.01, 0.1))
        if fate != "dropped-before":
            self._note(envelope, fate)
        if fate.startswith("dropped"):
            server.transport.abort()
        return "250 2.0.0 taken"


async def serve(port: int, seed: int, log: Path, mood: str) -> None:
    """Answer until killed."""
    handler = Rough(seed, log, mood)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="mail.test"), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), (*sys.argv, "rough")[4]))
