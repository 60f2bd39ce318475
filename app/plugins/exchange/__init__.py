"""The register of sealed paper that came in and went out (C-art.8, C-art.9)."""
