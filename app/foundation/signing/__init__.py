"""Signing in: passwords, locks, the second factor, sessions, and the record of it all."""
