"""Versions of an office's aggregate: locked, reported upwards, rolled up, shared (S14, P-5.5)."""
