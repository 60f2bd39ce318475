"""An HTTP gateway of its own process that refuses, drops and delays at random (seeded), and writes down what it did.

``python smsgateway.py <port> <seed> <log> [mood]``: one JSON line for each text taken. It knows a reference again and answers 409.
"""

from __future__ import annotations

import json
import random
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

CHANCES = {"busy": 0.08, "broken": 0.05, "dropped-before": 0.05, "dropped-after": 0.05, "slow": 0.1}


class Gateway(BaseHTTPRequestHandler):
    """``POST {"id", "to", "text"}``."""

    chance: Any
    log: Path
    mood: str
    lock = Lock()
    known: set[str] = set()

    def do_POST(self) -> None:
        """One text."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.lock:
            fate = self._fate()
            if body["to"].startswith("100"):
                return self._answer(422, {"error": "bad-number"})
            if body["id"] in self.known:
                return self._answer(409, {"error": "known"})
            if fate in {"busy", "broken", "dropped-before"}:
                codes = {"busy": 429, "broken": 500}
                return self._answer(codes[fate], {}) if fate in codes else self._drop()
            self.known.add(body["id"])
            with self.log.open("a", encoding="utf-8") as file:
                file.write(
                    json.dumps({"id": body["id"], "to": body["to"], "after": fate == "dropped-after"}) + "\n"
                )
        if fate == "dropped-after":
            return self._drop()
        if fate == "slow":
            time.sleep(0.05)
        return self._answer(200, {"ok": True})

    def _fate(self) -> str:
        roll, at = self.chance.random(), 0.0
        for name, chance in CHANCES.items():
            at += chance
            if roll < at and self.mood == "rough":
                return name
        return "taken"

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_what: Any) -> None:
        """Quiet."""


if __name__ == "__main__":
    Gateway.chance, Gateway.log = random.Random(int(sys.argv[2])), Path(sys.argv[3])
    Gateway.mood = (*sys.argv, "rough")[4]
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Gateway).serve_forever()
