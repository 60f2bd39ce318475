"""Survey sheets (annex 5): filled by units or the desks that carry them, accepted and collated by offices."""
