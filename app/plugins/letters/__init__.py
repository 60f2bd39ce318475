"""Official documents: set from data, stored with their hash, made again on demand."""
