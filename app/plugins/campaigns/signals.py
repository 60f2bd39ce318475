"""What campaigns tells the plugins above it, inside the transaction."""

from __future__ import annotations

from blinker import signal

issued = signal("campaigns.issued")
step_set = signal("campaigns.step-set")
changed = signal("campaigns.changed")
urged = signal("campaigns.urged")
