"""What registry tells the plugins above it, inside the transaction."""

from __future__ import annotations

from blinker import signal

batch_sent = signal("registry.batch-sent")
item_returned = signal("registry.item-returned")
