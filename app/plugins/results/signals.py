"""What results tells the plugins above it, inside the transaction."""

from __future__ import annotations

from blinker import signal

proposed = signal("results.stop-proposed")
confirmed = signal("results.stop-confirmed")
dismissed = signal("results.stop-dismissed")
done = signal("results.stop-done")
