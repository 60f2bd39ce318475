"""Uploaded materials: kept under random names, served by record and never by name."""

from app.foundation.files.models import StoredFile
from app.foundation.files.service import discard, open_, store

__all__ = ["StoredFile", "discard", "open_", "store"]
