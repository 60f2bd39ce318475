"""Who did what, in which post, when: append-only and hash-chained with a keyed MAC."""

from app.foundation.audit.service import Act, Entry, record, record_each, timeline, verify

__all__ = ["Act", "Entry", "record", "record_each", "timeline", "verify"]
