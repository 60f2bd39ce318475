"""What the platform tells those who run it: numbers for Prometheus and a log, neither with anybody's data in it."""

from app.foundation.telemetry.attempts import attempt
from app.foundation.telemetry.trace import Trace, current, job, opened

__all__ = ["Trace", "attempt", "current", "job", "opened"]
