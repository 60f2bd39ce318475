"""What signing in tells whoever listens, inside the transaction."""

from __future__ import annotations

from blinker import signal

new_address = signal("signing.new-address")
