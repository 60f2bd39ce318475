"""Backups: database, uploads and the head of the record in one sealed file; made while people work, proven when restored."""

from app.foundation.backup.errors import BackupRefused

__all__ = ["BackupRefused"]
