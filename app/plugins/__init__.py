"""The work of the offices, one capability each."""
