"""The in-house register of domain names: what a unit has registered, until when, and whether it works."""
