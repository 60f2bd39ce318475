"""What returns tells the plugins above it, inside the transaction."""

from __future__ import annotations

from blinker import signal

submitted = signal("returns.submitted")
withdrawn = signal("returns.withdrawn")
received = signal("returns.received")
sent_back = signal("returns.sent-back")
copied = signal("returns.copied")
signed = signal("returns.signed")
urged = signal("returns.urged")
