"""What other plugins may listen to: inside the transaction, with the application as sender."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

guided = _signals.signal("worklist-guided")
