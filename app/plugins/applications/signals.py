"""What other plugins may listen to; sent inside the transaction, with the application as sender and ``actor``."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

submitted = _signals.signal("application-submitted")
handler_changed = _signals.signal("application-handler-changed")
withdrawn = _signals.signal("application-withdrawn")
returned = _signals.signal("application-returned")
ineligible = _signals.signal("application-ineligible")
first_passed = _signals.signal("application-first-passed")
passed_without_paper = _signals.signal("application-passed-without-paper")
paper_received = _signals.signal("application-paper-received")
approved = _signals.signal("application-approved")
refused = _signals.signal("application-refused")
reported = _signals.signal("application-reported")
sent_back = _signals.signal("application-sent-back")
reopened = _signals.signal("application-reopened")
badged = _signals.signal("application-badged")
reassigned = _signals.signal("application-reassigned")
