"""What leaves the platform as a document."""
