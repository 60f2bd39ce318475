"""What bylaws tells the plugins above it, inside the transaction."""

from __future__ import annotations

from blinker import signal

published = signal("bylaws.published")
withdrawn = signal("bylaws.withdrawn")
