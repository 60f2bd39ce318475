"""What the registries were told of an application, on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.foundation import access
from app.foundation.access import Actor
from app.plugins.applications.models import Application
from app.plugins.applications.panels import Panel
from app.plugins.results import queries
from app.plugins.results.models import ResultNotice, StopOrder

DECIDED = frozenset({"approved", "refused"})


@dataclass(frozen=True)
class Told:
    """Results and orders of an application."""

    notices: Sequence[ResultNotice]
    orders: Sequence[StopOrder]


def _build(application: Application, actor: Actor) -> Told | None:
    if not any(one.outcome in DECIDED for one in application.decisions):
        return None  # nothing was told: no registry hears of a return
    if not access.can(actor, "result", "see", application):
        return None
    told = Told(queries.notices_of(application), queries.orders_of(application))
    return told if told.notices or told.orders else None


TOLD = Panel("results", "side", 40, _build, "results/_of_application.html")
