"""What lapses tells the plugins above it, inside the transaction."""

from __future__ import annotations

from blinker import signal

warned = signal("lapses.warned")
listed = signal("lapses.listed")
filed = signal("lapses.filed")
lifted = signal("lapses.lifted")
confirmed = signal("lapses.confirmed")
dismissed = signal("lapses.dismissed")
