"""One thing to do, and how things to do are put in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.foundation.clock import ClockView
from app.kernel import workdays
from app.kernel.workdays import Calendar

SHOWN = 20
SOON = 3


@dataclass(frozen=True)
class Task:
    """A line of the desk.

    Attributes:
        what: the step, in the words of its button.
        subject: the unit; ``about`` the site or document.
        state: (kind, state) for the chip, or None.
        due: the last day, or None where no period runs.
        clock: how the period is shown.
        url, action: where to do it.
        many: one line for a whole queue.
    """

    what: str
    subject: str
    about: str
    url: str
    action: str
    due: date | None = None
    clock: ClockView | None = None
    state: tuple[str, str] | None = None
    many: bool = False


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Late first, then by due date; what has no period last."""
    return sorted(tasks, key=lambda task: (task.due is None, task.due or date.max, task.what, task.subject))


def first(tasks: list[Task], most: int = SHOWN) -> list[Task]:
    """The first of ordered tasks; a line that stands for a whole queue is never cut off."""
    room = most - sum(task.many for task in tasks)
    single = [task for task in tasks if not task.many][: max(room, 0)]
    return in_order([*single, *(task for task in tasks if task.many)])


@dataclass(frozen=True)
class Pressure:
    """How many tasks are late, due today, due within three working days, and how many there are."""

    late: int
    today: int
    soon: int
    total: int


def pressure(tasks: Iterable[Task], today: date, calendar: Calendar) -> Pressure:
    """Count tasks by the working days they have left."""
    found = list(tasks)
    dues = [task.due for task in found if task.due is not None]
    return Pressure(
        late=sum(due < today for due in dues),
        today=sum(due == today for due in dues),
        soon=sum(due > today and workdays.left(today, due, calendar) <= SOON for due in dues),
        total=len(found),
    )
