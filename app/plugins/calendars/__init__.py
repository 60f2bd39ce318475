"""The working calendar: how each year stands, and the State Council's arrangement when it comes in."""
