"""The demo: the notice's own city with made-up people; refused in production."""
