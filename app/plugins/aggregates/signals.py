"""What aggregates tells the plugins above it, inside the transaction."""

from __future__ import annotations

from blinker import signal

locked = signal("aggregates.locked")
reported = signal("aggregates.reported")
withdrawn = signal("aggregates.withdrawn")
received = signal("aggregates.received")
returned = signal("aggregates.returned")
shared = signal("aggregates.shared")
unshared = signal("aggregates.unshared")
