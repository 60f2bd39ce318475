"""What other plugins may listen to: inside the transaction, with the application as sender."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

mismatched = _signals.signal("exchange-mismatched")
