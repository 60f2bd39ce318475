"""Long work as those who wait for it, and those who run the system, meet it."""
