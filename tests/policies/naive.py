"""Who may do what, told again from the words of jurisdiction.md, without any of the application's own code.

Reads policy.csv as text. Slow and plain on purpose: what the application answers is compared with it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass
class Naive:
    """The policy file, and one country's offices, posts and exceptions as plain rows."""

    policy: Path
    offices: dict[int, str]
    units: dict[int, Row]
    posts: list[Row]
    grants: list[Row]
    today: date

    def __post_init__(self) -> None:
        rows = [
            [cell.strip() for cell in row] for row in csv.reader(self.policy.open(encoding="utf-8")) if row
        ]
        self.lines = [row[1:] for row in rows if row[0] == "p"]
        self.spans = {row[2]: (row[3], row[4]) for row in rows if row[0] == "p2"}
        self.parents = [(row[1], row[2]) for row in rows if row[0] == "g"]

    def allowed(self, person: int, obj: str, act: str, row: Row, unit_id: int | None) -> bool:
        """Whether a person's posts of today reach a row."""
        return any(
            self._within(how, where, post, row, unit_id)
            for post in self.posts
            if post["person_id"] == person and self._now(post)
            for role, relation, line_obj, line_act in self.lines
            if (line_obj, line_act) == (obj, act) and role in self._roles(post["role"])
            for how, where in self._reach(post, relation)
        )

    def _now(self, row: Row) -> bool:
        ended = row.get("stopped_on") or row.get("ended_at")
        return (
            row["since"] <= self.today and (row["until"] is None or self.today <= row["until"]) and not ended
        )

    def _roles(self, role: str) -> set[str]:
        found = {role}
        while more := {lower for upper, lower in self.parents if upper in found} - found:
            found |= more
        return found

    def _place(self, post: Row) -> str:
        place: str = (
            self.units[post["unit_id"]]["review_path"] if post["unit_id"] else self.offices[post["office_id"]]
        )
        return place

    def _reach(self, post: Row, relation: str) -> Iterator[tuple[str, str]]:
        if relation in self.spans:
            how, where = self.spans[relation]
            yield how, self._place(post) if where == "$" else where
        for grant in self.grants:
            mine = not post["unit_id"] and grant["holder_path"] == self._place(post)
            if mine and grant["relation"] == relation and self._now(grant):
                yield grant["how"], grant["where_path"]

    def _within(self, how: str, where: str, post: Row, row: Row, unit_id: int | None) -> bool:
        review, filing = row["review_path"], row["filing_path"]
        if how == "unit":
            return bool(post["unit_id"]) and post["unit_id"] == unit_id
        if how == "above":
            return where.startswith(review)
        if post["unit_id"]:
            return False
        host = ".".join(where.split(".")[:-2]) + "." if where != "0." else None
        return bool(
            {
                "filed": filing is not None and filing.startswith(where),
                "at": review == where,
                "below": review != where and review.startswith(where),
                "under": review.startswith(where),
                "host": review == host,
            }[how]
        )
