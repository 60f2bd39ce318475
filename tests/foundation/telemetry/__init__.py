"""The numbers and the log of those who run the platform."""
