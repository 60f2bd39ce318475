"""Work that goes on behind the pages: each person's own, and the queues for whoever runs the system."""
