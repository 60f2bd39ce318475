"""细则: the rules an office publishes for its own level, under the national measure (S29)."""
