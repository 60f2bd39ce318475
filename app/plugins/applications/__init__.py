"""Opening reviews and requalifications: one flow, materials, clocks and decisions (annex 4)."""
