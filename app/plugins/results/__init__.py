"""What the registries are told of each result, and orders to stop resolution (C-art.9, C-art.11, P-3.4)."""
