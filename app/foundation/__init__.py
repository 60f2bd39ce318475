"""What every plugin may use."""
