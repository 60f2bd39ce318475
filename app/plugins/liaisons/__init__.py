"""专人: the one person who answers for a unit's websites, and the handovers (S30)."""
