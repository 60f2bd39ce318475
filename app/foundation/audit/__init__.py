"""Who did what, in which post, when: append-only and hash-chained with a keyed MAC."""

from app.foundation.audit.service import Entry, record, timeline, verify

__all__ = ["Entry", "record", "timeline", "verify"]
