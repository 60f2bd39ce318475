"""Websites that should have been filed for requalification and were not (S26)."""
