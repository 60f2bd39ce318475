"""Whose turn it is: offices share what the workers can do, however much each has waiting."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime

Waiting = tuple[int, datetime]


def turns(waiting: Mapping[int, Waiting], flying: Mapping[int, int], room: int) -> Iterator[int]:
    """Offices in the order in which each may send one more job, ``room`` at most.

    Always the one with the fewest under way (``flying``) that has something waiting (how many, since when); among
    equals the one that has waited longest.
    """
    heap = [(flying.get(office, 0), since, office, count) for office, (count, since) in waiting.items()]
    heapq.heapify(heap)
    for _ in range(room):
        if not heap:
            return
        under_way, since, office, count = heapq.heappop(heap)
        yield office
        if count > 1:
            heapq.heappush(heap, (under_way + 1, since, office, count - 1))
