"""What each letter says, read from what it is about; the platform reads, so that a draft is the same for everybody."""
