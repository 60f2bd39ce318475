"""What badges tells the plugins above it, inside the transaction."""

from __future__ import annotations

from blinker import signal

issued = signal("badges.issued")
amended = signal("badges.amended")
suspended = signal("badges.suspended")
resumed = signal("badges.resumed")
revocation_decided = signal("badges.revocation-decided")
revoked = signal("badges.revoked")
hung = signal("badges.hung")
