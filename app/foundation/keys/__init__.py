"""The keys of the encrypted fields: which key holds what, and moving everything to the newest."""

from app.foundation.keys.service import Standing, check, rotate

__all__ = ["Standing", "check", "rotate"]
