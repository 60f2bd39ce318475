"""Each person's desk: what to do today, by working days left."""
