"""The register of units and their websites, kept by the office that reviews them."""
