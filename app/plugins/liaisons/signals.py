"""What liaisons tells the plugins above it, inside the transaction."""

from __future__ import annotations

from blinker import signal

named = signal("liaisons.named")
urged = signal("liaisons.urged")
