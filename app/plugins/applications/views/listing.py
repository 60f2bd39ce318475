"""The list of applications, and the API over them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, clock
from app.foundation.admin.api import ScopedApi
from app.foundation.admin.formatters import Cell
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.views import ScopedModelView, expose, has_access
from app.foundation.clock.views import view as clock_view
from app.kernel import workdays
from app.plugins.applications import labels
from app.plugins.applications.models import NO_DUE, Application


def clock_cell(due: date) -> Cell:
    """The running clock in a row: working days left or overdue, and the day."""
    if due == NO_DUE:
        return Cell("—")
    shown = clock_view(workdays.fixed("", due, due, rule="", source=""), clock.today())
    return Cell(f"{shown.text}（{due:%m-%d}）", shown.tone, chip=True)


def late_cell(after: date | None) -> Cell:
    """Whether it was submitted after its filing date (S26)."""
    return Cell("—") if after is None else Cell(_("逾期"), "r", chip=True)


class ApplicationListView(ScopedModelView):
    """Applications the reader sees, the soonest due first."""

    route_base = "/applications"
    datamodel = ScopedInterface(Application)
    obj = "application"
    base_permissions = ["can_list"]
    list_title = _l("申请")
    list_columns = ["site_name", "organ_name", "kind", "number", "state", "late_after", "due_order"]
    label_columns = {
        "site_name": _l("网站名称"),
        "organ_name": _l("开办主体"),
        "kind": _l("类型"),
        "number": _l("申请号"),
        "state": _l("状态"),
        "late_after": _l("提交"),
        "due_order": _l("期限"),
        "track": _l("单位性质"),
    }
    search_columns = ["state", "kind", "track", "site_name", "organ_name", "number"]
    order_columns = ["site_name", "number", "due_order"]
    base_order = ("due_order", "asc")
    chips = {"state": labels.STATE, "kind": labels.KIND, "track": labels.TRACK}
    formatters_columns = {
        "due_order": clock_cell,
        "late_after": late_cell,
        "site_name": lambda value: value or str(_l("（未填网站名称）")),
    }
    list_empty = _l("还没有申请")
    list_hint = _l("单位提交开办审核或者资格复核申请后，在这里按期限先后列出。")

    def row_url(self, item: Application) -> str:
        """A row opens the application's page."""
        return url_for("ApplicationView.show", pk=item.id)

    def add_url(self) -> str | None:
        """Applicants begin here."""
        may = access.may(access.current_actor(), "application", "edit")
        return url_for("FilingView.new") if may else None

    @expose("/")
    @has_access
    def info(self) -> Any:
        """The room's short address."""
        return redirect(url_for("ApplicationListView.list"))


class ApplicationsApi(ScopedApi):
    """``GET /api/v1/applications/``; no personal field ever (A4.注3)."""

    resource_name = "applications"
    obj = "application"
    datamodel = ScopedInterface(Application)
    list_columns = [
        "id", "number", "name", "organ_name", "state", "kind", "track", "review_path", "submitted_at", "due",
    ]  # fmt: skip
    search_columns = ["number", "organ_name", "state", "kind", "track", "review_path", "submitted_at", "due"]
    order_columns = ["id", "number", "due", "submitted_at"]
