"""Real processes that are killed, cut off, starved and confused: nothing is lost, and once stays once."""
