"""Every route × method × role × object, against the answer computed from the policy.

``make test`` takes one representative for each role × relation; ``MATRIX=full`` (``make matrix``) every pair.
"""
