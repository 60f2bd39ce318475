"""What the directory of people tells whoever listens, inside the transaction: the post, with ``person`` and ``actor``."""

from __future__ import annotations

from blinker import signal

post_given = signal("tenancy.post-given")
post_ended = signal("tenancy.post-ended")
