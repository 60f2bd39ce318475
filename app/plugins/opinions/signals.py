"""What opinions tell the plugins above, inside the transaction; sender is the consultation, with ``actor``."""

from __future__ import annotations

from blinker import signal

asked = signal("opinions.asked")
answered = signal("opinions.answered")
withdrawn = signal("opinions.withdrawn")
reminded = signal("opinions.reminded")
