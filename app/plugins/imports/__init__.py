"""Annex 5 workbooks: read, tried, corrected and taken in."""
