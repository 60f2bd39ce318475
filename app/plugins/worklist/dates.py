"""Until when the campaign wants a case finished (S15): shown where it is past, and blocking nothing."""

from __future__ import annotations

from app.foundation import clock
from app.plugins.applications.models import ENDS, Application
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Deadline


class Finish:
    """The completion dates of a request: the timetable is read once, when it is first asked for."""

    def of(self, row: Application) -> Deadline | None:
        """The completion date of a requalification; an opening has none."""
        if row.kind != "requalification" or row.track not in {"organ", "institution"}:
            return None
        return campaigns.timetable().deadline("finish", campaigns.whose(row), row.track)

    def past(self, row: Application) -> Deadline | None:
        """The same, where it is over and the case is not."""
        if row.state in ENDS:
            return None
        found = self.of(row)
        return found if found is not None and found.passed(clock.today()) else None
