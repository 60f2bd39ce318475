"""The first screen of every role."""

from __future__ import annotations

from itertools import chain
from typing import Any

from app.foundation import access, clock
from app.foundation.admin.views import ScopedView, expose, has_access
from app.plugins.desk import of_campaigns, of_imports, of_returns, panels, sources
from app.plugins.desk.of_aggregates import of_aggregates
from app.plugins.desk.of_calendars import of_calendars
from app.plugins.desk.of_lapses import of_lapses
from app.plugins.desk.of_names import of_names
from app.plugins.desk.of_opinions import of_opinions
from app.plugins.desk.of_results import of_results
from app.plugins.desk.of_worklist import of_worklist
from app.plugins.desk.tasks import first, in_order, pressure

TASKS = (
    sources.of_surveys,
    of_imports.of_imports,
    sources.of_filing,
    sources.of_applications,
    sources.of_badges,
    sources.of_registrar,
    sources.of_office,
    of_aggregates,
    of_campaigns.of_campaigns,
    of_lapses,
    of_names,
    of_opinions,
    of_results,
    of_worklist,
    of_calendars,
    of_returns.of_returns,
    of_returns.of_bylaws,
    of_returns.of_liaisons,
)
PANELS = (panels.of_jobs, panels.of_surveys, panels.of_applications, of_returns.liaison_panel)


class DeskView(ScopedView):
    """What to do today by working days left, then the progress of one's own scope."""

    route_base = "/desk"
    obj = "desk"
    default_view = "show"

    @expose("/")
    @has_access
    def show(self) -> Any:
        actor = access.current_actor()
        tasks = in_order(chain.from_iterable(source(actor) for source in TASKS))
        return self.render_template(
            "desk/desk.html",
            tasks=first(tasks),
            pressure=pressure(tasks, clock.today(), clock.calendar()),
            panels=list(chain.from_iterable(panel(actor) for panel in PANELS)),
            deadlines=sources.deadlines(actor),
        )
