"""What surveys tells the plugins above it, inside the transaction."""

from __future__ import annotations

from blinker import signal

opened = signal("surveys.opened")
submitted = signal("surveys.submitted")
withdrawn = signal("surveys.withdrawn")
returned = signal("surveys.returned")
urged = signal("surveys.urged")
accepted = signal("surveys.accepted")
desk_reassigned = signal("surveys.desk-reassigned")
