"""An office's queue: what waits, what is done, what one has had in hand; late cases seen from above."""
